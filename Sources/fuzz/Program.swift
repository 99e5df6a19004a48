import Foundation
import Glibc

/// Feeds inputs from libFuzzer to a reader of external bytes. `tools/fuzz` builds and runs it.
///
/// Arguments: `--list` prints the targets. `--target=NAME --scratch=DIR` with libFuzzer's own options and folders runs
/// one target. Adding `--write-seeds=DIR` writes the inputs that the target makes itself and exits. `--describe=KIND
/// FILE ...` prints what a reader makes of each file (``Description``). (libFuzzer ignores options with two dashes, and
/// passes them on to the processes that it starts for a merge.)
@main
enum Program {
  static func main() throws {
    if CommandLine.arguments.contains("--list") {
      for target in Target.all { print(target.name) }
      return
    }
    if let kind = option("describe").flatMap(Description.init) {
      for path in CommandLine.arguments.dropFirst().filter({ !$0.hasPrefix("-") }) { print(kind.line(path)) }
      return
    }
    guard let target = Target.all.first(where: { $0.name == option("target") }) else {
      fatalError("expected --target= and one of \(Target.all.map(\.name).joined(separator: " "))")
    }
    guard let folder = option("scratch") else { fatalError("expected --scratch= and a folder of this process's own") }
    let reader = try target.prepare(Scratch(root: URL(filePath: folder, directoryHint: .isDirectory)))
    if let seeds = option("write-seeds") {
      for (index, seed) in reader.seeds.enumerated() {
        try Data(seed).write(to: URL(filePath: seeds, directoryHint: .isDirectory).appending(path: "made-\(index)"))
      }
      return
    }
    read = reader.read
    var (count, values) = (CommandLine.argc, CommandLine.unsafeArgv)
    exit(
      runDriver(&count, &values) { start, count in
        attempt { try read(Array(UnsafeBufferPointer(start: start, count: count))) }
        return 0
      })
  }

  private static func option(_ name: String) -> String? {
    CommandLine.arguments.first { $0.hasPrefix("--\(name)=") }.map { String($0.dropFirst(name.count + 3)) }
  }
}

/// What the running target does with an input. Global, because libFuzzer calls a C function, which cannot capture
/// anything. Set once, before libFuzzer runs.
private nonisolated(unsafe) var read: ([UInt8]) throws -> Void = { _ in }

/// libFuzzer's main loop (llvm, compiler-rt/lib/fuzzer/FuzzerInterface.h); ends with the process's exit code.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ testOneInput: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32
