internal import Dispatch
internal import Synchronization

/// Coordinator and workers in one process: messages stay values.
package final class LocalChannel: CoordinatorChannel, Sendable {
  private let inbox = Mailbox<(rank: Int, message: WorkerMessage)>()
  private let outboxes: [Mailbox<CoordinatorMessage>]

  /// - Parameter ranks: the number of workers, at least 1.
  package init(ranks: Int) {
    precondition(ranks >= 1)
    outboxes = (0..<ranks).map { _ in Mailbox() }
  }

  package var ranks: Int { outboxes.count }

  package func poll() -> (rank: Int, message: WorkerMessage)? { inbox.poll() }

  package func send(_ message: CoordinatorMessage, to rank: Int) { outboxes[rank].post(message) }

  package func wait(upTo time: Duration) {
    inbox.wait(until: .now() + .nanoseconds(Int(time / .nanoseconds(1))))
  }

  package func finish() {}

  /// The channel end of the worker at `rank`.
  package func worker(_ rank: Int) -> some WorkerChannel {
    LocalWorkerChannel(rank: rank, outbox: inbox, inbox: outboxes[rank])
  }
}

private struct LocalWorkerChannel: WorkerChannel {
  let rank: Int
  let outbox: Mailbox<(rank: Int, message: WorkerMessage)>
  let inbox: Mailbox<CoordinatorMessage>

  func send(_ message: WorkerMessage) { outbox.post((rank, message)) }

  func receive() -> CoordinatorMessage { inbox.receive() }

  func poll() -> CoordinatorMessage? { inbox.poll() }
}

/// A queue of messages: any thread may post, one thread takes them in order.
private final class Mailbox<Message: Sendable>: Sendable {
  private struct Contents {
    var messages: [Message] = []
    /// Whether the next post has to signal the waiting thread.
    var isAwaited = false
  }

  private let contents = Mutex(Contents())
  private let arrived = DispatchSemaphore(value: 0)

  func post(_ message: Message) {
    let isAwaited = contents.withLock { contents in
      contents.messages.append(message)
      defer { contents.isAwaited = false }
      return contents.isAwaited
    }
    if isAwaited { arrived.signal() }
  }

  func poll() -> Message? {
    contents.withLock { $0.messages.isEmpty ? nil : $0.messages.removeFirst() }
  }

  func receive() -> Message {
    while true {
      if let message = poll() { return message }
      wait(until: .distantFuture)
    }
  }

  func wait(until deadline: DispatchTime) {
    let isEmpty = contents.withLock { contents in
      contents.isAwaited = contents.messages.isEmpty
      return contents.isAwaited
    }
    guard isEmpty, arrived.wait(timeout: deadline) == .timedOut else { return }
    let isSignalled = contents.withLock { contents in
      defer { contents.isAwaited = false }
      return !contents.isAwaited
    }
    // A post since the time-out has signalled or is about to. That signal must not be left for the next wait.
    if isSignalled { arrived.wait() }
  }
}
