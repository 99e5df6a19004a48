public import Foundation
internal import POSIX
public import Sweep

/// What a run is doing, as `status.json` says it, and `seedscape run --progress json` line by line.
public struct RunStatus: Sendable, Hashable, Codable {
  /// Whether the run goes on.
  public enum State: String, Sendable, Hashable, Codable {
    /// Units are worked on.
    case running
    /// All units have an outcome.
    case finished
    /// It was asked to stop; the same command resumes it.
    case interrupted
    /// An error ended it; without its cause the same command resumes it.
    case failed
  }

  /// Units by what became of them.
  public struct Counts: Sendable, Hashable, Codable {
    /// Those with results.
    public let done: Int
    /// Those that failed.
    public let failed: Int
    /// Those that need a failed or blocked one.
    public let blocked: Int
    /// Those that are worked on.
    public let running: Int
    /// All others.
    public let waiting: Int
    /// All together.
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

  /// How far one phase of the sweep is.
  public struct PhaseStatus: Sendable, Hashable, Codable {
    /// The phase.
    public let phase: Phase
    /// Its units by what became of them.
    public let counts: Counts
    /// How much of its predicted operations are behind it, in `0...1`.
    public let share: Double
    /// Units finished per second while the program worked on the phase; nil before there are any.
    public let unitsPerSecond: Double?
    /// Seconds until its end; nil while the program does not work on it, or before there is a rate.
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

  /// A unit that is worked on.
  public struct Running: Sendable, Hashable, Codable {
    /// Its readable name.
    public let unit: String
    /// The rank that works on it.
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

  /// Why units failed, and how many for that reason.
  public struct Failures: Sendable, Hashable, Codable {
    /// What the first of them said.
    public let reason: String
    /// The name of the first of them.
    public let unit: String
    /// How many said the same.
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
  /// Whether the run goes on.
  public let state: State
  /// When this was written.
  public let time: Date
  /// Units by what became of them.
  public let counts: Counts
  /// How much of the predicted operations of the plan are behind it, in `0...1`.
  public let share: Double
  /// The phases that the sweep has, in the order of `Phase`.
  public let phases: [PhaseStatus]
  /// The units that are worked on.
  public let running: [Running]
  /// The first different reasons of failures, at most three.
  public let failures: [Failures]
  /// Seconds since this start of the program.
  public let elapsed: Double
  /// Predicted operations finished per second since this start of the program; nil before the first.
  public let operationsPerSecond: Double?
  /// Seconds until the end at that rate; nil before there is a rate.
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

  /// The same in another state.
  public func with(_ state: State) -> RunStatus {
    RunStatus(
      sweep: sweep, state: state, time: time, counts: counts, share: share, phases: phases, running: running,
      failures: failures, elapsed: elapsed, operationsPerSecond: operationsPerSecond, secondsLeft: secondsLeft)
  }
}

/// The file `status.json` of a run directory: what others read while the run lives.
public struct StatusFile: Sendable {
  private let url: URL

  /// The status file of a run directory.
  public init(of run: RunDirectory) {
    url = run.statusFile
  }

  /// Replaces the file; a reader sees the old one or the new one. Not forced to the disk, as it says nothing that
  /// matters after a crash.
  ///
  /// - Throws: `SystemError`.
  public func write(_ status: RunStatus) throws {
    let bytes = try status.json(pretty: true)
    try AtomicFile.write(to: url, isDurable: false) { file in try bytes.withUnsafeBytes { try file.append($0.bytes) } }
  }

  /// The status that was written last; nil when there is none.
  ///
  /// - Throws: ``LedgerError/invalidRecord(path:reason:)``, `SystemError`.
  public func read() throws -> RunStatus? {
    guard try System.exists(url.path) else { return nil }
    let bytes = try System.read(url.path)
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    guard let status = try? decoder.decode(RunStatus.self, from: Data(bytes)), status.isPlausible else {
      throw LedgerError.invalidRecord(path: url.path, reason: "got a file that is no status of a run")
    }
    return status
  }
}
