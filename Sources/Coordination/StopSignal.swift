internal import Foundation
internal import Synchronization

/// The wish that the job ends soon: which signal said so, if one did. Once raised, it stays.
public final class StopSignal: Sendable {
  private let raised = Atomic<Int32>(0)

  /// A wish that no signal raises.
  public init() {}

  /// The first signal that was raised, nil if none was.
  public var signal: Int32? {
    let signal = raised.load(ordering: .relaxed)
    return signal == 0 ? nil : signal
  }

  /// Asks for the end. Does nothing that a signal handler may not do.
  ///
  /// - Parameter signal: a signal, > 0.
  public func raise(_ signal: Int32) {
    _ = raised.compareExchange(expected: 0, desired: signal, ordering: .relaxed)
  }

  /// The process's wish, raised from now on by USR1 (which `mpirun` passes to every rank), TERM and INT. A second INT ends
  /// the process at once, for whoever types Ctrl-C twice.
  ///
  /// - Throws: ``CoordinationError/signalHandler(signal:errno:)``.
  public static func catchingSignals() throws -> StopSignal {
    // The handler may only load what exists: made here, before the first signal can come.
    let stop = process
    for (signal, flags) in [
      (SIGUSR1, SA_RESTART), (SIGTERM, SA_RESTART), (SIGINT, SA_RESTART | Int32(truncatingIfNeeded: SA_RESETHAND)),
    ] {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { StopSignal.process.raise($0) }
      action.sa_flags = flags
      guard sigaction(signal, &action, nil) == 0 else {
        throw CoordinationError.signalHandler(signal: signal, errno: errno)
      }
    }
    return stop
  }

  private static let process = StopSignal()
}
