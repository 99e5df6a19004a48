import MPI
import Testing

@Suite struct PiecesTests {
  @Test func tenInPiecesOfFour() {
    #expect(Array(Pieces(of: 10, size: 4)) == [0..<4, 4..<8, 8..<10])
  }

  @Test func edges() {
    #expect(Array(Pieces(of: 0, size: 4)).isEmpty)
    #expect(Array(Pieces(of: 4, size: 4)) == [0..<4])
    #expect(Array(Pieces(of: 5, size: 4)) == [0..<4, 4..<5])
    #expect(Array(Pieces(of: 3, size: 1)) == [0..<1, 1..<2, 2..<3])
    #expect(Array(Pieces(of: 3, size: .max)) == [0..<3])
  }

  @Test func countsBeyondInt32() {
    let pieces = Array(Pieces(of: 5 << 30 + 1, size: 1 << 30))
    #expect(pieces.count == 6)
    #expect(pieces.allSatisfy { $0.count <= 1 << 30 })
    #expect(pieces.last?.upperBound == 5 << 30 + 1)
  }

  @Test func theLastPieceMayEndAtTheLargestInteger() {
    #expect(Array(Pieces(of: .max, size: .max - 1)) == [0..<(.max - 1), (.max - 1)..<(.max)])
  }
}

@Suite struct EnvelopeTests {
  private func envelope(_ byteCount: Int) -> Envelope {
    Envelope(byteCount: byteCount, pieceBytes: 1000, pieceTag: { 7 })
  }

  private func encoded(_ envelope: Envelope, _ payload: [UInt8] = []) -> [UInt8] {
    payload.withUnsafeBytes { envelope.encoded(with: $0) }
  }

  @Test func aShortMessageTravelsWhole() {
    let short = envelope(3)
    #expect(short.isInline)
    #expect(Array(short.pieces).isEmpty)
    let bytes = encoded(short, [10, 20, 30])
    #expect(bytes.prefix(8).elementsEqual("SDSCAPE1".utf8))
    #expect(Array(bytes.dropFirst(8)) == [3, 0, 0, 0, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 16) + [10, 20, 30])
    #expect(Envelope(decoding: bytes) == short)
  }

  @Test func aLongMessageSendsItsEnvelopeAhead() {
    let long = envelope(Envelope.inlineLimit + 1)
    #expect(!long.isInline)
    #expect(Array(long.pieces) == [0..<1000, 1000..<2000, 2000..<3000, 3000..<3969])
    let bytes = encoded(long, [UInt8](repeating: 1, count: long.byteCount))
    #expect(bytes.count == Envelope.encodedSize)
    #expect(Envelope(decoding: bytes) == long)
  }

  @Test func onlyALongMessageTakesATag() {
    var taken = 0
    for byteCount in [0, 1, Envelope.inlineLimit, Envelope.inlineLimit + 1] {
      _ = Envelope(byteCount: byteCount, pieceBytes: 1000) {
        taken += 1
        return 7
      }
    }
    #expect(taken == 1)
  }

  @Test func lengthsBeyondInt32Survive() {
    let huge = Envelope(byteCount: 5 << 32, pieceBytes: 1 << 30, pieceTag: { 32_767 })
    #expect(Envelope(decoding: encoded(huge)) == huge)
  }

  @Test func whatIsNoEnvelopeIsRefused() {
    let short = encoded(envelope(3), [10, 20, 30])
    #expect(Envelope(decoding: []) == nil)
    #expect(Envelope(decoding: Array(short.prefix(31))) == nil)
    #expect(Envelope(decoding: Array(short.dropLast())) == nil)
    #expect(Envelope(decoding: short + [0]) == nil)
    #expect(Envelope(decoding: [0] + short.dropFirst()) == nil)

    let long = encoded(envelope(5000))
    #expect(Envelope(decoding: long + [0]) == nil)
    // A length, a piece size and a tag beyond their limits: the highest byte of each field.
    for highest in [15, 23, 31] {
      var broken = long
      broken[highest] = 0xFF
      #expect(Envelope(decoding: broken) == nil)
    }
    // A long message in pieces of length zero.
    var empty = long
    empty.replaceSubrange(16..<24, with: [UInt8](repeating: 0, count: 8))
    #expect(Envelope(decoding: empty) == nil)
  }
}
