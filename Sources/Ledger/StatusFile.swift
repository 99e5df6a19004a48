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
  /// Seconds since this start of the program.
  public let elapsed: Double
  /// Predicted operations finished per second since this start of the program; nil before the first.
  public let operationsPerSecond: Double?
  /// Seconds until the end at that rate; nil before there is a rate.
  public let secondsLeft: Double?

  /// A status from its parts.
  public init(
    sweep: String, state: State, time: Date, counts: Counts, share: Double, phases: [PhaseStatus], running: [Running],
    elapsed: Double, operationsPerSecond: Double?, secondsLeft: Double?
  ) {
    self.sweep = sweep
    self.state = state
    self.time = time
    self.counts = counts
    self.share = share
    self.phases = phases
    self.running = running
    self.elapsed = elapsed
    self.operationsPerSecond = operationsPerSecond
    self.secondsLeft = secondsLeft
  }

  /// The same in another state.
  public func with(_ state: State) -> RunStatus {
    RunStatus(
      sweep: sweep, state: state, time: time, counts: counts, share: share, phases: phases, running: running,
      elapsed: elapsed, operationsPerSecond: operationsPerSecond, secondsLeft: secondsLeft)
  }

  /// As a JSON object: keys as the names here, sorted; times in ISO 8601; what is nil is null; numbers that are not finite
  /// are the texts "nan", "inf" and "-inf".
  ///
  /// - Parameter pretty: on many lines, for people; otherwise on one.
  public func json(pretty: Bool = false) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    encoder.dateEncodingStrategy = .iso8601
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try encoder.encode(self)
  }
}

// Written out, as what does not exist is to be null rather than left out.
extension RunStatus.PhaseStatus {
  /// All keys, null for what is nil.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(phase, forKey: .phase)
    try container.encode(counts, forKey: .counts)
    try container.encode(share, forKey: .share)
    try container.encode(unitsPerSecond, forKey: .unitsPerSecond)
    try container.encode(secondsLeft, forKey: .secondsLeft)
  }
}

extension RunStatus {
  /// All keys, null for what is nil.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(sweep, forKey: .sweep)
    try container.encode(state, forKey: .state)
    try container.encode(time, forKey: .time)
    try container.encode(counts, forKey: .counts)
    try container.encode(share, forKey: .share)
    try container.encode(phases, forKey: .phases)
    try container.encode(running, forKey: .running)
    try container.encode(elapsed, forKey: .elapsed)
    try container.encode(operationsPerSecond, forKey: .operationsPerSecond)
    try container.encode(secondsLeft, forKey: .secondsLeft)
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
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do {
      return try decoder.decode(RunStatus.self, from: Data(bytes))
    } catch {
      throw LedgerError.invalidRecord(path: url.path, reason: "got a file that is no status of a run")
    }
  }
}
