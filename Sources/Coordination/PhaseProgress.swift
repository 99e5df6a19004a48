public import Sweep

/// The units of one phase of a plan: how many are in which state, and what they cost.
public struct PhaseUnits: Sendable, Hashable {
  /// The phase.
  public let phase: Phase
  /// How many units are in which state.
  public private(set) var counts = UnitCounts()
  /// Predicted operations of all of them.
  public private(set) var cost = 0.0
  /// Predicted operations of those that are not done, failed or blocked.
  public private(set) var costRemaining = 0.0

  init(phase: Phase) { self.phase = phase }

  mutating func add(_ unitCost: Double, as counter: WritableKeyPath<UnitCounts, Int>) {
    let remaining = counts.remaining
    counts[keyPath: counter] += 1
    cost += unitCost
    if counts.remaining > remaining { costRemaining += unitCost }
  }
}

/// How far a phase is.
public struct PhaseProgress: Sendable, Hashable {
  /// The phase.
  public let phase: Phase
  /// How many units are in which state.
  public let counts: UnitCounts
  /// How much of its predicted operations are behind it, earlier jobs and parts of running units included, in `0...1`.
  public let share: Double
  /// Units per second while the job worked on the phase, parts of running ones included; nil before there are any.
  public let unitsPerSecond: Double?
  /// Seconds until its end if the job works on it as before; nil while the job does not work on it, or before it is known
  /// how fast.
  public let secondsLeft: Double?

  /// - Parameters:
  ///   - units: its units.
  ///   - clock: what this job has done of it.
  ///   - fractions: costs of its running units, and how much of each is done.
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

/// What a job has done of a phase, and for how long it worked on it: while at least one of its units was running.
package struct PhaseClock {
  /// Units that the job did.
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
