import Foundation

/// Waiting that leaves the core to others: look, and if nothing came, sleep; the longer it has been, the longer.
///
/// A blocking MPI call spins: on rank 0, where one thread hands out work while another computes, that took a third of the
/// computing thread's speed. A sleep costs some 16 us of processor time, nearly all of it the kernel's, so a wait of 1 ms
/// pauses takes 1.6 % of a core. From 100 pauses on, a pause is a hundredth of the time waited so far: it never adds more
/// than 1 % to a wait, and a long wait takes 0.4 % of a core with the pauses below.
public struct Polling: Sendable {
  /// How often to look before each pause, at least 1. Open MPI's probe looks first and then lets messages in, so only the
  /// second look sees what had arrived before the first.
  public var looks: Int
  /// The shortest pause; about the latency of a short wait.
  public var pause: Duration
  /// The longest pause, reached when 100 times as long has been waited.
  public var longestPause: Duration

  /// - Parameters:
  ///   - looks: looks before each pause, at least 1.
  ///   - pause: the shortest pause, more than nothing.
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

  /// For the pieces of a long message while they move: MPI moves them only when called, and where the ranks share no
  /// memory mapping but 0.1 MB a call.
  static let transfer = Polling(pause: .microseconds(50), longestPause: .microseconds(200))

  /// The pause after having waited for `waited`.
  package func pause(after waited: Duration) -> Duration {
    min(max(waited / 100, pause), longestPause)
  }

  /// Looks until `look` finds something.
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

  /// Looks until `done` says so.
  func wait(until done: () throws -> Bool) rethrows {
    try wait { try done() ? () : nil }
  }
}
