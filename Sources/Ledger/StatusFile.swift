public import Foundation
internal import POSIX
public import Sweep

/// What a run is doing, as written to `status.json` and, line by line, by `seedscape run --progress json`.
public struct RunStatus: Sendable, Hashable, Codable {
  /// The state of the run.
  public enum State: String, Sendable, Hashable, Codable {
    /// Units are being done.
    case running
    /// All units have an outcome.
    case finished
    /// It was stopped on request; the same command resumes it.
    case interrupted
    /// An error ended it. Once the cause is fixed, the same command resumes it.
    case failed
  }

  /// The number of units in each state.
  public struct Counts: Sendable, Hashable, Codable {
    /// Units with results.
    public let done: Int
    /// Units that failed.
    public let failed: Int
    /// Units that need a failed or blocked one.
    public let blocked: Int
    /// Units that are being done.
    public let running: Int
    /// All other units.
    public let waiting: Int
    /// All units.
    public let total: Int

    /// Counts from their parts.
    public init(done: Int = 0, failed: Int = 0, blocked: Int = 0, running: Int = 0, waiting: Int = 0) {
      self.done = done
      self.failed = failed
      self.blocked = blocked
      self.running = running
      self.waiting = waiting
      total = done + failed + blocked + running + waiting
    }
  }

  /// The progress of one phase of the sweep.
  public struct PhaseStatus: Sendable, Hashable, Codable {
    /// The phase.
    public let phase: Phase
    /// The number of units in each state.
    public let counts: Counts
    /// The fraction of its predicted operations that is done, in `0...1`.
    public let share: Double
    /// Units finished per second while the program worked on the phase; nil before the first.
    public let unitsPerSecond: Double?
    /// Seconds until the phase ends; nil while the program does not work on it, or before there is a rate.
    public let secondsLeft: Double?

    /// A phase's status from its parts.
    public init(phase: Phase, counts: Counts, share: Double, unitsPerSecond: Double?, secondsLeft: Double?) {
      self.phase = phase
      self.counts = counts
      self.share = share
      self.unitsPerSecond = unitsPerSecond
      self.secondsLeft = secondsLeft
    }
  }

  /// A unit that is being done.
  public struct Running: Sendable, Hashable, Codable {
    /// Its readable name.
    public let unit: String
    /// The rank that is doing it.
    public let rank: Int
    /// When it was handed out.
    public let since: Date

    /// A running unit from its parts.
    public init(unit: String, rank: Int, since: Date) {
      self.unit = unit
      self.rank = rank
      self.since = since
    }
  }

  /// A reason for failures, and the number of units that failed for it.
  public struct Failures: Sendable, Hashable, Codable {
    /// The message of the first failure.
    public let reason: String
    /// The name of the first failed unit.
    public let unit: String
    /// The number of failures with the same message.
    public var count: Int

    /// Failures from their parts.
    public init(reason: String, unit: String, count: Int) {
      self.reason = reason
      self.unit = unit
      self.count = count
    }
  }

  /// The sweep's name.
  public let sweep: String
  /// The state of the run.
  public let state: State
  /// When this status was written.
  public let time: Date
  /// The number of units in each state.
  public let counts: Counts
  /// The fraction of the plan's predicted operations that is done, in `0...1`.
  public let share: Double
  /// The phases of the sweep, in the order of `Phase`.
  public let phases: [PhaseStatus]
  /// The units that are being done.
  public let running: [Running]
  /// The first distinct reasons for failures, at most three.
  public let failures: [Failures]
  /// Seconds since the program started.
  public let elapsed: Double
  /// Predicted operations finished per second since the program started; nil before the first.
  public let operationsPerSecond: Double?
  /// Seconds until the end at the present rate; nil before there is one.
  public let secondsLeft: Double?

  /// A status from its parts.
  public init(
    sweep: String, state: State, time: Date, counts: Counts, share: Double, phases: [PhaseStatus], running: [Running],
    failures: [Failures] = [], elapsed: Double, operationsPerSecond: Double?, secondsLeft: Double?
  ) {
    self.sweep = sweep
    self.state = state
    self.time = time
    self.counts = counts
    self.share = share
    self.phases = phases
    self.running = running
    self.failures = failures
    self.elapsed = elapsed
    self.operationsPerSecond = operationsPerSecond
    self.secondsLeft = secondsLeft
  }

  /// The same status with another state.
  public func with(_ state: State) -> RunStatus {
    RunStatus(
      sweep: sweep, state: state, time: time, counts: counts, share: share, phases: phases, running: running,
      failures: failures, elapsed: elapsed, operationsPerSecond: operationsPerSecond, secondsLeft: secondsLeft)
  }
}

/// The file `status.json` of a run directory, for other programs to read while the run is active.
public struct StatusFile: Sendable {
  private let url: URL

  /// The status file of a run directory.
  public init(of run: RunDirectory) {
    url = run.statusFile
  }

  /// Replaces the file; a reader sees either the old one or the new one. Not forced to disk, because the status does
  /// not matter after a crash.
  ///
  /// - Throws: `SystemError`.
  public func write(_ status: RunStatus) throws {
    let bytes = try status.json(pretty: true)
    try AtomicFile.write(to: url, isDurable: false) { file in try bytes.withUnsafeBytes { try file.append($0.bytes) } }
  }

  /// The last status written; nil if there is none.
  ///
  /// - Throws: ``LedgerError/invalidRecord(path:reason:)``, `SystemError`.
  public func read() throws -> RunStatus? {
    guard try System.exists(url.path) else { return nil }
    let bytes = try System.read(url.path)
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    guard let status = try? decoder.decode(RunStatus.self, from: Data(bytes)), status.isPlausible else {
      throw LedgerError.invalidRecord(path: url.path, reason: "got a file that is not the status of a run")
    }
    return status
  }
}
