public import Foundation
public import Sweep

/// An outcome together with the other facts that the ledger records.
public struct RecordedOutcome: Sendable {
  /// The unit.
  public let unit: WorkUnit
  /// Its outcome.
  public let outcome: Outcome
  /// How often it was tried, at least 1.
  public let attempts: Int
  /// The rank that did it.
  public let rank: Int
  /// The host of that rank.
  public let host: String
  /// When it was recorded.
  public let time: Date

  /// A record from its parts.
  ///
  /// - Precondition: the outcome belongs to the unit.
  public init(unit: WorkUnit, outcome: Outcome, attempts: Int = 1, rank: Int, host: String, time: Date = Date()) {
    precondition(unit.id == outcome.unit, "the outcome is of another unit")
    self.unit = unit
    self.outcome = outcome
    self.attempts = attempts
    self.rank = rank
    self.host = host
    self.time = time
  }
}

/// A unit's record in the ledger.
public struct StoredOutcome: Sendable, Equatable {
  /// The unit's readable name.
  public let name: String
  /// The kind of work.
  public let kind: Work.Kind
  /// How it ended; never `interrupted`.
  public let status: Outcome.Status
  /// For a failure, whether a file or disk caused it and not the unit, so that it may pass.
  public let mayPass: Bool
  /// How often it was tried.
  public let attempts: Int
  /// Wall-clock time in seconds.
  public let seconds: Double
  /// The rank that did it.
  public let rank: Int
  /// The host of that rank.
  public let host: String
  /// When it was recorded, to the millisecond.
  public let time: Date
}

/// What became of a unit, for results.
public struct RecordedResult: Sendable {
  /// What the unit does.
  public let kind: Work.Kind
  /// How it ended; never `interrupted`.
  public let status: Outcome.Status
  /// Its numbers.
  public let measurements: Measurements
  /// The file of its payload; nil when it has none.
  public let payload: URL?
}
