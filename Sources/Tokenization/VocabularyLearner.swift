/// Learns a WordPiece vocabulary from text.
///
/// As the WordPiece trainer of Hugging Face's `tokenizers` does it: words are spelled in characters, those inside a word
/// with `##`, and the pair of neighbouring pieces that is most frequent in the text becomes a piece, again and again
/// (byte-pair encoding: Sennrich et al. 2016, arXiv:1508.07909). Google's own trainer was never published; the score that
/// it is said to use, count / (count of the first x count of the second), favours the rarest characters, which never
/// occur but together. What decides ties is the order of the pieces in the vocabulary, so that a text and a size give one
/// vocabulary.
public struct VocabularyLearner: Sendable {
  /// The characters that a vocabulary has at most: the most frequent of the text. Words with others are unknown.
  public static let alphabetLimit = 1000
  /// How often a pair must occur to become a piece.
  public static let leastCount = 2

  private let options: Options
  private let normalizer: Normalizer
  private let preTokenizer = PreTokenizer()
  private var words = WordCounts()
  private var normalized: [UInt8] = []

  /// A learner that has read nothing, for text that is normalised as `options` say.
  public init(options: Options = Options()) {
    self.options = options
    normalizer = Normalizer(options)
  }

  /// Counts the words of a text. Special tokens are not looked for in it.
  public mutating func read(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      normalizer.normalize(bytes, into: &normalized)
      normalized.withUnsafeBufferPointer { part in
        var index = 0
        while let word = preTokenizer.nextWord(in: part, from: &index) {
          words.add(UTF8Bytes(rebasing: part[word]))
        }
      }
    }
  }

  /// The vocabulary of what was read, in the order of ids: `[PAD] [UNK] [CLS] [SEP] [MASK]` as the options name them,
  /// characters in the order of their scalar values, those inside words likewise, then pieces in the order in which they
  /// were made.
  ///
  /// - Parameter size: how many tokens it has, or fewer where no pair is left that occurs ``leastCount`` times.
  /// - Throws: `TokenizationError.vocabularyTooSmall` when the characters do not fit.
  public func tokens(size: Int) throws(TokenizationError) -> [String] {
    let special = [
      options.paddingToken, options.unknownToken, options.classifierToken, options.separatorToken, options.maskToken,
    ].compactMap { $0 }
    var merging = PieceMerging(words, special: special)
    guard merging.pieces.count <= size else {
      throw .vocabularyTooSmall(got: size, needed: merging.pieces.count)
    }
    merging.merge(upTo: size)
    return merging.pieces
  }
}
