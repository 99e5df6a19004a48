import Coordination
import FakeUnits
import Foundation
import MPI
import Sweep

/// Prints the cost of a job on this machine apart from its work. Asserts nothing. At least two ranks.
func measure(_ all: Communicator) throws {
  guard all.size >= 2 else {
    World.abort(code: 64, because: "coordination-selftest: measure got 1 rank, expected 2 or more")
  }
  try measureIdleness(all)
  try measureLatency(all)
}

/// The only unit keeps rank 0's main thread asleep; coordinator and workers have nothing to do.
private func measureIdleness(_ all: Communicator) throws {
  let before = secondsOfProcessor(CLOCK_PROCESS_CPUTIME_ID)
  let start = ContinuousClock.now
  let end = try SelfTest.run([unit("sleep", at: .root, cost: dear)], on: all, stop: StopSignal()) { _, _, _ in
    Thread.sleep(forTimeInterval: 6)
    return .done(measurements: [:])
  }
  _ = try end.summary.get()
  let seconds = (ContinuousClock.now - start) / .seconds(1)
  let spent = secondsOfProcessor(CLOCK_PROCESS_CPUTIME_ID) - before
  if all.rank == 0 {
    say("idle, coordinator's thread: \(share(end.ledger.coordinatorSeconds, of: seconds))")
  } else {
    say("idle, rank \(all.rank): \(share(spent, of: seconds))")
  }
}

/// Rank 0's main thread computes; the other ranks ask for a unit every 5 ms.
private func measureLatency(_ all: Communicator) throws {
  let count = 1000
  var units = (0..<count).map { unit("\($0)", cost: dear) }
  units.append(unit("compute", at: .root, cost: 1e15))
  let clock = ContinuousClock()
  var ended: ContinuousClock.Instant?
  var milliseconds: [Double] = []
  let start = clock.now
  let end = try SelfTest.run(units, on: all, stop: StopSignal()) { unit, _, _ in
    if unit.place == .root {
      let until = clock.now + .seconds(6)
      while clock.now < until {}
    } else if all.rank > 0 {
      if let ended { milliseconds.append((clock.now - ended) / .milliseconds(1)) }
      Thread.sleep(forTimeInterval: 0.005)
      ended = clock.now
    }
    return .done(measurements: ["value": 1])
  }
  _ = try end.summary.get()
  let seconds = (clock.now - start) / .seconds(1)
  if all.rank == 0 {
    say("handing out, coordinator's thread: \(share(end.ledger.coordinatorSeconds, of: seconds))")
  } else if !milliseconds.isEmpty {
    milliseconds.sort()
    let median = milliseconds[milliseconds.count / 2]
    let late = milliseconds[milliseconds.count * 99 / 100]
    say(
      "rank \(all.rank), from the end of a unit to the start of the next: median \(format(median)) ms, "
        + "99 % within \(format(late)) ms, \(milliseconds.count) units")
  }
}

private func share(_ spent: Double, of seconds: Double) -> String {
  "\(format(spent)) CPU s in \(format(seconds)) s, \(format(100 * spent / seconds)) % of a core"
}

private func say(_ line: String) {
  FileHandle.standardOutput.write(Data("\(line)\n".utf8))
}

private func format(_ value: Double) -> String { String(format: "%.3f", value) }
