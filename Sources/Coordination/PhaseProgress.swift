public import Sweep

/// The units of one phase of a plan: the number in each state, and their cost.
public struct PhaseUnits: Sendable, Hashable {
  /// The phase.
  public let phase: Phase
  /// The number of units in each state.
  public private(set) var counts = UnitCounts()
  /// Predicted operations of all units.
  public private(set) var cost = 0.0
  /// Predicted operations of the units that are not done, failed or blocked.
  public private(set) var costRemaining = 0.0

  init(phase: Phase) { self.phase = phase }

  mutating func add(_ unitCost: Double, as counter: WritableKeyPath<UnitCounts, Int>) {
    let remaining = counts.remaining
    counts[keyPath: counter] += 1
    cost += unitCost
    if counts.remaining > remaining { costRemaining += unitCost }
  }
}

/// The progress of a phase.
public struct PhaseProgress: Sendable, Hashable {
  /// The phase.
  public let phase: Phase
  /// The number of units in each state.
  public let counts: UnitCounts
  /// The fraction of its predicted operations that is done, including earlier jobs and parts of running units, in
  /// `0...1`.
  public let share: Double
  /// Units per second while the job worked on the phase, including parts of running units; nil before the first
  /// progress.
  public let unitsPerSecond: Double?
  /// Seconds until the phase ends at the present rate; nil while the job does not work on it, or before there is a
  /// rate.
  public let secondsLeft: Double?

  /// - Parameters:
  ///   - units: its units.
  ///   - clock: what this job has done in the phase.
  ///   - fractions: for each running unit its cost and the fraction done.
  ///   - now: seconds since the start of the job.
  package init(
    _ units: PhaseUnits, _ clock: PhaseClock, running fractions: [(cost: Double, fraction: Double)], at now: Double
  ) {
    phase = units.phase
    counts = units.counts
    let halfDone = fractions.reduce(0) { $0 + $1.cost * $1.fraction }
    let remaining = max(0, units.costRemaining - halfDone)
    share = units.cost > 0 ? min(1, max(0, 1 - remaining / units.cost)) : 1
    let seconds = clock.seconds(at: now)
    let done = Double(clock.units) + fractions.reduce(0) { $0 + $1.fraction }
    unitsPerSecond = done > 0 && seconds > 0 ? done / seconds : nil
    let cost = clock.cost + halfDone
    secondsLeft = units.counts.running > 0 && cost > 0 && seconds > 0 ? remaining * seconds / cost : nil
  }
}

/// What a job has done in a phase, and how long it worked on it: while at least one of its units was running.
package struct PhaseClock {
  /// The number of units that the job did.
  package private(set) var units = 0
  /// Their predicted operations.
  package private(set) var cost = 0.0
  private var running = 0
  private var runningSince = 0.0
  private var secondsBefore = 0.0

  /// Nothing done yet.
  package init() {}

  /// A unit was handed out.
  package mutating func begin(at now: Double) {
    if running == 0 { runningSince = now }
    running += 1
  }

  /// A unit came back.
  ///
  /// - Parameter cost: its predicted operations if it is done, otherwise nil.
  package mutating func end(at now: Double, cost: Double?) {
    running -= 1
    if running == 0 { secondsBefore += now - runningSince }
    if let cost {
      units += 1
      self.cost += cost
    }
  }

  /// How long the job has worked on the phase.
  package func seconds(at now: Double) -> Double {
    secondsBefore + (running > 0 ? now - runningSince : 0)
  }
}
