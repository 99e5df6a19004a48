import Foundation

/// Waiting that leaves the core to others: checks, sleeps if nothing has arrived, and sleeps longer the longer it has
/// waited.
///
/// A blocking MPI call spins. On rank 0, where one thread hands out work while another computes, spinning cost a third
/// of the computing thread's speed. One sleep costs about 16 us of processor time, nearly all of it in the kernel, so
/// waiting in pauses of 1 ms takes 1.6 % of a core. After 100 pauses, a pause is a hundredth of the time waited so far:
/// it adds at most 1 % to a wait, and a long wait with the pauses below takes 0.4 % of a core.
public struct Polling: Sendable {
  /// How often to check before each pause, at least 1. Open MPI's probe checks before it lets new messages in, so only
  /// the second check sees a message that arrived before the first.
  public var looks: Int
  /// The shortest pause; roughly the latency of a short wait.
  public var pause: Duration
  /// The longest pause, reached after waiting 100 times as long.
  public var longestPause: Duration

  /// - Parameters:
  ///   - looks: checks before each pause, at least 1.
  ///   - pause: the shortest pause, > 0.
  ///   - longestPause: the longest pause, at least `pause`.
  public init(looks: Int = 2, pause: Duration, longestPause: Duration) {
    precondition(looks >= 1 && pause > .zero && longestPause >= pause)
    self.looks = looks
    self.pause = pause
    self.longestPause = longestPause
  }

  /// For a thread that shares a core with work: pauses of 1 to 4 ms.
  public static let coordinator = Polling(pause: .milliseconds(1), longestPause: .milliseconds(4))

  /// For a rank that has nothing else to do: pauses of 0.2 to 4 ms.
  public static let worker = Polling(pause: .microseconds(200), longestPause: .milliseconds(4))

  /// For the pieces of a long message in transfer. MPI moves data only while it is called, and only 0.1 MB per call
  /// where the ranks share no memory mapping.
  static let transfer = Polling(pause: .microseconds(50), longestPause: .microseconds(200))

  /// The length of the next pause after waiting for `waited`.
  package func pause(after waited: Duration) -> Duration {
    min(max(waited / 100, pause), longestPause)
  }

  /// Checks until `look` returns a value.
  func wait<Found: ~Copyable>(_ look: () throws -> Found?) rethrows -> Found {
    var waited = Duration.zero
    while true {
      for _ in 0..<looks {
        if let found = try look() { return found }
      }
      let pause = pause(after: waited)
      Thread.sleep(forTimeInterval: pause / .seconds(1))
      waited += pause
    }
  }

  /// Checks until `done` returns true.
  func wait(until done: () throws -> Bool) rethrows {
    try wait { try done() ? () : nil }
  }
}
