import CMPI
import Synchronization

/// A message being sent. Test or wait until it is complete. If it is dropped earlier its memory is never freed, because
/// MPI may still read it. Used by one thread at a time.
public final class SendRequest {
  /// The memory that MPI reads: the first MPI message and, for a long message, the contents.
  private let first: UnsafeMutableRawBufferPointer
  private let payload: UnsafeMutableRawBufferPointer
  private var requests = Requests()
  private var isComplete = false

  init(_ bytes: [UInt8], to destination: Int32, tag: Int32, in communicator: Communicator) throws {
    let envelope = communicator.envelope(for: bytes.count)
    first = .copy(of: bytes.withUnsafeBytes { envelope.encoded(with: $0) })
    payload = .copy(of: envelope.isInline ? [] : bytes)
    try requests.start("MPI_Isend") {
      MPI_Isend(first.baseAddress, Int32(first.count), CMPI_BYTE(), destination, tag, communicator.handle, $0)
    }
    try requests.send(envelope, UnsafeRawBufferPointer(payload), to: destination, on: communicator.pieceHandle)
  }

  deinit {
    guard isComplete else { return }
    first.deallocate()
    payload.deallocate()
  }

  /// Whether the message has been sent, so that nothing is kept for it any more (`MPI_Test`; MPI 3.1, section 3.7.3).
  public func test() throws -> Bool {
    isComplete = try requests.test()
    return isComplete
  }

  /// Waits until the message has been sent.
  public func wait() throws {
    try Polling.transfer.wait { try test() }
  }
}

/// MPI's requests for one operation of ours, which is complete when all of them are.
struct Requests {
  private var handles: [MPI_Request?] = []
  /// How many requests, counted from the first, are known to be complete.
  private var completed = 0

  /// Starts one more request; `call` receives the place for its handle.
  mutating func start(_ routine: StaticString, _ call: (UnsafeMutablePointer<MPI_Request?>) -> Int32) throws {
    var handle: MPI_Request?
    try check(call(&handle), routine)
    handles.append(handle)
  }

  /// Starts sending the pieces of a long message; a short one has none.
  mutating func send(
    _ envelope: Envelope, _ payload: UnsafeRawBufferPointer, to destination: Int32, on channel: MPI_Comm?
  ) throws {
    for piece in envelope.pieces {
      let part = UnsafeRawBufferPointer(rebasing: payload[piece])
      try start("MPI_Isend") {
        MPI_Isend(part.baseAddress, Int32(part.count), CMPI_BYTE(), destination, envelope.pieceTag, channel, $0)
      }
    }
  }

  /// Starts receiving the pieces of a long message.
  mutating func receive(
    _ envelope: Envelope, _ buffer: UnsafeMutableRawBufferPointer, from source: Int32, on channel: MPI_Comm?
  ) throws {
    for piece in envelope.pieces {
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[piece])
      try start("MPI_Irecv") {
        MPI_Irecv(part.baseAddress, Int32(part.count), CMPI_BYTE(), source, envelope.pieceTag, channel, $0)
      }
    }
  }

  /// Whether all are complete (`MPI_Test`; MPI 3.1, section 3.7.3). Once true, always true. Tests the first request
  /// that is not known to be complete: one call regardless of the number of pieces, and an error belongs to that
  /// request.
  mutating func test() throws -> Bool {
    while completed < handles.count {
      var done: Int32 = 0
      try check(MPI_Test(&handles[completed], &done, CMPI_STATUS_IGNORE()), "MPI_Test")
      guard done != 0 else { return false }
      completed += 1
    }
    return true
  }
}

/// Tags for the pieces of long messages.
enum PieceTag {
  private static let sent = Atomic<UInt32>(0)

  /// A tag that no other long message of this process in flight uses. Takes turns through all tags that every MPI has,
  /// except 0 (`MPI_TAG_UB` is at least 32767; MPI 3.1, section 8.1.2).
  static func next() -> Int32 {
    Int32(sent.wrappingAdd(1, ordering: .relaxed).newValue % 32767) + 1
  }
}

/// Memory that MPI may still use after an error, because the operations it started continue. It is kept until the
/// process ends, so that the process ends with its message and not with a crash.
final class KeptBytes {
  private let bytes: [UInt8]

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Keeps the memory of `bytes`.
  static func keep(_ bytes: [UInt8]) { _ = Unmanaged.passRetained(KeptBytes(bytes)) }
}

extension UnsafeMutableRawBufferPointer {
  /// Newly allocated memory with a copy of `bytes`.
  fileprivate static func copy(of bytes: [UInt8]) -> UnsafeMutableRawBufferPointer {
    let buffer = allocate(byteCount: bytes.count, alignment: 8)
    buffer.copyBytes(from: bytes)
    return buffer
  }
}
