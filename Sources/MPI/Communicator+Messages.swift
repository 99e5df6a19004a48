import CMPI

/// Messages from one rank to another (MPI 3.1, chapter 3): a tag and any number of bytes.
///
/// Two messages from one thread to the same rank with the same tag arrive in order (section 3.5). A tag is in
/// `0...32767`; nil as source or tag matches any.
extension Communicator {
  /// Sends a message and returns when `bytes` may be reused. For a short message that is at once; for a long one (over
  /// 3968 bytes), when the receiver has taken it. Two ranks that send each other long messages at the same time wait
  /// forever; one of them must use ``isend(_:to:tag:)``. So must a rank that sends to itself.
  ///
  /// - Parameters:
  ///   - bytes: the contents, possibly empty.
  ///   - destination: the receiving rank.
  ///   - tag: the kind of message.
  public func send(_ bytes: [UInt8], to destination: Int, tag: Int) throws {
    do {
      try bytes.withUnsafeBytes { payload in
        let envelope = envelope(for: payload.count)
        let first = envelope.encoded(with: payload)
        let code = MPI_Send(first, Int32(first.count), CMPI_BYTE(), checked(destination), Int32(tag), handle)
        try check(code, "MPI_Send")
        var requests = Requests()
        try requests.send(envelope, payload, to: checked(destination), on: pieceHandle)
        try Polling.transfer.wait { try requests.test() }
      }
    } catch {
      KeptBytes.keep(bytes)
      throw error
    }
  }

  /// Starts sending a message and returns at once (`MPI_Isend`; MPI 3.1, section 3.7.2). The bytes are copied.
  ///
  /// - Parameters:
  ///   - bytes: the contents, possibly empty.
  ///   - destination: the receiving rank.
  ///   - tag: the kind of message.
  /// - Returns: a request, to be tested or waited for until it is complete.
  public func isend(_ bytes: [UInt8], to destination: Int, tag: Int) throws -> SendRequest {
    try SendRequest(bytes, to: checked(destination), tag: Int32(tag), in: self)
  }

  /// Waits for a message and receives it. Sleeps while waiting.
  ///
  /// - Parameters:
  ///   - source: the sending rank; nil for any.
  ///   - tag: the kind of message; nil for any.
  ///   - polling: how to wait.
  public func receive(from source: Int? = nil, tag: Int? = nil, polling: Polling = .worker) throws -> Message {
    try probe(from: source, tag: tag, polling: polling).receive()
  }

  /// Waits politely until a message is there, and takes it in hand without receiving its pieces.
  ///
  /// - Parameters:
  ///   - source: the sending rank; nil for any.
  ///   - tag: the kind of message; nil for any.
  ///   - polling: how to wait.
  public func probe(
    from source: Int? = nil, tag: Int? = nil, polling: Polling = .worker
  ) throws -> IncomingMessage {
    try polling.wait { try immediateProbe(from: source, tag: tag) }
  }

  /// Checks once for a message and claims it: no other thread can receive it any more (`MPI_Improbe` and `MPI_Mrecv`;
  /// MPI 3.1, section 3.8.2).
  ///
  /// - Parameters:
  ///   - source: the sending rank; nil for any.
  ///   - tag: the kind of message; nil for any.
  /// - Returns: a message that must now be received; nil if there is none.
  public func immediateProbe(from source: Int? = nil, tag: Int? = nil) throws -> IncomingMessage? {
    var found: Int32 = 0
    var matched: MPI_Message?
    var status = MPI_Status()
    try check(
      MPI_Improbe(pattern(source), pattern(tag: tag), handle, &found, &matched, &status), "MPI_Improbe")
    guard found != 0 else { return nil }
    var count: Int32 = 0
    try check(MPI_Get_count(&status, CMPI_BYTE(), &count), "MPI_Get_count")
    let first = try [UInt8](receiving: Int(count)) {
      try check(MPI_Mrecv($0.baseAddress, count, CMPI_BYTE(), &matched, CMPI_STATUS_IGNORE()), "MPI_Mrecv")
    }
    return try IncomingMessage(first: first, status: status, in: self)
  }

  /// The envelope of a message from this rank.
  func envelope(for byteCount: Int) -> Envelope {
    Envelope(byteCount: byteCount, pieceBytes: pieceBytes, pieceTag: PieceTag.next)
  }

  private func pattern(_ source: Int?) -> Int32 { source.map(checked) ?? MPI_ANY_SOURCE }

  private func pattern(tag: Int?) -> Int32 { tag.map { Int32($0) } ?? MPI_ANY_TAG }
}
