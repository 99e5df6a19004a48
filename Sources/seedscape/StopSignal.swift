import Glibc
import Synchronization

/// Signals that ask a run to stop and leave a state to resume from.
enum StopSignal {
  private static let number = Atomic<Int32>(0)

  /// Notes USR1, TERM and INT from now on instead of dying of them.
  static func install() {
    for signal in [SIGUSR1, SIGTERM, SIGINT] {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { StopSignal.number.store($0, ordering: .relaxed) }
      sigaction(signal, &action, nil)
    }
  }

  /// The signal that came last; nil before the first.
  static var received: Int32? {
    let value = number.load(ordering: .relaxed)
    return value == 0 ? nil : value
  }
}
