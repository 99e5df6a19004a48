import Coordination
import Diagnostics
import FakeUnits
import Foundation
import Sweep
import Synchronization
import Testing

/// Whole jobs whose ranks are threads of this process.
@Suite(.timeLimit(.minutes(1)))
struct JobTests {
  /// What one worker records of the sweep.
  private static let expected = LocalJob(units: sweep).run { unit, inputs, _, _ in result(of: unit, inputs) }

  @Test func oneWorkerDoesEverything() throws {
    let end = Self.expected
    let summary = try end.result.get()
    #expect(summary.ending == .finished && summary.exitCode == 0 && summary.interruptedBy == nil)
    #expect((summary.done, summary.failed, summary.blocked, summary.remaining) == (46, 0, 0, 0))
    #expect(end.recorder.statuses.count == 46)
    #expect(end.observer.progress.last?.counts.done == 46)
    #expect(end.observer.progress.last?.costRemaining == 0)
    // Inputs arrive: without them the same unit would give another result.
    let alone = LocalJob(units: [unit("axes a")]).run { unit, inputs, _, _ in result(of: unit, inputs) }
    #expect(!end.recorder.contents.contains(alone.recorder.contents[0]))
  }

  @Test func withoutMPITheCallingThreadWorks() throws {
    let recorder = MemoryRecorder()
    let thread = pthread_self()
    let job = try Job(on: nil, stop: StopSignal())
    let summary = try job.coordinate(
      sweep, finished: [], recorder: recorder, observer: MemoryObserver()
    ) { unit, inputs, _ in
      #expect(pthread_equal(pthread_self(), thread) != 0)
      return result(of: unit, inputs)
    }
    #expect(summary.done == 46)
    #expect(recorder.contents == Self.expected.recorder.contents)
    #expect(throws: Fatal()) {
      try job.coordinate(sweep, finished: [], recorder: recorder, observer: MemoryObserver()) { _, _, _ in
        throw Fatal()
      }
    }
  }

  @Test("results are the same bytes", arguments: 1...5)
  func anyNumberOfWorkers(_ workers: Int) throws {
    let end = LocalJob(units: sweep, workers: workers).run { unit, inputs, _, rank in
      #expect(unit.place == .anywhere || rank == 0)
      dawdle()
      return result(of: unit, inputs)
    }
    #expect(end.recorder.contents == Self.expected.recorder.contents)
    #expect(end.recorder.records.allSatisfy { (0..<workers).contains($0.rank) })
    let summary = try end.result.get()
    #expect(end.summaries == [Summary?](repeating: summary, count: workers))

    // Whatever the order, nothing is recorded before the units it needs.
    var recorded: Set<Identity> = []
    for record in end.recorder.records {
      #expect(recorded.isSuperset(of: record.unit.needs))
      recorded.insert(record.unit.id)
    }
  }

  @Test(arguments: [1, 4])
  func rootUnitsFindTheirNeedsRecorded(_ workers: Int) {
    let job = LocalJob(units: sweep, workers: workers)
    let seen = Mutex<Set<String>>([])
    _ = job.run { [recorder = job.recorder] unit, inputs, _, _ in
      if unit.place == .root { seen.withLock { $0 = Set(recorder.statuses.keys) } }
      return result(of: unit, inputs)
    }
    #expect(seen.withLock { $0 }.isSuperset(of: ["probe a", "probe b", "probe c"]))
  }

  @Test(arguments: 1...5)
  func aFailureIsAnOutcome(workers: Int) throws {
    let end = LocalJob(units: sweep, workers: workers, retries: 1).run { unit, inputs, _, _ in
      if unit.name == "axes b" || unit.name == "point a 7" { throw CocoaError(.fileNoSuchFile) }
      return result(of: unit, inputs)
    }
    let summary = try end.result.get()
    #expect((summary.done, summary.failed, summary.blocked, summary.remaining) == (32, 2, 12, 0))
    #expect(summary.exitCode == 1)
    #expect(end.recorder.statuses["point b 3"] == .blocked("needs \"axes b\", which failed"))
    #expect(end.recorder.statuses["point a 7"] == .failed("\(CocoaError(.fileNoSuchFile))"))
    #expect(end.recorder.statuses["consistency"] == .done)
    #expect(end.observer.retries.map { String($0.prefix { $0 != ":" }) }.sorted() == ["axes b", "point a 7"])
  }

  /// The next start tries failures again that someone can fix outside the program, but not failures of the unit itself.
  @Test func aFailureForWantOfAFileMayPass() throws {
    let end = LocalJob(units: sweep, workers: 2).run { unit, inputs, _, _ in
      if unit.name == "axes b" { throw Fatal(exitStatus: .badInput) }
      if unit.name == "point a 7" { throw Fatal(exitStatus: .failed) }
      return result(of: unit, inputs)
    }
    _ = try end.result.get()
    #expect(end.recorder.records.filter(\.outcome.mayPass).map(\.unit.name) == ["axes b"])
  }

  @Test func aRetryCanSucceed() throws {
    let attempts = Mutex(0)
    let end = LocalJob(units: [unit("a")], retries: 2).run { unit, inputs, _, _ in
      guard
        attempts.withLock({
          $0 += 1; return $0
        }) == 3
      else { throw Fatality.oops }
      return result(of: unit, inputs)
    }
    #expect(end.recorder.statuses == ["a": .done])
    #expect(end.observer.retries == ["a: oops", "a: oops"])
    #expect(try end.result.get().exitCode == 0)
  }

  @Test func stoppingUnaskedIsAFailure() throws {
    let end = LocalJob(units: [unit("a")]).run { _, _, _, _ in .interrupted }
    #expect(try end.result.get().failed == 1)
  }

  @Test func failuresOfEarlierRunsBlock() throws {
    let units = [unit("a"), unit("b", needs: ["a"]), unit("c")]
    let end = LocalJob(units: units, finished: [Outcome("a", .failed("x"))], workers: 2).run { unit, inputs, _, _ in
      result(of: unit, inputs)
    }
    #expect(end.recorder.statuses == ["b": .blocked("needs \"a\", which failed"), "c": .done])
    #expect(try end.result.get().exitCode == 1)
  }

  private enum Fatality: Error { case oops }
}

/// Jobs that end early.
@Suite(.timeLimit(.minutes(1)))
struct JobEndTests {
  @Test(
    "interrupted, resumed by another number of workers, the same bytes", arguments: [(1, 3), (4, 1), (3, 5), (2, 2)])
  func resume(first: Int, second: Int) throws {
    let expected = LocalJob(units: sweep).run { unit, inputs, _, _ in result(of: unit, inputs) }
    let job = LocalJob(units: sweep, workers: first)
    let started = Mutex(0)
    // Only one rank gets the signal, and not always rank 0.
    let interrupted = job.run { [stops = job.stops] unit, inputs, context, rank in
      dawdle()
      if started.withLock({
        $0 += 1; return $0
      }) == 10 {
        stops[rank].raise(12)
      }
      return context.shouldStop ? .interrupted : result(of: unit, inputs)
    }
    let summary = try interrupted.result.get()
    #expect(summary.ending == .interrupted(signal: 12) && summary.interruptedBy == 12 && summary.exitCode == 75)
    #expect(interrupted.summaries == [Summary?](repeating: summary, count: first))
    #expect(summary.remaining > 0 && summary.done == interrupted.recorder.records.count)

    let finished = interrupted.recorder.outcomes
    let resumed = LocalJob(units: sweep, finished: finished, workers: second).run { unit, inputs, _, _ in
      result(of: unit, inputs)
    }
    #expect(try resumed.result.get().exitCode == 0)
    #expect((interrupted.recorder.contents + resumed.recorder.contents).sorted() == expected.recorder.contents)
  }

  /// The workers are told by a message, in the middle of a unit.
  @Test func aSignalAtTheRootStopsUnitsEverywhere() throws {
    let job = LocalJob(units: (0..<5).map { unit("\($0)", cost: 1e12) }, workers: 4)
    let started = Mutex(0)
    let end = job.run { [stop = job.stops[0]] _, _, context, rank in
      if started.withLock({
        $0 += 1; return $0
      }) == 4 {
        stop.raise(10)
      }
      while !context.shouldStop { Thread.sleep(forTimeInterval: 0.001) }
      return .interrupted
    }
    #expect(try end.result.get().interruptedBy == 10)
    #expect(try end.result.get().remaining == 5)
    #expect(end.recorder.calls == 0)
    #expect(started.withLock { $0 } == 4)
  }

  @Test func aSignalBeforeTheStartLeavesEverything() throws {
    let job = LocalJob(units: sweep, workers: 3)
    job.stops[0].raise(15)
    let end = job.run { unit, inputs, _, _ in result(of: unit, inputs) }
    #expect(try end.result.get().remaining == 46)
  }

  @Test func aSignalThatFindsEverythingDoneInterruptsNothing() throws {
    let job = LocalJob(units: [unit("a")])
    let end = job.run { [stop = job.stops[0]] unit, inputs, _, _ in
      stop.raise(10)
      return result(of: unit, inputs)
    }
    #expect(try end.result.get().ending == .finished)
  }

  @Test(arguments: 1...4)
  func aFatalErrorEndsTheJob(workers: Int) {
    let end = LocalJob(units: sweep, workers: workers).run { unit, inputs, _, _ in
      if unit.name == "axes b" { throw Fatal() }
      return result(of: unit, inputs)
    }
    #expect(throws: Fatal()) { try end.result.get() }
    #expect(end.summaries.allSatisfy { $0?.ending == .failed(.inputOutput) && $0?.exitCode == 74 })
    #expect(end.recorder.statuses["axes b"] == nil && end.recorder.statuses["point b 0"] == nil)
    // Work done before is kept.
    #expect(end.recorder.statuses["cell b"] == .done)
  }

  /// Before every root unit the coordinator records, so there are many calls.
  @Test("a recorder fails", arguments: [(1, 1), (1, 3), (3, 2), (4, 4)])
  func recorder(workers: Int, call: Int) {
    var units = [unit("0")]
    for number in 1..<8 {
      units.append(unit("\(number)", needs: ["\(number - 1)"], at: number % 2 == 0 ? .anywhere : .root))
    }
    let job = LocalJob(units: units, workers: workers, recorder: MemoryRecorder(failingCall: call))
    let end = job.run { unit, inputs, _, _ in result(of: unit, inputs) }
    #expect(throws: Fatal()) { try end.result.get() }
    #expect(end.summaries.allSatisfy { $0?.exitCode == 74 })
    #expect(end.recorder.calls == call)
  }

  /// In so short a job the first call is at the start and the second at the end.
  @Test(arguments: [(1, 1), (3, 1), (3, 2)])
  func anObserverFails(workers: Int, call: Int) {
    let job = LocalJob(units: sweep, workers: workers, observer: MemoryObserver(failingCall: call))
    let end = job.run { unit, inputs, _, _ in result(of: unit, inputs) }
    #expect(throws: Fatal(exitStatus: .interrupted)) { try end.result.get() }
    #expect(end.summaries.allSatisfy { $0?.ending == .failed(.interrupted) })
    // A job that has lost the lease writes nothing more.
    #expect(call > 1 || end.recorder.calls == 0)
  }

  @Test func aPlanThatCannotBeDoneSendsEverybodyHome() {
    let end = LocalJob(units: [unit("a", needs: ["a"])], workers: 3).run { _, _, _, _ in .interrupted }
    #expect(throws: CoordinationError.cycle(["a", "a"])) { try end.result.get() }
    #expect(end.summaries.allSatisfy { $0?.exitCode == 70 })
    #expect(end.recorder.calls == 0 && end.observer.progress.isEmpty)
  }
}
