package import Diagnostics
package import Sweep

/// What a worker tells the coordinator.
package enum WorkerMessage: Sendable {
  /// It has nothing to do. Answered by work or the end, sooner or later.
  case ask
  /// What became of a unit.
  case outcome(Outcome)
  /// How much of a unit is done, in `0...1`.
  case progress(Identity, fraction: Double)
  /// It got a signal.
  case signalled(Int32)
  /// It met an error that ends the job.
  case fatal(any ProgramError)
}

/// What the coordinator tells a worker.
package enum CoordinatorMessage: Sendable {
  /// Units to do, one after the other, and the measurements of the units that they need.
  case work([WorkUnit], Inputs)
  /// Stop what you are doing, if it can be stopped. Sent at most once, and never in answer to an ask.
  case stop
  /// There is nothing more to do.
  case end(Summary)
}
