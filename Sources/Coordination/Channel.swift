/// The coordinator's end of its connection to all workers, including the worker on rank 0. Used by one thread.
package protocol CoordinatorChannel {
  /// The number of workers, which are the ranks `0..<ranks`.
  var ranks: Int { get }

  /// The next message and its sender, nil if there is none. Messages from one worker arrive in order.
  func poll() throws -> (rank: Int, message: WorkerMessage)?

  /// Sends a message and returns at once.
  func send(_ message: CoordinatorMessage, to rank: Int) throws

  /// Sleeps until a message arrives or the time is up. A message from another process may not end the sleep early.
  func wait(upTo time: Duration)

  /// Returns when every message has been sent.
  func finish() throws
}

/// A worker's end of its connection to the coordinator. Used by one thread.
package protocol WorkerChannel {
  /// Sends a message and returns when its bytes are free again.
  func send(_ message: WorkerMessage) throws

  /// Waits for the next message.
  func receive() throws -> CoordinatorMessage

  /// The next message, nil if there is none.
  func poll() throws -> CoordinatorMessage?
}
