import ArgumentParser
import Diagnostics
import Foundation
import MPI
import POSIX

extension ExitStatus {
  /// The line that tells of an error.
  static func message(_ error: any Error) -> String { (error as? CocoaError)?.line ?? "\(error)" }

  /// Prints an error and ends the program. Of the ranks of a job that has not begun, the first speaks for all.
  static func leave(with error: any Error) -> Never {
    let parsed = Seedscape.exitCode(for: error)
    if parsed == .success || error is ExitCode { Seedscape.exit(withError: error) }
    let isUsage = parsed == .validationFailure
    if Launch.rank(environment: ProcessInfo.processInfo.environment) ?? 0 > 0 {
      // mpirun ends all ranks with the first that fails, which is to be the one that says why.
      sleep(3)
      exit(isUsage ? usage.rawValue : ExitStatus(error).rawValue)
    }
    if isUsage { Seedscape.exit(withError: error) }
    standardError("seedscape: \(message(error))")
    exit(ExitStatus(error).rawValue)
  }
}

/// What is wrong with something the user gave, where no module has an error of its own.
struct InputError: ProgramError {
  let description: String
  let exitStatus = ExitStatus.badInput

  init(_ description: String) { self.description = description }
}

/// Prints a line on standard error, if anybody reads it: one, whatever the names in it hold.
func standardError(_ line: String) {
  try? FileHandle.standardError.write(contentsOf: Data((line.onOneLine + "\n").utf8))
}

/// Prints a line on standard output.
func standardOutput(_ line: String) throws {
  try Array((line + "\n").utf8).withUnsafeBytes { try System.write($0, to: STDOUT_FILENO, "standard output") }
}

/// A value as one JSON object on one line, for programs: keys in snake case, sorted; numbers that are not finite are the
/// texts "nan", "inf" and "-inf".
func jsonLine(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.keyEncodingStrategy = .convertToSnakeCase
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}
