import CMPI

/// Messages from one rank to another (MPI 3.1, chapter 3): a tag and bytes, any number of them.
///
/// Two messages from one thread to the same rank with the same tag arrive in order (section 3.5). A tag is in
/// `0...32767`; a source or tag of nil means any.
extension Communicator {
  /// Sends a message, and returns when `bytes` is free again: a short one at once, a long one (over 3968 bytes) when the
  /// receiver has taken it. Two ranks that send each other long ones at the same time wait for ever; one of them
  /// uses ``isend(_:to:tag:)``. A rank that sends to itself uses it too.
  ///
  /// - Parameters:
  ///   - bytes: what to send, possibly nothing.
  ///   - destination: the rank to send it to.
  ///   - tag: what kind of message it is.
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

  /// Starts to send a message and returns at once (`MPI_Isend`; MPI 3.1, section 3.7.2). The bytes are copied.
  ///
  /// - Parameters:
  ///   - bytes: what to send, possibly nothing.
  ///   - destination: the rank to send it to.
  ///   - tag: what kind of message it is.
  /// - Returns: to be asked or waited for until it is complete.
  public func isend(_ bytes: [UInt8], to destination: Int, tag: Int) throws -> SendRequest {
    try SendRequest(bytes, to: checked(destination), tag: Int32(tag), in: self)
  }

  /// Waits politely for a message and receives it.
  ///
  /// - Parameters:
  ///   - source: whose message, or nil for anybody's.
  ///   - tag: which kind, or nil for any.
  ///   - polling: how to wait.
  public func receive(from source: Int? = nil, tag: Int? = nil, polling: Polling = .worker) throws -> Message {
    try probe(from: source, tag: tag, polling: polling).receive()
  }

  /// Waits politely until a message is there, and takes it in hand without receiving its pieces.
  ///
  /// - Parameters:
  ///   - source: whose message, or nil for anybody's.
  ///   - tag: which kind, or nil for any.
  ///   - polling: how to wait.
  public func probe(
    from source: Int? = nil, tag: Int? = nil, polling: Polling = .worker
  ) throws -> IncomingMessage {
    try polling.wait { try immediateProbe(from: source, tag: tag) }
  }

  /// Looks for a message, once, and takes it in hand: no other thread can get it any more (`MPI_Improbe` and `MPI_Mrecv`;
  /// MPI 3.1, section 3.8.2).
  ///
  /// - Parameters:
  ///   - source: whose message, or nil for anybody's.
  ///   - tag: which kind, or nil for any.
  /// - Returns: a message that must now be received, or nil if none was seen.
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
