public import Sweep

/// Who wants to know how far the job is: status file, lease, progress bar. Called by the coordinator's thread only.
public protocol ProgressObserver: Sendable {
  /// Called at the start, about every second, and at the end.
  ///
  /// - Throws: an error that ends the job, such as a lost lease.
  func observe(_ progress: JobProgress) throws

  /// Called when a unit failed and will be handed out again, which is not recorded.
  ///
  /// - Parameters:
  ///   - unit: the unit.
  ///   - rank: where it failed.
  ///   - message: why.
  func willRetry(_ unit: WorkUnit, rank: Int, message: String)
}

/// How far a job is.
public struct JobProgress: Sendable {
  /// A unit that a rank has in hand.
  public struct RunningUnit: Sendable {
    /// The unit.
    public let unit: WorkUnit
    /// The rank.
    public let rank: Int
    /// How much of it is done, in `0...1`, as the rank last said.
    public let fraction: Double
    /// For how long the rank has had it, in seconds. A rank that got several units has them one after the other.
    public let seconds: Double
  }

  /// How many units are in which state.
  public let counts: UnitCounts
  /// The phases that the plan has, in the order of ``Phase``.
  public let phases: [PhaseProgress]
  /// What is handed out, by rank and name.
  public let running: [RunningUnit]
  /// Seconds since the start of this job.
  public let seconds: Double
  /// Predicted operations that this job has behind it, parts of running units included.
  public let costDone: Double
  /// Predicted operations that are still to be done.
  public let costRemaining: Double
  /// Predicted operations of the whole plan.
  public let costTotal: Double

  /// How much of the predicted operations are behind the plan, earlier jobs included, in `0...1`.
  public var share: Double {
    costTotal > 0 ? min(1, max(0, 1 - costRemaining / costTotal)) : 1
  }

  /// Predicted operations per second of all ranks together, nil before there are any.
  public var rate: Double? {
    costDone > 0 && seconds > 0 ? costDone / seconds : nil
  }

  /// Seconds until the end at the present rate, nil before there is one.
  public var secondsLeft: Double? {
    rate.map { costRemaining / $0 }
  }
}
