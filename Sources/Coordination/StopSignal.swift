internal import Foundation
internal import Synchronization

/// A request to end the job soon, with the signal that made it. Once raised, it stays raised.
public final class StopSignal: Sendable {
  private let raised = Atomic<Int32>(0)

  /// A request that no system signal raises.
  public init() {}

  /// The first signal that was raised, nil if none was.
  public var signal: Int32? {
    let signal = raised.load(ordering: .relaxed)
    return signal == 0 ? nil : signal
  }

  /// Requests the end. Safe to call in a signal handler.
  ///
  /// - Parameter signal: a signal, > 0.
  public func raise(_ signal: Int32) {
    _ = raised.compareExchange(expected: 0, desired: signal, ordering: .relaxed)
  }

  /// The process's request, raised from now on by USR1 (which `mpirun` passes to every rank), TERM and INT. A second
  /// INT ends the process at once, so that pressing Ctrl-C twice works.
  ///
  /// - Throws: ``CoordinationError/signalHandler(signal:errno:)``.
  public static func catchingSignals() throws -> StopSignal {
    // A signal handler may not create anything, so the object is made here, before the first signal can arrive.
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
