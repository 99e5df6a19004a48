public import Foundation
public import Sweep

/// An outcome with what the ledger records beside it.
public struct RecordedOutcome: Sendable {
  /// The unit.
  public let unit: WorkUnit
  /// What became of it.
  public let outcome: Outcome
  /// How often it was tried, at least 1.
  public let attempts: Int
  /// The rank that worked on it.
  public let rank: Int
  /// That rank's host.
  public let host: String
  /// When it was recorded.
  public let time: Date

  /// A record from its parts.
  ///
  /// - Precondition: the outcome is the unit's.
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

/// What the ledger says of a unit.
public struct StoredOutcome: Sendable, Equatable {
  /// The unit's readable name.
  public let name: String
  /// What the unit does.
  public let kind: Work.Kind
  /// How it ended; never `interrupted`.
  public let status: Outcome.Status
  /// Of a failure, whether a file or a disk failed and not the unit: it may pass.
  public let mayPass: Bool
  /// How often it was tried.
  public let attempts: Int
  /// Wall-clock seconds it took.
  public let seconds: Double
  /// The rank that worked on it.
  public let rank: Int
  /// That rank's host.
  public let host: String
  /// When it was recorded, to the millisecond.
  public let time: Date
}

/// What became of a unit, for results.
public struct RecordedResult: Sendable {
  /// How it ended; never `interrupted`.
  public let status: Outcome.Status
  /// Its numbers.
  public let measurements: Measurements
  /// The file of its payload; nil when it has none.
  public let payload: URL?
}
