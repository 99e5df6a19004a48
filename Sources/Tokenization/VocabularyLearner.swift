/// Learns a WordPiece vocabulary from text.
///
/// Works like the WordPiece trainer of Hugging Face's `tokenizers`. Words are split into characters, with `##` before
/// those inside a word. Then the most frequent pair of neighbouring pieces in the text becomes a piece, repeatedly
/// (byte-pair encoding: Sennrich et al. 2016, arXiv:1508.07909). Google's own trainer was never published. The score
/// that it is said to use, count / (count of the first x count of the second), favours the rarest characters, which
/// occur only together. Ties are decided by the order of the pieces in the vocabulary, so a text and a size give
/// exactly one vocabulary.
public struct VocabularyLearner: Sendable {
  /// The largest number of characters in a vocabulary: the most frequent of the text. Words with other characters are
  /// unknown.
  public static let alphabetLimit = 1000
  /// The minimum count of a pair to become a piece.
  public static let leastCount = 2

  private let options: Options
  private let normalizer: Normalizer
  private let preTokenizer = PreTokenizer()
  private var words = WordCounts()
  private var normalized: [UInt8] = []

  /// A learner that has read nothing yet, for text normalised according to `options`.
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

  /// The vocabulary learned so far, in the order of ids: `[PAD] [UNK] [CLS] [SEP] [MASK]` as named by the options, then
  /// characters in the order of their scalar values, then characters inside words likewise, then pieces in the order in
  /// which they were made.
  ///
  /// - Parameter size: the number of tokens. There are fewer if no pair is left that occurs ``leastCount`` times.
  /// - Throws: `TokenizationError.vocabularyTooSmall` if the characters do not fit.
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
