package import Diagnostics
package import Sweep

/// What a worker sends to the coordinator.
package enum WorkerMessage: Sendable {
  /// It has nothing to do. Answered with work or the end of the job, possibly much later.
  case ask
  /// The outcome of a unit.
  case outcome(Outcome)
  /// The fraction of a unit that is done, in `0...1`.
  case progress(Identity, fraction: Double)
  /// It received a signal.
  case signalled(Int32)
  /// It had an error that ends the job.
  case fatal(any ProgramError)
}

/// What the coordinator sends to a worker.
package enum CoordinatorMessage: Sendable {
  /// Units to do in order, and the measurements of the units that they need.
  case work([WorkUnit], Inputs)
  /// Stop the running unit if it can be stopped. Sent at most once, and never in answer to `ask`.
  case stop
  /// There is no more work.
  case end(Summary)
}
