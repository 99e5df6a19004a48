public import Diagnostics
public import Sweep

/// Errors between coordinator and workers. Each description is one line.
public enum CoordinationError: ProgramError, Equatable {
  /// Two units of the plan have the same identity.
  case duplicateUnit(name: String, other: String)
  /// A unit needs something that is neither in the plan nor recorded as done.
  case missingNeed(unit: String, need: Identity)
  /// Units of the plan need each other; the names form a cycle.
  case cycle([String])
  /// An outcome of a unit that was not handed out.
  case unexpectedOutcome(Identity)
  /// A message that this program does not understand.
  case unreadableMessage(rank: Int, reason: String)
  /// A rank met an error that ends the job.
  case endedByRank(Int, message: String, exitStatus: ExitStatus)
  /// Rank 0 can no longer reach the other ranks, which may be waiting for it: the job must be aborted. This is the only
  /// error of rank 0 that the other ranks are not told.
  case channelBroken(reason: String)
  /// The operating system would not install a signal handler.
  case signalHandler(signal: Int32, errno: Int32)

  /// The status of the rank that ended the job, otherwise an internal error.
  public var exitStatus: ExitStatus {
    if case .endedByRank(_, _, let status) = self { status } else { .internal }
  }

  /// One line: what was got, what was expected, what to do.
  public var description: String {
    switch self {
    case .duplicateUnit(let name, let other):
      "units \"\(other)\" and \"\(name)\" have the same identity, expected one unit for each: this is a mistake in the "
        + "plan, please report it with the sweep file"
    case .missingNeed(let unit, let need):
      "unit \"\(unit)\" needs \(need.short), expected a unit of the plan or one that is recorded as done: this is a "
        + "mistake in the plan, please report it with the sweep file"
    case .cycle(let names):
      "units need each other in a circle (\(names.joined(separator: " <- "))), expected an order to do them in: this is a "
        + "mistake in the plan, please report it with the sweep file"
    case .unexpectedOutcome(let unit):
      "got an outcome of unit \(unit.short), expected one that was handed out: run the same build of the program on every "
        + "host"
    case .unreadableMessage(let rank, let reason):
      "cannot read a message from rank \(rank) (\(reason)): run the same build of the program on every host"
    case .endedByRank(let rank, let message, _):
      "rank \(rank): \(message)"
    case .channelBroken(let reason):
      "the coordinator lost the other ranks, expected them to answer: \(reason)"
    case .signalHandler(let signal, let errno):
      "sigaction(\(signal)) failed with errno \(errno), expected 0: this system does not let the program stop cleanly"
    }
  }
}
