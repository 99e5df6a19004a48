import Experiments
import Testing

@Suite struct AttentionPiecesTests {
  /// 2 models x 3 layers x 4 heads of 1000 tokens are 96 MB: two fit into 256 MB, three do not. A layer of two: 64 MB.
  @Test func piecesByHand() {
    let pieces = AttentionPieces(
      lengths: [1000, 1000, 1000, 10, 10, 10], batch: 3, models: 2, layers: 3, heads: 4, channels: 8)
    #expect(pieces.all == [0..<2, 2..<5, 5..<6])
    #expect(pieces.all.allSatisfy { pieces.headBlocks(of: $0) == [0..<4] })
    #expect(pieces.bytes == 64_000_000 + 4 * 2 * 2000 * 8)
  }

  /// 25 models of 24 layers and 16 heads at 512 tokens, 10 GB in all, and one layer is 419 MB: nine heads at a time fit.
  @Test func aSequenceThatDoesNotFit() {
    let pieces = AttentionPieces(lengths: [512, 512], batch: 32, models: 25, layers: 24, heads: 16, channels: 1024)
    #expect(pieces.all == [0..<1, 1..<2])
    #expect(pieces.headBlocks(of: 0..<1) == [0..<9, 9..<16])
    #expect(pieces.bytes == 4 * 25 * (9 * 512 * 512 + 1024 * 512))
    // However long it is, one head is held.
    let long = AttentionPieces(lengths: [4096], batch: 1, models: 25, layers: 1, heads: 2, channels: 8)
    #expect(long.headBlocks(of: 0..<1) == [0..<1, 1..<2])
  }
}
