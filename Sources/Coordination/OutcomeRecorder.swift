public import Sweep

/// Records outcomes. Called only by the coordinator's thread.
public protocol OutcomeRecorder: Sendable {
  /// Records outcomes in order of arrival, all or none.
  ///
  /// - Parameter outcomes: those that are done, failed or blocked, with their units and ranks. A blocked unit has the
  ///   rank of the unit that failed.
  /// - Throws: an error that ends the job.
  func record(_ outcomes: [(outcome: Outcome, unit: WorkUnit, rank: Int)]) throws
}
