public import Sweep

/// A plan carried out on paper: what the hand-out of ``Schedule`` comes to when every unit takes a known time.
public struct Simulation: Sendable, Equatable {
  /// From the first unit's start to the last unit's end, in the unit of time of the durations.
  public let makespan: Double
  /// The ranks' working time, all ranks together.
  public let work: Double

  /// Hands out a plan. The time it takes depends on the number of units, not on that of ranks.
  ///
  /// - Parameters:
  ///   - ranks: how many ranks work, at least 1.
  ///   - duration: what a unit takes, > 0.
  /// - Throws: ``CoordinationError`` for a plan that cannot be carried out.
  public init(_ units: [WorkUnit], ranks: Int, duration: (WorkUnit) -> Double) throws {
    var schedule = try Schedule(units: units, ranks: ranks)
    // Messages end in the order of their times; of equal ones the first sent is the first to end.
    var running = Heap<Message> { ($0.end, $0.number) < ($1.end, $1.number) }
    // Ranks but 0 are all alike.
    var (isRootIdle, idle) = (true, ranks - 1)
    var (now, work, sent) = (0.0, 0.0, 0)
    while !schedule.isFinished {
      // As in a job, a rank without work asks again whenever something has ended, rank 0 first.
      while isRootIdle || idle > 0 {
        let taken = schedule.next(for: isRootIdle ? .root : .anywhere)
        // What rank 0 does not get the others do not get either.
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

  /// Units under way on a rank.
  private struct Message {
    let end: Double
    let number: Int
    let isRoot: Bool
    let units: [WorkUnit]
  }
}
