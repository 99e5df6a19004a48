public import Foundation
public import Sweep

/// What a run is doing, as `status.json` says it.
public struct RunStatus: Sendable, Hashable, Codable {
  /// Whether the run goes on.
  public enum State: String, Sendable, Hashable, Codable {
    /// Units are worked on.
    case running
    /// All units have an outcome.
    case finished
    /// It was asked to stop; the same command resumes it.
    case interrupted
  }

  /// Units by what became of them.
  public struct Counts: Sendable, Hashable, Codable {
    /// Those with results.
    public var done: Int
    /// Those that failed.
    public var failed: Int
    /// Those that need a failed or blocked one.
    public var blocked: Int
    /// Those that are worked on.
    public var running: Int
    /// All others.
    public var waiting: Int

    /// Counts from their parts.
    public init(done: Int = 0, failed: Int = 0, blocked: Int = 0, running: Int = 0, waiting: Int = 0) {
      self.done = done
      self.failed = failed
      self.blocked = blocked
      self.running = running
      self.waiting = waiting
    }

    /// All units of the plan.
    public var total: Int { done + failed + blocked + running + waiting }
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
  /// The units that are worked on.
  public let running: [Running]
  /// Predicted operations finished per second since this start of the program; nil before the first.
  public let operationsPerSecond: Double?
  /// Seconds until the end at that rate; nil before there is a rate.
  public let secondsLeft: Double?

  /// A status.
  ///
  /// - Parameters:
  ///   - finishedCost: predicted operations of the units finished since this start of the program.
  ///   - remainingCost: predicted operations of the units without an outcome.
  ///   - elapsed: seconds since this start of the program.
  public init(
    sweep: String, state: State, time: Date, counts: Counts, running: [Running], finishedCost: Double,
    remainingCost: Double, elapsed: Double
  ) {
    self.sweep = sweep
    self.state = state
    self.time = time
    self.counts = counts
    self.running = running
    let rate = finishedCost > 0 && elapsed > 0 ? finishedCost / elapsed : nil
    operationsPerSecond = rate
    secondsLeft = rate.map { remainingCost / $0 }
  }
}

/// The file `status.json` of a run directory: what others read while the run lives.
public struct StatusFile: Sendable {
  private let path: String

  /// The status file of a run directory.
  public init(of run: RunDirectory) {
    path = run.statusFile.path
  }

  /// Replaces the file; a reader sees the old one or the new one. Not forced to the disk, as it says nothing that
  /// matters after a crash.
  ///
  /// - Throws: ``LedgerError/system(call:path:errno:)``
  public func write(_ status: RunStatus) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    // One writer at a time, who holds the lease: the temporary name need not be unique.
    let temporary = "\(path).tmp"
    let bytes = try encoder.encode(status)
    do {
      try System.writeFile(bytes, temporary)
      try System.rename(temporary, to: path)
    } catch {
      // A full disk is the likely reason; the first error is the one to report.
      try? System.remove(temporary)
      throw error
    }
  }

  /// The status that was written last; nil when there is none.
  ///
  /// - Throws: ``LedgerError/invalidRecord(path:reason:)``
  public func read() throws -> RunStatus? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    do {
      return try decoder.decode(RunStatus.self, from: data)
    } catch {
      throw LedgerError.invalidRecord(path: path, reason: "got a file that is no status of a run")
    }
  }
}
