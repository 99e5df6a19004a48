public import Sweep

/// Is told about the job's progress: status file, lease, progress bar. Called only by the coordinator's thread.
public protocol ProgressObserver: Sendable {
  /// Called at the start, about once a second, and at the end.
  ///
  /// - Throws: an error that ends the job, such as a lost lease.
  func observe(_ progress: JobProgress) throws

  /// Called when a unit failed and will be tried again. Such failures are not recorded.
  ///
  /// - Parameters:
  ///   - unit: the unit.
  ///   - rank: the rank on which it failed.
  ///   - message: the reason.
  func willRetry(_ unit: WorkUnit, rank: Int, message: String)
}

/// The progress of a job.
public struct JobProgress: Sendable {
  /// A unit that is running on a rank, or queued there.
  public struct RunningUnit: Sendable {
    /// The unit.
    public let unit: WorkUnit
    /// The rank.
    public let rank: Int
    /// The fraction that is done, in `0...1`, as last reported by the rank.
    public let fraction: Double
    /// How long the rank has had the unit, in seconds. A rank that got several units does them one after the other.
    public let seconds: Double
  }

  /// The number of units in each state.
  public let counts: UnitCounts
  /// The phases of the plan, in the order of ``Phase``.
  public let phases: [PhaseProgress]
  /// The units that are handed out, by rank and name.
  public let running: [RunningUnit]
  /// Seconds since the start of this job.
  public let seconds: Double
  /// Predicted operations that this job has done, including parts of running units.
  public let costDone: Double
  /// Predicted operations still to be done.
  public let costRemaining: Double
  /// Predicted operations of the whole plan.
  public let costTotal: Double

  /// The fraction of the plan's predicted operations that is done, including earlier jobs, in `0...1`.
  public var share: Double {
    costTotal > 0 ? min(1, max(0, 1 - costRemaining / costTotal)) : 1
  }

  /// Predicted operations per second of all ranks together; nil before the first progress.
  public var rate: Double? {
    costDone > 0 && seconds > 0 ? costDone / seconds : nil
  }

  /// Seconds until the end at the present rate; nil before there is one.
  public var secondsLeft: Double? {
    rate.map { costRemaining / $0 }
  }
}
