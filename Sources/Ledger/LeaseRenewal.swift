internal import Foundation
internal import Synchronization

/// Renews a lease on a thread of its own, until told to end or until that fails.
final class LeaseRenewal: Sendable {
  private let stop = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)
  private let error = Mutex<(any Error)?>(nil)

  /// Begins; the first renewal is due after `seconds`.
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

  /// What it failed with; nil while it goes on.
  var failure: (any Error)? { error.withLock { $0 } }

  /// Ends it and waits for its thread; called once.
  func end() {
    stop.signal()
    ended.wait()
  }
}
