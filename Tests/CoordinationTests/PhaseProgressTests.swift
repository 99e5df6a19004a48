import Coordination
import FakeUnits
import Sweep
import Testing

@Suite struct PhaseProgressTests {
  private func unit(_ name: String, _ work: Work, needs: [WorkUnit] = [], cost: Double) -> WorkUnit {
    WorkUnit(
      id: Identity(hex: name), work: work, cost: cost, name: name, needs: needs.map(\.id), place: .anywhere)
  }

  /// Two cells, each followed by a comparison.
  private var units: [WorkUnit] {
    let tunings = ["a", "b"].map {
      unit(
        "cell \($0)", .fineTuning(FineTuningWork(Cell(id: Identity(hex: $0), task: $0, headSeed: 0, orderSeed: 0))),
        cost: 100)
    }
    let comparison = Comparison(kind: .seeds, models: [], probe: Probe(name: "none", task: "none"))
    return tunings
      + tunings.map {
        unit(
          "after \($0.name)", .similarity(SimilarityWork(comparison: comparison, measures: [], decompositions: [])),
          needs: [$0], cost: 10)
      }
  }

  @Test func unitsAreCountedByPhase() throws {
    var schedule = try Schedule(units: units)
    #expect(schedule.phases.map(\.phase) == [.fineTuning, .comparisons])
    _ = schedule.next(for: .anywhere, atMost: 1)
    _ = try schedule.record(Outcome("cell a", .done))
    _ = schedule.next(for: .anywhere, atMost: 1)
    _ = try schedule.record(Outcome("cell b", .failed("no")))
    let (tunings, comparisons) = (schedule.phases[0], schedule.phases[1])
    #expect((tunings.counts.done, tunings.counts.failed, tunings.counts.remaining) == (1, 1, 0))
    #expect((comparisons.counts.ready, comparisons.counts.blocked, comparisons.counts.total) == (1, 1, 2))
    #expect((tunings.cost, tunings.costRemaining, comparisons.cost, comparisons.costRemaining) == (200, 0, 20, 10))
    #expect(schedule.counts.total == 4 && schedule.remainingCost == 10)
  }

  @Test func everyKindOfUnitHasAPhaseAndEveryPhaseUnits() {
    #expect(Set(Work.Kind.allCases.map { $0.type.phase }) == Set(Phase.allCases))
  }

  /// One second of work, five of none, three of work by two ranks at the same time.
  @Test func theClockRunsWhileAUnitRuns() {
    var clock = PhaseClock()
    #expect(clock.seconds(at: 10) == 0)
    clock.begin(at: 10)
    clock.end(at: 11, cost: 100)
    #expect(clock.seconds(at: 16) == 1)
    clock.begin(at: 16)
    clock.begin(at: 17)
    clock.end(at: 18, cost: nil)
    #expect(clock.seconds(at: 18.5) == 3.5)
    clock.end(at: 19, cost: 50)
    #expect(clock.seconds(at: 100) == 4)
    #expect((clock.units, clock.cost) == (2, 150))
  }

  @Test func rateAndTimeLeftFollowFromTheClockAndFromHalvesOfUnits() throws {
    var schedule = try Schedule(units: units)
    var clock = PhaseClock()
    // Nothing done yet: no rate, no time left.
    let before = PhaseProgress(schedule.phases[0], clock, running: [], at: 7)
    #expect(before.unitsPerSecond == nil && before.secondsLeft == nil && before.share == 0)
    _ = schedule.next(for: .anywhere, atMost: 1)
    clock.begin(at: 0)
    let begun = PhaseProgress(schedule.phases[0], clock, running: [(cost: 100, fraction: 0)], at: 1)
    #expect(begun.unitsPerSecond == nil && begun.secondsLeft == nil)
    let half = PhaseProgress(schedule.phases[0], clock, running: [(cost: 100, fraction: 0.5)], at: 10)
    #expect(half.unitsPerSecond == 0.05 && half.secondsLeft == 30 && half.share == 0.25)
    // The phase is idle: nobody knows for how long.
    _ = try schedule.record(Outcome("cell a", .done))
    clock.end(at: 20, cost: 100)
    let waiting = PhaseProgress(schedule.phases[0], clock, running: [], at: 50)
    #expect(waiting.unitsPerSecond == 0.05 && waiting.secondsLeft == nil && waiting.share == 0.5)
  }

  @Test func aResumedPhaseHasItsShareAndNoRate() throws {
    let schedule = try Schedule(units: units, finished: [Identity(hex: "cell a"): .done])
    let phase = PhaseProgress(schedule.phases[0], PhaseClock(), running: [], at: 3)
    #expect(phase.share == 0.5 && phase.counts.done == 1 && phase.unitsPerSecond == nil)
  }

  @Test func aJobTellsItsPhases() throws {
    let end = LocalJob(units: units, workers: 2).run { _, _, context, _ in
      context.report(fraction: 0.5)
      return .done(measurements: [:])
    }
    let (first, last) = (try #require(end.observer.progress.first), try #require(end.observer.progress.last))
    #expect((first.share, last.share) == (0, 1))
    #expect(first.phases.map(\.counts.total) == [2, 2] && last.phases.map(\.counts.done) == [2, 2])
    #expect(last.phases.allSatisfy { $0.share == 1 && $0.secondsLeft == nil })
    #expect(last.secondsLeft == 0 && last.costTotal == 220 && last.costDone == 220)
  }
}
