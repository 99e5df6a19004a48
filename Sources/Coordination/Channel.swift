/// The coordinator's end of the way to all workers, itself at rank 0 among them. Used by one thread.
package protocol CoordinatorChannel {
  /// The number of workers, which are the ranks `0..<ranks`.
  var ranks: Int { get }

  /// The next message and who sent it, nil if none is there. Messages of one worker come in order.
  func poll() throws -> (rank: Int, message: WorkerMessage)?

  /// Sends a message and returns at once.
  func send(_ message: CoordinatorMessage, to rank: Int) throws

  /// Sleeps until a message is there or the time is over; may sleep on if the message comes from another process.
  func wait(upTo time: Duration)

  /// Returns when every message has left.
  func finish() throws
}

/// A worker's end of the way to the coordinator. Used by one thread.
package protocol WorkerChannel {
  /// Sends a message and returns when its bytes have left.
  func send(_ message: WorkerMessage) throws

  /// Waits for the next message.
  func receive() throws -> CoordinatorMessage

  /// The next message, nil if none is there.
  func poll() throws -> CoordinatorMessage?
}
