public import Sweep

/// A simulated job: hands out units as ``Schedule`` does, given how long each unit takes.
public struct Simulation: Sendable, Equatable {
  /// From the start of the first unit to the end of the last, in the durations' unit of time.
  public let makespan: Double
  /// The total time spent working, over all ranks.
  public let work: Double

  /// Simulates a plan. The time this takes depends on the number of units, not on the number of ranks.
  ///
  /// - Parameters:
  ///   - ranks: the number of ranks, at least 1.
  ///   - duration: how long a unit takes, > 0.
  /// - Throws: ``CoordinationError`` for a plan that cannot be carried out.
  public init(_ units: [WorkUnit], ranks: Int, duration: (WorkUnit) -> Double) throws {
    var schedule = try Schedule(units: units, ranks: ranks)
    // Messages end in order of time; of two that end together, the one sent first ends first.
    var running = Heap<Message> { ($0.end, $0.number) < ($1.end, $1.number) }
    // All ranks except 0 are alike.
    var (isRootIdle, idle) = (true, ranks - 1)
    var (now, work, sent) = (0.0, 0.0, 0)
    while !schedule.isFinished {
      // As in a job, idle ranks ask again whenever something has ended, rank 0 first.
      while isRootIdle || idle > 0 {
        let taken = schedule.next(for: isRootIdle ? .root : .anywhere)
        // If nothing is left for rank 0, nothing is left for the others.
        guard !taken.isEmpty else { break }
        let time = taken.reduce(0) { $0 + duration($1) }
        work += time
        sent += 1
        running.insert(Message(end: now + time, number: sent, isRoot: isRootIdle, units: taken))
        if isRootIdle { isRootIdle = false } else { idle -= 1 }
      }
      guard let ended = running.removeFirst() else { break }
      now = ended.end
      for unit in ended.units { _ = try schedule.record(Outcome(unit: unit.id, status: .done)) }
      if ended.isRoot { isRootIdle = true } else { idle += 1 }
    }
    (makespan, self.work) = (now, work)
  }

  /// Units being done on a rank.
  private struct Message {
    let end: Double
    let number: Int
    let isRoot: Bool
    let units: [WorkUnit]
  }
}
