import ArgumentParser
import Diagnostics
import Foundation
import Results
import Sweep

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Draws a run: report.html, one page that needs no network, and figures/ for papers.",
    discussion: """
      Writes the tables into exports/ first, as `seedscape export` does; then the Python package of tools/python draws them. \
      tools/setup installs it into .python/; SEEDSCAPE_PYTHON names another Python that has it. Of a run that goes on, the \
      page shows the status and the tables of the last export.

      Example: seedscape report runs/minute --output minute.html
      """)

  @Argument(help: .init("The run directory.", valueName: "dir"), completion: .directory)
  var directory: String

  @Option(
    help: .init("The page; figures/ goes beside it. (default: report.html in the run directory)", valueName: "file"),
    completion: .file())
  var output: String?

  @Flag(inversion: .prefixedNo, help: "PDF and PNG of every figure, for papers.")
  var figures = true

  func run() throws {
    let run = RunDirectory(root: URL(filePath: directory, directoryHint: .isDirectory))
    do {
      let names = try RunResults(run).exportCSV()
      try standardOutput("\(run.exports.relativePath) (\(names.count) tables)")
    } catch ResultsError.running(_, let holder) {
      standardError("seedscape: \(directory) is in use by \(holder); the tables are those of the last export")
    }
    guard let python = try Python.find() else {
      throw InputError(
        "no Python with the package seedscape was found (.python/ above the program, python3); run tools/setup, or name "
          + "one in SEEDSCAPE_PYTHON. The tables need no Python: they are in \(run.exports.relativePath)")
    }
    var arguments = ["-m", "seedscape", "report"]
    if let output { arguments += ["--output", output] }
    if !figures { arguments.append("--no-figures") }
    // What begins with a dash is a directory all the same.
    let status = try python.run(arguments + ["--", directory], input: FileHandle.standardInput)
    // Python has said what is wrong, and uses the same codes.
    if status != 0 { throw ExitCode([1, 64, 65, 74].contains(status) ? status : ExitStatus.internal.rawValue) }
  }
}

/// A Python that has the package of tools/python.
private struct Python {
  private let program: String

  /// SEEDSCAPE_PYTHON; else `.python/bin/python` in a folder above this program; else `python3`, if it has the package.
  /// Nil where there is none.
  ///
  /// - Throws: ``InputError`` where SEEDSCAPE_PYTHON names none, Foundation's errors.
  static func find() throws -> Python? {
    if let named = ProcessInfo.processInfo.environment["SEEDSCAPE_PYTHON"], !named.isEmpty {
      guard let program = executable(named) else {
        throw InputError("SEEDSCAPE_PYTHON is \(named), expected a program; correct or unset it, and run tools/setup")
      }
      let python = Python(program: program)
      guard try python.hasPackage() else {
        throw InputError(
          "SEEDSCAPE_PYTHON is \(named), which cannot import seedscape.report; install the package into it (pip install "
            + "tools/python), or unset it and run tools/setup")
      }
      return python
    }
    var folder = URL(filePath: try ownPath())
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      if let program = executable(folder.appending(path: ".python/bin/python").path) {
        let python = Python(program: program)
        if try python.hasPackage() { return python }
      }
    }
    guard let program = executable("python3") else { return nil }
    let python = Python(program: program)
    return try python.hasPackage() ? python : nil
  }

  /// Runs Python to its end.
  ///
  /// - Returns: the exit status; 128 and the signal where one ended it.
  /// - Throws: Foundation's errors where it cannot be started.
  func run(_ arguments: [String], input: FileHandle, isQuiet: Bool = false) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.standardInput = input
    if isQuiet {
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
    }
    // Should the package need tables, this very program writes them.
    process.environment = ProcessInfo.processInfo.environment.merging(["SEEDSCAPE": try Self.ownPath()]) { $1 }
    try process.run()
    process.waitUntilExit()
    return process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
  }

  /// Not the package alone: a folder of that name where the command is given would do for that.
  private func hasPackage() throws -> Bool {
    try run(["-c", "import seedscape.report"], input: FileHandle.nullDevice, isQuiet: true) == 0
  }

  private static func ownPath() throws -> String {
    try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
  }

  /// The path of a program: as it is if it has a slash, else searched for on PATH; nil where there is none.
  private static func executable(_ name: String) -> String? {
    let paths =
      name.contains("/")
      ? [name]
      : (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
    return paths.first { path in
      var isDirectory: ObjCBool = false
      return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && !isDirectory.boolValue
        && FileManager.default.isExecutableFile(atPath: path)
    }
  }
}
