public import Diagnostics

/// How many units are in which state.
public struct UnitCounts: Sendable, Hashable, Codable {
  /// Waiting for units that they need.
  public var waiting = 0
  /// Ready to be handed out.
  public var ready = 0
  /// Handed out.
  public var running = 0
  /// Done.
  public var done = 0
  /// Failed for good.
  public var failed = 0
  /// Blocked by a failed unit.
  public var blocked = 0

  /// No units.
  public init() {}

  /// Units of the plan.
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

/// How a job ended: the same value on every rank.
public struct Summary: Sendable, Hashable, Codable {
  /// Why it ended.
  public enum Ending: Sendable, Hashable, Codable {
    /// Everything that could be done is done.
    case finished
    /// A signal asked for the end; the same command goes on.
    case interrupted(signal: Int32)
    /// An error ended it, which rank 0 throws.
    case failed(ExitStatus)
  }

  /// Why it ended.
  public let ending: Ending
  /// Units that are done, now or earlier.
  public let done: Int
  /// Units that failed.
  public let failed: Int
  /// Units that a failed one blocks.
  public let blocked: Int
  /// Units that are still to be done.
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

  /// The exit status of every rank: 0 if all units are done, 1 if some failed or are blocked, 75 after a signal, and
  /// otherwise that of the error.
  public var exitCode: Int32 {
    switch ending {
    case .finished: failed + blocked == 0 ? 0 : ExitStatus.failed.rawValue
    case .interrupted: ExitStatus.interrupted.rawValue
    case .failed(let status): status.rawValue
    }
  }
}
