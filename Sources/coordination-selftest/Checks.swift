import Coordination
import Diagnostics
import FakeUnits
import Foundation
import MPI
import Sweep

/// Whatever the number of ranks, the recorded bytes are those of a plain loop.
func checkResults(_ all: Communicator) throws {
  let end = try SelfTest.run(sweep, on: all, stop: StopSignal()) { unit, inputs, _ in
    expect(unit.place == .anywhere || all.rank == 0, "a unit of the root is done at rank 0")
    // Units end in a different order each time.
    Thread.sleep(forTimeInterval: Double.random(in: 0...0.002))
    let (measurements, payload) = result(of: unit, inputs)
    return .done(measurements: measurements, payload: payload)
  }
  let summary = try end.summary.get()
  expect(summary.ending == .finished && summary.done == sweep.count && summary.exitCode == 0, "all is done: \(summary)")
  try expectSame(summary, on: all)
  if all.rank == 0 { expectAll(end.ledger.outcomes) }
}

/// A unit that fails blocks others, and the remaining units are done.
func checkFailures(_ all: Communicator) throws {
  let end = try SelfTest.run(sweep, retries: 1, on: all, stop: StopSignal()) { unit, inputs, _ in
    if unit.name == "probe b" { throw Failure.expected }
    let (measurements, payload) = result(of: unit, inputs)
    return .done(measurements: measurements, payload: payload)
  }
  let summary = try end.summary.get()
  expect(
    (summary.done, summary.failed, summary.blocked, summary.exitCode) == (sweep.count - 2, 1, 1, 1),
    "one unit fails and blocks one: \(summary)")
  try expectSame(summary, on: all)
  guard all.rank == 0 else { return }
  let statuses = Dictionary(uniqueKeysWithValues: end.ledger.outcomes.map { ($0.unit, $0.status) })
  expect(statuses[Identity(hex: "probe b")] == .failed("expected"), "its message is recorded")
  expect(
    statuses[Identity(hex: "consistency")] == .blocked("needs \"probe b\", which failed"), "who needs it is blocked")
}

/// An error that ends the job on one rank ends it on all, with one exit code.
func checkFatalErrors(_ all: Communicator) throws {
  let last = all.size - 1
  let units = (0..<4 * all.size).map { unit("\($0)", cost: dear) }
  let end = try SelfTest.run(units, on: all, stop: StopSignal()) { _, _, context in
    if all.rank == last { throw Fatal() }
    while !context.shouldStop { Thread.sleep(forTimeInterval: 0.001) }
    return .interrupted
  }
  switch end.summary {
  case .success(let summary):
    expect(all.rank > 0 && summary.exitCode == 74 && summary.remaining == units.count, "exit code 74: \(summary)")
  case .failure(let error as CoordinationError):
    expect(
      error == .endedByRank(last, message: "fatal 74", exitStatus: .inputOutput), "rank \(last) ended it: \(error)")
    expect(all.rank == 0 && last > 0, "rank 0 throws what ended another rank")
  case .failure(let error):
    expect(all.rank == 0 && last == 0 && error as? Fatal == Fatal(), "rank 0 throws its own: \(error)")
  }
}

/// Only rank 0 gets USR1, while every rank is in the middle of a unit; a second job finishes the remaining units.
func checkInterruption(_ all: Communicator) throws {
  let stop = try StopSignal.catchingSignals()
  let interrupted = try SelfTest.run(sweep, on: all, stop: stop) { unit, inputs, context in
    if unit.name.hasPrefix("point") || unit.place == .root {
      if all.rank == 0 { expect(kill(getpid(), SIGUSR1) == 0, "a signal to itself") }
      while !context.shouldStop { Thread.sleep(forTimeInterval: 0.001) }
      return .interrupted
    }
    let (measurements, payload) = result(of: unit, inputs)
    return .done(measurements: measurements, payload: payload)
  }
  let summary = try interrupted.summary.get()
  expect(summary.interruptedBy == SIGUSR1 && summary.exitCode == 75, "a signal ended the job: \(summary)")
  expect(all.rank == 0 || stop.signal == nil, "the signal came to rank 0 only")
  expect(summary.done == sweep.count - summary.remaining && summary.remaining >= 90, "the points are left: \(summary)")
  try expectSame(summary, on: all)

  let resumed = try SelfTest.run(sweep, finished: interrupted.ledger.outcomes, on: all, stop: StopSignal()) {
    unit, inputs, _ in
    let (measurements, payload) = result(of: unit, inputs)
    return .done(measurements: measurements, payload: payload)
  }
  expect(try resumed.summary.get().done == sweep.count, "the rest is done")
  if all.rank == 0 { expectAll(interrupted.ledger.outcomes + resumed.ledger.outcomes) }
}

/// Another rank sends rank 0 a payload of 3 GiB; every byte must be in place.
func checkHugePayload(_ all: Communicator) throws {
  expect(all.size > 1, "two ranks")
  let count = 3 << 30
  // Rank 0 lets go of it until another rank has it.
  let end = try SelfTest.run([unit("huge", cost: dear)], retries: 10_000, on: all, stop: StopSignal()) { _, _, _ in
    guard all.rank > 0 else {
      Thread.sleep(forTimeInterval: 0.01)
      throw Failure.expected
    }
    let payload = [UInt8](unsafeUninitializedCapacity: count) { bytes, filled in
      for i in 0..<count { bytes[i] = UInt8(truncatingIfNeeded: i ^ i >> 13 ^ i >> 29) }
      filled = count
    }
    return .done(measurements: [:], payload: payload)
  }
  expect(try end.summary.get().done == 1, "the unit is done")
  guard all.rank == 0 else { return }
  let payload = end.ledger.outcomes.first?.payload ?? []
  expect(payload.count == count, "\(count) bytes, got \(payload.count)")
  let isSame = payload.withUnsafeBufferPointer { bytes in
    bytes.indices.allSatisfy { bytes[$0] == UInt8(truncatingIfNeeded: $0 ^ $0 >> 13 ^ $0 >> 29) }
  }
  expect(isSame, "every byte as it was sent")
  print("coordination-selftest: \(all.size) ranks: a payload of \(count) bytes came to rank 0")
}

private enum Failure: Error { case expected }

/// The outcomes are those of a plain loop over the sweep, each once, bit for bit.
private func expectAll(_ outcomes: [Outcome]) {
  expect(outcomes.count == sweep.count, "\(sweep.count) outcomes, got \(outcomes.count)")
  let byUnit = Dictionary(outcomes.map { ($0.unit, $0) }) { first, _ in first }
  var inputs: Inputs = [:]
  for unit in sweep {
    let (measurements, payload) = result(of: unit, inputs)
    inputs[unit.id] = measurements
    guard let outcome = byUnit[unit.id], outcome.status == .done else {
      expect(false, "\(unit.name) is done")
      continue
    }
    expect(
      outcome.measurements.mapValues(\.bitPattern) == measurements.mapValues(\.bitPattern),
      "\(measurements) of \(unit.name), got \(outcome.measurements)")
    expect(outcome.payload == payload, "\(payload?.count ?? 0) bytes of \(unit.name)")
  }
}

/// All ranks must have the same summary.
private func expectSame(_ summary: Summary, on all: Communicator) throws {
  let numbers = [summary.done, summary.failed, summary.blocked, summary.remaining, Int(summary.exitCode)].map(
    Int64.init)
  let everybody = try all.allgather(numbers)
  expect(everybody.allSatisfy { $0 == numbers }, "the same summary on all ranks, got \(everybody)")
}
