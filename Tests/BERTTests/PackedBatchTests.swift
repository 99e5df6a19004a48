import BERT
import Testing

@Suite struct PackedBatchTests {
  private let limits = InputLimits(vocabularySize: 40, maximumPositions: 40, segmentTypes: 2)

  private func batch(_ lengths: [Int]) throws -> PackedBatch {
    var batch = PackedBatch(limits)
    for length in lengths {
      try batch.append(tokens: (0..<length).map { Int32($0) }, segments: [UInt8](repeating: 1, count: length))
    }
    return batch
  }

  @Test func sequencesLieEndToEnd() throws {
    var batch = PackedBatch(limits)
    try batch.append(tokens: [5, 6, 7], segments: [0, 0, 1])
    try batch.append(tokens: [8], segments: [0])
    #expect(batch.tokens == [5, 6, 7, 8])
    #expect(batch.segments == [0, 0, 1, 0])
    #expect(batch.offsets == [0, 3, 4])
    #expect(batch.lengths == [3, 1])
  }

  /// Attention rows are padded to 16: 3 x 16 + 1 x 16 + 17 x 32.
  @Test func shape() throws {
    #expect(try batch([3, 1, 17]).shape == BatchShape(sequences: 3, tokens: 21, longest: 17, attention: 608))
    #expect(BatchShape(lengths: [3, 1, 17]) == (try batch([3, 1, 17]).shape))
    #expect(try batch([16]).shape == BatchShape(sequences: 1, tokens: 16, longest: 16, attention: 256))
    #expect(PackedBatch(limits).shape == BatchShape(sequences: 0, tokens: 0, longest: 0, attention: 0))
  }

  /// The fitting shape takes each size's greatest, which may come from different batches.
  @Test func fittingShapeHoldsEveryBatch() throws {
    let batches = [try batch([1, 1, 1, 1]), try batch([17]), try batch([8, 8, 8])]
    let shape = BatchShape(fitting: batches)
    #expect(shape == BatchShape(sequences: 4, tokens: 24, longest: 17, attention: 544))
    #expect(batches.allSatisfy { shape.holds($0.shape) })
    for path in [\BatchShape.sequences, \.tokens, \.longest, \.attention] {
      var larger = shape
      larger[keyPath: path] += 1
      #expect(!shape.holds(larger) && larger.holds(shape))
    }
  }

  /// What a model cannot read cannot be put into a batch, nor among sequences that are said to be checked.
  @Test func limitsAreKept() throws {
    let limits = try BERTConfiguration.tiny().inputLimits
    #expect(limits == InputLimits(vocabularySize: 20, maximumPositions: 20, segmentTypes: 2))
    let ones = [Int32](repeating: 1, count: 21)
    let wrong: [(tokens: [Int32], segments: [UInt8], error: ModelError)] = [
      ([], [], .sequenceLength(got: 0, limit: 20)),
      (ones, [UInt8](repeating: 0, count: 21), .sequenceLength(got: 21, limit: 20)),
      ([0, -1], [0, 0], .tokenOutOfRange(id: -1, limit: 20)), ([0, 20], [0, 0], .tokenOutOfRange(id: 20, limit: 20)),
      ([.max], [0], .tokenOutOfRange(id: Int(Int32.max), limit: 20)),
      ([0], [2], .segmentOutOfRange(id: 2, limit: 2)),
    ]
    for (tokens, segments, error) in wrong {
      var (batch, sequences) = (PackedBatch(limits), InputSequences(limits))
      #expect(throws: error) { try batch.append(tokens: tokens, segments: segments) }
      #expect(throws: error) { try sequences.append(tokens: tokens, segments: segments) }
      #expect(batch == PackedBatch(limits) && sequences == InputSequences(limits), "nothing is appended")
    }
  }

  /// A model of narrower limits looks again, one of wider limits need not.
  @Test func sequencesMeetAnotherModel() throws {
    var sequences = InputSequences(InputLimits(vocabularySize: 20, maximumPositions: 20, segmentTypes: 2))
    try sequences.append(tokens: [5, 6, 7], segments: [0, 0, 1])
    try sequences.append(tokens: [8], segments: [0])
    #expect(sequences.count == 2 && sequences.lengths == [3, 1] && sequences.tokenCount == 4)
    #expect(Array(sequences[1].tokens) == [8] && sequences.selecting([1, 1]).lengths == [1, 1])
    #expect(try sequences.checked(for: limits) == sequences)
    let narrow = InputLimits(vocabularySize: 9, maximumPositions: 3, segmentTypes: 2)
    #expect(try sequences.checked(for: narrow).limits == narrow)
    #expect(throws: ModelError.segmentOutOfRange(id: 1, limit: 1)) {
      try sequences.checked(for: InputLimits(vocabularySize: 20, maximumPositions: 20, segmentTypes: 1))
    }
    #expect(throws: ModelError.tokenOutOfRange(id: 8, limit: 8)) {
      try sequences.checked(for: InputLimits(vocabularySize: 8, maximumPositions: 20, segmentTypes: 2))
    }
    #expect(throws: ModelError.sequenceLength(got: 3, limit: 2)) {
      try sequences.checked(for: InputLimits(vocabularySize: 20, maximumPositions: 2, segmentTypes: 2))
    }
    let batches = sequences.batches(of: 1)
    #expect(batches.map(\.tokens) == [[5, 6, 7], [8]] && batches[0].segments == [0, 0, 1])
  }

  /// The words to predict are those that stood there; one that no model of the limits knows is refused.
  @Test func maskedTokens() throws {
    var batch = try batch([4])
    var masked = MaskedTokens()
    masked.append(row: 2, of: batch)
    batch.replaceToken(at: 2, by: 19)
    #expect(batch.tokens == [0, 1, 19, 3] && masked.rows == [2] && masked.words == [2])
    #expect(throws: ModelError.tokenOutOfRange(id: 40, limit: 40)) {
      try MaskedTokens(rows: [0], words: [40], limits: limits)
    }
  }
}
