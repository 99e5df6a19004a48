public import Diagnostics

/// The number of units in each state.
public struct UnitCounts: Sendable, Hashable, Codable {
  /// Waiting for units that they need.
  public var waiting = 0
  /// Ready, but not yet handed out.
  public var ready = 0
  /// Handed out to a rank.
  public var running = 0
  /// Done.
  public var done = 0
  /// Failed for good.
  public var failed = 0
  /// Blocked by a failed unit.
  public var blocked = 0

  /// No units.
  public init() {}

  /// All units of the plan.
  public var total: Int { done + failed + blocked + remaining }

  /// Units that can still be done.
  public var remaining: Int { waiting + ready + running }

  static func += (counts: inout UnitCounts, more: UnitCounts) {
    counts.waiting += more.waiting
    counts.ready += more.ready
    counts.running += more.running
    counts.done += more.done
    counts.failed += more.failed
    counts.blocked += more.blocked
  }
}

/// How a job ended; the same value on every rank.
public struct Summary: Sendable, Hashable, Codable {
  /// Why it ended.
  public enum Ending: Sendable, Hashable, Codable {
    /// Everything that could be done is done.
    case finished
    /// A signal asked for the end; the same command resumes the job.
    case interrupted(signal: Int32)
    /// An error ended it; rank 0 throws it.
    case failed(ExitStatus)
  }

  /// Why it ended.
  public let ending: Ending
  /// The number of units done, in this job or earlier.
  public let done: Int
  /// The number of failed units.
  public let failed: Int
  /// The number of units blocked by failed ones.
  public let blocked: Int
  /// The number of units still to be done.
  public let remaining: Int

  init(_ ending: Ending, _ counts: UnitCounts) {
    self.ending = ending
    done = counts.done
    failed = counts.failed
    blocked = counts.blocked
    remaining = counts.remaining
  }

  /// The signal that ended the job, nil if none did.
  public var interruptedBy: Int32? {
    if case .interrupted(let signal) = ending { signal } else { nil }
  }

  /// The exit status of every rank: 0 if all units are done, 1 if some failed or are blocked, 75 after a signal,
  /// otherwise the status of the error.
  public var exitCode: Int32 {
    switch ending {
    case .finished: failed + blocked == 0 ? 0 : ExitStatus.failed.rawValue
    case .interrupted: ExitStatus.interrupted.rawValue
    case .failed(let status): status.rawValue
    }
  }
}
