import BERT
import FineTuning
import Testing

@Suite struct MaskingTests {
  private static let limits = InputLimits(vocabularySize: 1000, maximumPositions: 64, segmentTypes: 2)
  private let masking: Masking

  init() throws {
    masking = try Self.masking()
  }

  private static func masking(seed: UInt64 = 3, share: Double = 0.15) throws -> Masking {
    try Masking(seed: seed, share: share, vocabularySize: 1000, maskToken: 4, limits: limits)
  }

  /// A text of a sequence of one segment behind `example` others.
  private func text(_ tokens: [Int32], example: Int, others: [[Int32]] = []) throws -> InputSequences {
    var text = InputSequences(Self.limits)
    for index in 0...example + others.count {
      let sequence = index == example ? tokens : index > example ? others[index - example - 1] : [2, 3]
      try text.append(tokens: sequence, segments: [UInt8](repeating: 0, count: sequence.count))
    }
    return text
  }

  private func hide(
    _ tokens: [Int32], example: Int = 0, pass: Int = 0, behind others: [[Int32]] = [], _ masking: Masking? = nil
  ) throws -> (tokens: [Int32], masked: MaskedTokens) {
    let text = try text(tokens, example: example, others: others)
    let masking = masking ?? self.masking
    var batch = PackedBatch(Self.limits)
    var masked = MaskedTokens()
    for index in others.indices {
      masking.append(example + 1 + index, of: text, pass: pass, to: &batch, masked: &masked)
    }
    let (start, count) = (batch.tokens.count, masked.count)
    masking.append(example, of: text, pass: pass, to: &batch, masked: &masked)
    #expect(batch.lengths.last == tokens.count && batch.segments.allSatisfy { $0 == 0 })
    return (
      Array(batch.tokens[start...]),
      try MaskedTokens(
        rows: masked.rows[count...].map { $0 - start }, words: Array(masked.words[count...]), limits: Self.limits)
    )
  }

  /// A model that does not know what would stand in a batch is refused before there is one.
  @Test func tokensThatTheModelDoesNotKnow() throws {
    for (vocabulary, mask) in [(1000, 1000), (1001, 4), (1000, -1)] {
      #expect(throws: ModelError.tokenOutOfRange(id: vocabulary > 1000 ? 1000 : mask, limit: 1000)) {
        try Masking(
          seed: 3, share: 0.15, vocabularySize: vocabulary, maskToken: Int32(mask), limits: Self.limits)
      }
    }
  }

  /// 15 %: of 1, 3 and 4 one, of 10 1.5, of 20 3, of 126 18.9.
  @Test func predictionsByHand() throws {
    #expect([1, 3, 4, 10, 20, 126].map { masking.predictions(among: $0) } == [1, 1, 1, 2, 3, 19])
    let all = try Self.masking(share: 1)
    #expect(all.predictions(among: 7) == 7)
  }

  /// In [CLS] a b [SEP] c [SEP] the first separator stays too, and the segments go along.
  @Test func separatorOfAPairStays() throws {
    var pairs = InputSequences(Self.limits)
    for _ in 0..<50 { try pairs.append(tokens: [2, 10, 11, 3, 12, 3], segments: [0, 0, 0, 0, 1, 1]) }
    #expect(Masking.places(in: pairs[0].segments) == [1, 2, 4])
    var chosen: Set<Int> = []
    for example in 0..<50 {
      var (batch, masked) = (PackedBatch(Self.limits), MaskedTokens())
      masking.append(example, of: pairs, pass: 0, to: &batch, masked: &masked)
      #expect(batch.segments == [0, 0, 0, 0, 1, 1] && masked.count == 1)
      chosen.formUnion(masked.rows)
    }
    #expect(chosen == [1, 2, 4])
  }

  /// Special tokens stay, what is not chosen stays, and the words are those of the text.
  @Test func whatIsChosen() throws {
    let tokens: [Int32] = [2] + (0..<40).map { 100 + $0 } + [3]
    for example in 0..<200 {
      let (hidden, masked) = try hide(tokens, example: example)
      #expect(masked.count == 6)
      #expect(masked.rows.allSatisfy { (1...40).contains($0) })
      #expect(zip(masked.rows, masked.words).allSatisfy { tokens[$0] == $1 })
      for place in tokens.indices where !masked.rows.contains(place) { #expect(hidden[place] == tokens[place]) }
    }
  }

  /// Of 12 000 chosen tokens 80 % are hidden, 10 % kept, 10 % random (standard errors 0.4 and 0.3 %); every place is chosen
  /// about as often as any other (300 times, standard error 16); random tokens are of the whole vocabulary.
  @Test func statistics() throws {
    let tokens: [Int32] = [2] + (0..<40).map { 100 + $0 } + [3]
    var (hidden, kept) = (0, 0)
    var random: [Int32] = []
    var places = [Int](repeating: 0, count: 42)
    for example in 0..<2000 {
      let (got, masked) = try hide(tokens, example: example, pass: 1)
      for row in masked.rows {
        places[row] += 1
        switch got[row] {
        case 4: hidden += 1
        case tokens[row]: kept += 1
        default: random.append(got[row])
        }
      }
    }
    #expect(abs(hidden - 9600) < 150 && abs(kept - 1200) < 120 && abs(random.count - 1200) < 120)
    #expect(places[1...40].allSatisfy { abs($0 - 300) < 75 })
    #expect(random.allSatisfy { (0..<1000).contains($0) })
    #expect(abs(random.reduce(0) { $0 + Double($1) } / Double(random.count) - 500) < 35)
  }

  /// The choice depends on seed, pass and example alone, not on what else is in the batch.
  @Test func independentOfTheBatch() throws {
    let tokens: [Int32] = [2] + (0..<40).map { 100 + $0 } + [3]
    let alone = try hide(tokens, example: 7, pass: 2)
    let together = try hide(tokens, example: 7, pass: 2, behind: [[2, 9, 3], [2, 8, 8, 8, 3]])
    #expect(alone == together)
    let (other, later) = (try hide(tokens, example: 8, pass: 2), try hide(tokens, example: 7, pass: 3))
    #expect(other != alone && later != alone)
    let seeded = try hide(tokens, example: 7, pass: 2, try Self.masking(seed: 4))
    #expect(seeded.masked.rows != alone.masked.rows)
  }
}
