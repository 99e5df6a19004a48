public import Sweep

/// Where outcomes are kept. Called by the coordinator's thread only.
public protocol OutcomeRecorder: Sendable {
  /// Records outcomes, all or none, in the order in which they came.
  ///
  /// - Parameter outcomes: done, failed and blocked ones, with their units and the ranks that worked on them (for blocked
  ///   ones: on the unit that failed).
  /// - Throws: an error that ends the job.
  func record(_ outcomes: [(outcome: Outcome, unit: WorkUnit, rank: Int)]) throws
}
