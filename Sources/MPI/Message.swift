import CMPI

/// A received message.
public struct Message: Sendable {
  /// The rank that sent it.
  public let source: Int
  /// The kind of message, as set by the sender.
  public let tag: Int
  /// The contents, possibly empty.
  public let bytes: [UInt8]
}

/// A message that has been claimed, so that no other thread can receive it. If it is long, its pieces are still to
/// come. It must be received exactly once, because its sender waits for that.
public struct IncomingMessage: ~Copyable, Sendable {
  /// The rank that sent it.
  public let source: Int
  /// The kind of message, as set by the sender.
  public let tag: Int
  /// The length of the contents, in bytes.
  public var byteCount: Int { envelope.byteCount }

  private let envelope: Envelope
  /// The envelope as it arrived, followed by the contents if the message is short.
  private let first: [UInt8]
  private let communicator: Communicator

  /// - Parameters:
  ///   - first: the first MPI message.
  ///   - status: the sender and tag.
  ///   - communicator: where it arrived.
  /// - Throws: ``MPIError/foreignMessage(source:tag:byteCount:)`` if it does not begin with an envelope.
  init(first: [UInt8], status: MPI_Status, in communicator: Communicator) throws {
    source = Int(status.MPI_SOURCE)
    tag = Int(status.MPI_TAG)
    guard let envelope = Envelope(decoding: first) else {
      throw MPIError.foreignMessage(source: source, tag: tag, byteCount: first.count)
    }
    self.envelope = envelope
    self.first = first
    self.communicator = communicator
  }

  /// Receives the contents: at once if the message is short, otherwise piece by piece (`MPI_Irecv`; MPI 3.1, section
  /// 3.7.2).
  public consuming func receive() throws -> Message {
    Message(source: source, tag: tag, bytes: try contents())
  }

  private borrowing func contents() throws -> [UInt8] {
    if envelope.isInline { return Array(first.dropFirst(Envelope.encodedSize)) }
    var failure: (any Error)?
    let bytes = [UInt8](receiving: envelope.byteCount) { buffer in
      do {
        var requests = Requests()
        try requests.receive(
          envelope, UnsafeMutableRawBufferPointer(buffer), from: Int32(source), on: communicator.pieceHandle)
        try Polling.transfer.wait { try requests.test() }
      } catch {
        failure = error
      }
    }
    if let failure {
      KeptBytes.keep(bytes)
      throw failure
    }
    return bytes
  }
}

extension Array where Element: BitwiseCopyable {
  /// An array of `count` elements, written by `fill` without being zeroed first.
  init(receiving count: Int, _ fill: (UnsafeMutableBufferPointer<Element>) throws -> Void) rethrows {
    try self.init(unsafeUninitializedCapacity: count) { buffer, initialized in
      try fill(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
      initialized = count
    }
  }
}
