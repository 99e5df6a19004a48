internal import Foundation
internal import Synchronization

/// Renews a lease on a separate thread, until told to stop or until a renewal fails.
final class LeaseRenewal: Sendable {
  private let stop = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)
  private let error = Mutex<(any Error)?>(nil)

  /// Starts the thread; the first renewal is due after `seconds`.
  init(every seconds: Double, _ renew: @escaping @Sendable () throws -> Void) {
    let thread = Thread { [self] in
      defer { ended.signal() }
      while stop.wait(timeout: .now() + seconds) == .timedOut {
        do { try renew() } catch {
          self.error.withLock { $0 = error }
          return
        }
      }
    }
    thread.name = "lease"
    thread.start()
  }

  /// The error that ended the renewals; nil while they continue.
  var failure: (any Error)? { error.withLock { $0 } }

  /// Stops the renewals and waits for the thread; call once.
  func end() {
    stop.signal()
    ended.wait()
  }
}
