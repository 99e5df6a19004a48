import BERT
import FineTuning
import Testing

@Suite struct MaskingTests {
  private let masking = Masking(seed: 3, share: 0.15, vocabularySize: 1000, maskToken: 4)

  /// Tokens of one segment.
  private func sequence(_ tokens: [Int32]) -> PretrainingText.Sequence {
    PretrainingText.Sequence(tokens: tokens[...], segments: [UInt8](repeating: 0, count: tokens.count)[...])
  }

  private func hide(
    _ tokens: [Int32], example: Int = 0, pass: Int = 0, behind others: [[Int32]] = []
  ) -> (tokens: [Int32], masked: MaskedTokens) {
    var batch = PackedBatch()
    var masked = MaskedTokens()
    for (index, other) in others.enumerated() {
      masking.append(sequence(other), example: 100 + index, pass: pass, to: &batch, masked: &masked)
    }
    let (start, count) = (batch.tokens.count, masked.count)
    masking.append(sequence(tokens), example: example, pass: pass, to: &batch, masked: &masked)
    #expect(batch.lengths.last == tokens.count && batch.segments.allSatisfy { $0 == 0 })
    return (
      Array(batch.tokens[start...]),
      MaskedTokens(rows: masked.rows[count...].map { $0 - start }, words: Array(masked.words[count...]))
    )
  }

  /// 15 %: of 1, 3 and 4 one, of 10 1.5, of 20 3, of 126 18.9.
  @Test func predictionsByHand() {
    #expect([1, 3, 4, 10, 20, 126].map { masking.predictions(among: $0) } == [1, 1, 1, 2, 3, 19])
    let all = Masking(seed: 3, share: 1, vocabularySize: 1000, maskToken: 4)
    #expect(all.predictions(among: 7) == 7)
  }

  /// In [CLS] a b [SEP] c [SEP] the first separator stays too, and the segments go along.
  @Test func separatorOfAPairStays() {
    let pair = PretrainingText.Sequence(tokens: [2, 10, 11, 3, 12, 3][...], segments: [0, 0, 0, 0, 1, 1][...])
    #expect(pair.places == [1, 2, 4])
    var chosen: Set<Int> = []
    for example in 0..<50 {
      var (batch, masked) = (PackedBatch(), MaskedTokens())
      masking.append(pair, example: example, pass: 0, to: &batch, masked: &masked)
      #expect(batch.segments == [0, 0, 0, 0, 1, 1] && masked.count == 1)
      chosen.formUnion(masked.rows)
    }
    #expect(chosen == [1, 2, 4])
  }

  /// Special tokens stay, what is not chosen stays, and the words are those of the text.
  @Test func whatIsChosen() {
    let tokens: [Int32] = [2] + (0..<40).map { 100 + $0 } + [3]
    for example in 0..<200 {
      let (hidden, masked) = hide(tokens, example: example)
      #expect(masked.count == 6)
      #expect(masked.rows.allSatisfy { (1...40).contains($0) })
      #expect(zip(masked.rows, masked.words).allSatisfy { tokens[$0] == $1 })
      for place in tokens.indices where !masked.rows.contains(place) { #expect(hidden[place] == tokens[place]) }
    }
  }

  /// Of 12 000 chosen tokens 80 % are hidden, 10 % kept, 10 % random (standard errors 0.4 and 0.3 %); every place is chosen
  /// about as often as any other (300 times, standard error 16); random tokens are of the whole vocabulary.
  @Test func statistics() {
    let tokens: [Int32] = [2] + (0..<40).map { 100 + $0 } + [3]
    var (hidden, kept) = (0, 0)
    var random: [Int32] = []
    var places = [Int](repeating: 0, count: 42)
    for example in 0..<2000 {
      let (got, masked) = hide(tokens, example: example, pass: 1)
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
  @Test func independentOfTheBatch() {
    let tokens: [Int32] = [2] + (0..<40).map { 100 + $0 } + [3]
    let alone = hide(tokens, example: 7, pass: 2)
    let together = hide(tokens, example: 7, pass: 2, behind: [[2, 9, 3], [2, 8, 8, 8, 3]])
    #expect(alone == together)
    #expect(hide(tokens, example: 8, pass: 2) != alone && hide(tokens, example: 7, pass: 3) != alone)
    var (batch, masked) = (PackedBatch(), MaskedTokens())
    Masking(seed: 4, share: 0.15, vocabularySize: 1000, maskToken: 4)
      .append(sequence(tokens), example: 7, pass: 2, to: &batch, masked: &masked)
    #expect(masked.rows != alone.masked.rows)
  }
}
