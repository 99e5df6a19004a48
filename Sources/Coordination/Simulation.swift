public import Sweep

/// A plan carried out on paper: what the hand-out of ``Schedule`` comes to when every unit takes a known time.
public struct Simulation: Sendable, Equatable {
  /// From the first unit's start to the last unit's end, in the unit of time of the durations.
  public let makespan: Double
  /// The ranks' working time, all ranks together.
  public let work: Double

  /// Hands out a plan.
  ///
  /// - Parameters:
  ///   - ranks: how many ranks work, at least 1.
  ///   - duration: what a unit takes, > 0.
  /// - Throws: ``CoordinationError`` for a plan that cannot be carried out.
  public init(_ units: [WorkUnit], ranks: Int, duration: (WorkUnit) -> Double) throws {
    var schedule = try Schedule(units: units, ranks: ranks)
    var running: [(end: Double, rank: Int, units: [WorkUnit])] = []
    var idle = Array(0..<ranks)
    var (now, work) = (0.0, 0.0)
    while !schedule.isFinished {
      // As in a job, a rank without work asks again whenever something has ended.
      idle.removeAll { rank in
        let taken = schedule.next(for: rank == 0 ? .root : .anywhere)
        guard !taken.isEmpty else { return false }
        let time = taken.reduce(0) { $0 + duration($1) }
        work += time
        running.append((now + time, rank, taken))
        return true
      }
      guard let first = running.indices.min(by: { running[$0].end < running[$1].end }) else { break }
      let ended = running.remove(at: first)
      now = ended.end
      for unit in ended.units { _ = try schedule.record(Outcome(unit: unit.id, status: .done)) }
      idle.append(ended.rank)
      idle.sort()
    }
    (makespan, self.work) = (now, work)
  }
}
