internal import MPI
internal import Sweep

/// The kinds of messages of this module, as MPI tags.
private enum Tag {
  static let fromWorker = 1
  static let payload = 2
  static let fromCoordinator = 3
}

/// The coordinator's end over MPI. Rank 0's own worker runs in the same process and is reached in memory: it never
/// waits for MPI, and its payloads are not copied.
final class MPICoordinatorChannel: CoordinatorChannel {
  private let communicator: Communicator
  private let local: LocalChannel
  /// Messages being sent.
  private var leaving: [SendRequest] = []
  /// What each rank has been sent that many units have in common.
  private let sent: [SharedValues]

  /// - Parameters:
  ///   - communicator: used only by this channel; the process is its rank 0.
  ///   - local: the connection to rank 0's own worker.
  init(_ communicator: Communicator, local: LocalChannel) {
    self.communicator = communicator
    self.local = local
    sent = (0..<communicator.size).map { _ in SharedValues() }
  }

  var ranks: Int { communicator.size }

  func poll() throws -> (rank: Int, message: WorkerMessage)? {
    if let message = local.poll() { return message }
    for _ in 0..<Polling.coordinator.looks {
      guard let found = try communicator.immediateProbe(tag: Tag.fromWorker) else { continue }
      let rank = found.source
      let json = try found.receive().bytes
      let message = try WorkerMessage(json: json, from: rank) {
        try communicator.receive(from: rank, tag: Tag.payload).bytes
      }
      return (rank, message)
    }
    return nil
  }

  func send(_ message: CoordinatorMessage, to rank: Int) throws {
    guard rank > 0 else { return local.send(message, to: rank) }
    try leaving.removeAll { try $0.test() }
    leaving.append(try communicator.isend(message.encoded(sharing: sent[rank]), to: rank, tag: Tag.fromCoordinator))
  }

  func wait(upTo time: Duration) { local.wait(upTo: time) }

  func finish() throws {
    for request in leaving { try request.wait() }
    leaving = []
  }
}

/// A worker's end over MPI, on every rank except 0.
///
/// The coordinator sends long messages only in answer to a request for work, and a worker that has asked sends nothing
/// until the answer arrives. So the two never wait for each other to receive.
struct MPIWorkerChannel: WorkerChannel {
  /// Used only by this channel.
  let communicator: Communicator
  /// What has come that many units have in common.
  private let shared = SharedValues()

  init(communicator: Communicator) { self.communicator = communicator }

  func send(_ message: WorkerMessage) throws {
    try communicator.send(message.encoded(), to: 0, tag: Tag.fromWorker)
    if let payload = message.payload { try communicator.send(payload, to: 0, tag: Tag.payload) }
  }

  func receive() throws -> CoordinatorMessage {
    let message = try communicator.receive(from: 0, tag: Tag.fromCoordinator)
    return try CoordinatorMessage(json: message.bytes, from: 0, sharing: shared)
  }

  func poll() throws -> CoordinatorMessage? {
    guard let found = try communicator.immediateProbe(from: 0, tag: Tag.fromCoordinator) else { return nil }
    return try CoordinatorMessage(json: found.receive().bytes, from: 0, sharing: shared)
  }
}
