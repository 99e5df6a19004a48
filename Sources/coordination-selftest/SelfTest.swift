import Coordination
import FakeUnits
import Foundation
import MPI
import Sweep

/// Asserts what the Coordination module promises, on any number of ranks:
///
///     mpirun -n 3 coordination-selftest            all checks; one line and status 0, or a message and status 1
///     mpirun -n 3 coordination-selftest wait       works until a signal comes; status 75
///     mpirun -n 2 coordination-selftest huge       a payload of 3 GiB; as much memory on each rank
///     mpirun -n 2 coordination-selftest measure    what waiting and asking cost; prints numbers, asserts nothing
@main
enum SelfTest {
  static func main() {
    do {
      exit(try run(CommandLine.arguments.dropFirst().first ?? "check"))
    } catch {
      World.abort(code: 70, because: "coordination-selftest: \(error)")
    }
  }

  private static func run(_ mode: String) throws -> Int32 {
    let world = try World()
    var exitCode: Int32 = 0
    switch mode {
    case "check": try check(world.communicator)
    case "wait": exitCode = try waitForSignal(world.communicator)
    case "huge": try checkHugePayload(world.communicator)
    case "measure": try measure(world.communicator)
    default:
      World.abort(code: 64, because: "coordination-selftest: got \"\(mode)\", expected check, wait, huge or measure")
    }
    try world.finalize()
    return exitCode
  }

  private static func check(_ all: Communicator) throws {
    try checkResults(all)
    try checkFailures(all)
    try checkFatalErrors(all)
    try checkInterruption(all)
    if all.rank == 0 { print("coordination-selftest: \(all.size) ranks: all checks passed") }
  }

  /// Every rank has a unit that runs until it is told to stop.
  private static func waitForSignal(_ all: Communicator) throws -> Int32 {
    let units = (0..<all.size).map { unit("\($0)", cost: dear) }
    let end = try run(units, on: all, stop: .catchingSignals()) { _, _, context in
      if all.rank == 0 { try FileHandle.standardOutput.write(contentsOf: Data("working\n".utf8)) }
      while !context.shouldStop { Thread.sleep(forTimeInterval: 0.01) }
      return .interrupted
    }
    return try end.summary.get().exitCode
  }
}

/// Ends all ranks with status 1 and a message unless `condition` holds.
func expect(
  _ condition: Bool, _ expected: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) {
  guard !condition else { return }
  World.abort(code: 1, because: "coordination-selftest: \(file):\(line): expected: \(expected())")
}
