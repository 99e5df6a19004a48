public import BERT
internal import Randomness

/// Which tokens a masked language model is to predict, and what stands in their place (Devlin et al. 2019,
/// arXiv:1810.04805, section 3.1, and their create_pretraining_data.py).
///
/// Of a sequence's n tokens, `[CLS]` and `[SEP]` apart, a share (rounded, at least one) is chosen: 15 % in the paper; small
/// models may learn more from more (Wettig et al. 2023, arXiv:2202.08005). Of those 80 % become `[MASK]`, 10 % a random
/// token of the vocabulary, and 10 % stay as they are. Each pass over the text chooses anew (Liu et al. 2019,
/// arXiv:1907.11692, section 4.1).
///
/// All of it is a function of (seed, pass, example, place): the same in any batch, on any rank, after any interruption.
public struct Masking: Sendable {
  /// The share of tokens that are to be predicted, 0 ... 1.
  public let share: Double
  private let generator: Philox
  private let vocabularySize: Int
  private let maskToken: Int32

  /// The masking of a seed.
  ///
  /// - Parameters:
  ///   - share: of tokens to be predicted, 0 ... 1.
  ///   - vocabularySize: random tokens are 0 ..< this.
  ///   - maskToken: the id of `[MASK]`.
  ///   - limits: what the model reads.
  /// - Throws: `ModelError.tokenOutOfRange` where it does not know `[MASK]`, or one of the random tokens.
  public init(
    seed: UInt64, share: Double, vocabularySize: Int, maskToken: Int32, limits: InputLimits
  ) throws(ModelError) {
    for token in [maskToken, Int32(clamping: vocabularySize - 1)] where !limits.knows(token) {
      throw .tokenOutOfRange(id: Int(token), limit: limits.vocabularySize)
    }
    self.share = share
    generator = Philox(seed: seed, purpose: .masking)
    self.vocabularySize = vocabularySize
    self.maskToken = maskToken
  }

  /// How many of a sequence's `count` tokens, special ones apart, are to be predicted; `count` >= 1.
  public func predictions(among count: Int) -> Int {
    max(1, Int((share * Double(count)).rounded()))
  }

  /// Where a sequence's tokens stand, from 0, without `[CLS]` and each segment's `[SEP]`.
  public static func places(in segments: ArraySlice<UInt8>) -> [Int] {
    let middle = segments.firstIndex(of: 1).map { $0 - segments.startIndex - 1 }
    return (0..<segments.count).dropFirst().dropLast().filter { $0 != middle }
  }

  /// Appends a sequence with its chosen tokens hidden.
  ///
  /// - Parameters:
  ///   - example: the sequence's number in its text, 0 ..< 2^32; it has at least one token that is not special.
  ///   - text: all sequences of the text.
  ///   - pass: the pass over the text, 0 ..< 2^32.
  ///   - masked: gets the chosen tokens, as rows of `batch`.
  public func append(
    _ example: Int, of text: InputSequences, pass: Int, to batch: inout PackedBatch, masked: inout MaskedTokens
  ) {
    let start = batch.tokens.count
    batch.append(example, of: text)
    let draws = Self.places(in: text[example].segments).map { place in
      (
        place: place,
        words: generator.block(
          SIMD4(UInt32(place), UInt32(truncatingIfNeeded: example), UInt32(truncatingIfNeeded: pass), 0))
      )
    }
    // Those with the smallest numbers are chosen; equal ones by place.
    let chosen = draws.sorted { ($0.words[0], $0.place) < ($1.words[0], $1.place) }
      .prefix(predictions(among: draws.count)).sorted { $0.place < $1.place }
    for (place, words) in chosen {
      let row = start + place
      masked.append(row: row, of: batch)
      switch Double(words[1]) * 0x1p-32 {
      case ..<0.8: batch.replaceToken(at: row, by: maskToken)
      case ..<0.9: batch.replaceToken(at: row, by: Int32((UInt64(words[2]) * UInt64(vocabularySize)) >> 32))
      default: break
      }
    }
  }
}
