import BERT
import Testing

@Suite struct PackedBatchTests {
  private func batch(_ lengths: [Int]) -> PackedBatch {
    var batch = PackedBatch()
    for length in lengths {
      batch.append(tokens: (0..<length).map { Int32($0) }, segments: [UInt8](repeating: 1, count: length))
    }
    return batch
  }

  @Test func sequencesLieEndToEnd() {
    var batch = PackedBatch()
    batch.append(tokens: [5, 6, 7], segments: [0, 0, 1])
    batch.append(tokens: [8], segments: [0])
    #expect(batch.tokens == [5, 6, 7, 8])
    #expect(batch.segments == [0, 0, 1, 0])
    #expect(batch.offsets == [0, 3, 4])
    #expect(batch.lengths == [3, 1])
  }

  /// Attention rows are padded to 16: 3 x 16 + 1 x 16 + 17 x 32.
  @Test func shape() {
    #expect(batch([3, 1, 17]).shape == BatchShape(sequences: 3, tokens: 21, longest: 17, attention: 608))
    #expect(BatchShape(lengths: [3, 1, 17]) == batch([3, 1, 17]).shape)
    #expect(batch([16]).shape == BatchShape(sequences: 1, tokens: 16, longest: 16, attention: 256))
    #expect(PackedBatch().shape == BatchShape(sequences: 0, tokens: 0, longest: 0, attention: 0))
  }

  /// The fitting shape takes each size's greatest, which may come from different batches.
  @Test func fittingShapeHoldsEveryBatch() {
    let batches = [batch([1, 1, 1, 1]), batch([17]), batch([8, 8, 8])]
    let shape = BatchShape(fitting: batches)
    #expect(shape == BatchShape(sequences: 4, tokens: 24, longest: 17, attention: 544))
    #expect(batches.allSatisfy { shape.holds($0.shape) })
    for path in [\BatchShape.sequences, \.tokens, \.longest, \.attention] {
      var larger = shape
      larger[keyPath: path] += 1
      #expect(!shape.holds(larger) && larger.holds(shape))
    }
  }

  @Test func validation() throws {
    let configuration = try BERTConfiguration.tiny()
    #expect(throws: Never.self) { try batch([20, 1]).validate(for: configuration) }
    #expect(throws: ModelError.sequenceLength(got: 21, limit: 20)) { try batch([1, 21]).validate(for: configuration) }
    for id in [Int32(-1), 20] {
      var strange = batch([2])
      strange.append(tokens: [0, id], segments: [0, 0])
      #expect(throws: ModelError.tokenOutOfRange(id: Int(id), limit: 20, what: "token id")) {
        try strange.validate(for: configuration)
      }
    }
    var segment = PackedBatch()
    segment.append(tokens: [0], segments: [2])
    #expect(throws: ModelError.tokenOutOfRange(id: 2, limit: 2, what: "segment id")) {
      try segment.validate(for: configuration)
    }
  }
}
