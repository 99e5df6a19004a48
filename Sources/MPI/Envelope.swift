/// Splits `0..<total` into ranges of at most `size`, in order, so that 64-bit counts fit a 32-bit interface.
package struct Pieces: Sequence, IteratorProtocol {
  /// The end of the last range, at least 0.
  package let total: Int
  /// The length of every range but the last, at least 1.
  package let size: Int
  private var start = 0

  /// - Parameters:
  ///   - total: the length to split, at least 0. Zero gives no pieces.
  ///   - size: the length of a piece, at least 1.
  package init(of total: Int, size: Int) {
    precondition(total >= 0 && size >= 1)
    self.total = total
    self.size = size
  }

  /// The next range, or nil after the last.
  package mutating func next() -> Range<Int>? {
    guard start < total else { return nil }
    let piece = start..<(start + Swift.min(size, total - start))
    start = piece.upperBound
    return piece
  }
}

/// The start of every message: its length, and where the rest follows.
///
/// A short message is one MPI message: the envelope and its bytes. A long one is the envelope alone, followed by pieces
/// on the communicator's second channel, under a tag that only this message uses. So threads that send or receive at
/// the same time cannot mix their pieces, and a probe never mistakes a piece for a message.
package struct Envelope: Equatable, Sendable {
  /// The length of the message, in bytes.
  package var byteCount: Int
  /// The length of each piece except the last, in bytes; 0 if the bytes follow the envelope directly.
  package var pieceBytes: Int
  /// The tag of the pieces on the second channel; 0 if there are none.
  package var pieceTag: Int32

  /// The length of an encoded envelope, in bytes: a magic number and three values, each 64 bits, little-endian.
  package static let encodedSize = 32
  /// The longest message that travels with its envelope, in bytes. Together they stay below the smallest size at which
  /// Open MPI asks the receiver before sending (4096 with headers, in shared memory), so receiving one never waits.
  package static let inlineLimit = 3968

  private static let magic: UInt64 = 0x3145_5041_4353_4453  // "SDSCAPE1"

  /// - Parameters:
  ///   - byteCount: the length of the message, in bytes.
  ///   - pieceBytes: the length of the longest piece, in bytes.
  ///   - pieceTag: returns the tag for the pieces; called only if there are any.
  package init(byteCount: Int, pieceBytes: Int, pieceTag: () -> Int32) {
    let inline = byteCount <= Self.inlineLimit
    self.byteCount = byteCount
    self.pieceBytes = inline ? 0 : pieceBytes
    self.pieceTag = inline ? 0 : pieceTag()
  }

  /// Whether the bytes follow the envelope directly.
  package var isInline: Bool { pieceBytes == 0 }

  /// The ranges of the message that are sent separately; none if it is short.
  package var pieces: Pieces { Pieces(of: isInline ? 0 : byteCount, size: Swift.max(pieceBytes, 1)) }

  /// The first MPI message: the envelope, followed by the bytes if the message is short.
  package func encoded(with payload: UnsafeRawBufferPointer) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.encodedSize + (isInline ? payload.count : 0))
    for field in [Self.magic, UInt64(byteCount), UInt64(pieceBytes), UInt64(pieceTag)] {
      withUnsafeBytes(of: field.littleEndian) { bytes.append(contentsOf: $0) }
    }
    if isInline { bytes.append(contentsOf: payload) }
    return bytes
  }

  /// Reads the envelope of a first MPI message. Nil if it is not valid: too short, another magic number, or
  /// inconsistent lengths.
  package init?(decoding bytes: [UInt8]) {
    guard bytes.count >= Self.encodedSize else { return nil }
    let fields = bytes.withUnsafeBytes { raw in
      (0..<4).map { UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self)) }
    }
    guard fields[0] == Self.magic, let byteCount = Int(exactly: fields[1]), let pieceBytes = Int32(exactly: fields[2]),
      let pieceTag = Int32(exactly: fields[3])
    else { return nil }
    let follows = bytes.count - Self.encodedSize
    guard pieceBytes == 0 ? follows == byteCount : follows == 0 && byteCount > Self.inlineLimit else { return nil }
    self.byteCount = byteCount
    self.pieceBytes = Int(pieceBytes)
    self.pieceTag = pieceTag
  }
}
