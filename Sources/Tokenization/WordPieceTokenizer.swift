internal import Diagnostics
public import Foundation

/// Converts text to token ids as BERT does. Gives exactly the ids of `transformers`' `BertTokenizer` (Rust `tokenizers`
/// 0.23).
///
/// Added tokens are cut out of the raw text. The text between them is normalised and split into words, and each word
/// into pieces (Devlin et al. 2019, arXiv:1810.04805; Wu et al. 2016, arXiv:1609.08144, section 4.1).
public struct WordPieceTokenizer: Sendable {
  private let normalizer: Normalizer
  private let preTokenizer = PreTokenizer()
  private let wordPiece: WordPiece
  private let rawTokens: AddedTokenMatcher
  private let normalizedTokens: AddedTokenMatcher
  private let classifier: Int32
  private let separator: Int32
  private let marksSecondText: Bool
  /// The id of the token that masks a word in pre-training; nil if the options name none.
  public let maskToken: Int32?
  /// The number of rows that an embedding needs: the largest id of a token in the vocabulary or an added one, + 1. If
  /// ids have no gaps, this is `len(tokenizer)` in `transformers`. A model's embedding may have more rows, which no
  /// text uses.
  public let vocabularySize: Int
  /// The files that decide ids, in order of their names: all that were read to make the tokenizer. Empty if it was not
  /// made from a directory.
  public internal(set) var files: [URL] = []
  /// True if no file says whether text is lowercased, so that it is, but over 5 % of the vocabulary's words with
  /// letters have upper-case ones. Those words are then never found.
  public internal(set) var looksCasedWithoutSettings = false
  /// True if there is a `vocab.txt` with other tokens or ids than `tokenizer.json`, which takes precedence.
  public internal(set) var hasOtherVocabularyFile = false

  /// A tokenizer with this vocabulary.
  /// - Throws: `TokenizationError.specialTokenMissing` if a special or added token is not in the vocabulary,
  ///   `.tokensCollide`.
  public init(vocabulary: Vocabulary, options: Options) throws {
    var added = AddedVocabulary(vocabulary)
    let named = options.addedTokens.map { ("added token", $0) }
    for (role, token) in named + options.specialTokens.map({ ($0, AddedToken(content: $1)) }) {
      guard vocabulary.id(of: token.content) != nil else {
        throw TokenizationError.specialTokenMissing(
          role: role, token: token.content, vocabulary: Self.unnamedVocabulary)
      }
      if role == "added token" || !added.has(token.content) { added.add(token) }
    }
    try self.init(added, options: options, vocabularyFile: Self.unnamedVocabulary)
  }

  private static let unnamedVocabulary = "the vocabulary"

  /// A tokenizer that searches for exactly these added tokens.
  /// - Parameter vocabularyFile: the source of the vocabulary, for errors.
  init(_ added: AddedVocabulary, options: Options, vocabularyFile: String) throws {
    func id(_ role: String, _ token: String, _ id: (String) -> Int32?) throws -> Int32 {
      guard let id = id(token) else {
        throw TokenizationError.specialTokenMissing(role: role, token: token, vocabulary: vocabularyFile)
      }
      return id
    }
    let vocabulary = added.vocabulary
    // Words, and the token for an unknown word, use only the vocabulary, not added tokens.
    let unknown = try id("unk_token", options.unknownToken) { vocabulary.id(of: $0) }
    wordPiece = WordPiece(
      vocabulary: vocabulary, unknown: unknown, greatestWordLength: options.greatestWordLength)
    classifier = try id("cls_token", options.classifierToken) { added.id(of: $0) }
    separator = try id("sep_token", options.separatorToken) { added.id(of: $0) }
    maskToken = try options.maskToken.map { try id("mask_token", $0) { added.id(of: $0) } }
    marksSecondText = options.marksSecondText
    vocabularySize = max(vocabulary.size, (added.entries.map { Int($0.id) + 1 }.max() ?? 0))

    let normalizer = Normalizer(options)
    self.normalizer = normalizer
    rawTokens = AddedTokenMatcher(
      added.entries.filter { !$0.token.normalized }.map { (Array($0.token.content.utf8), $0.token, $0.id) })
    var spellings: [[UInt8]: String] = [:]
    normalizedTokens = AddedTokenMatcher(
      try added.entries.filter { $0.token.normalized }.map { token, id in
        let spelling = normalizer.normalize(token.content)
        // `tokenizers` would find such a token everywhere, possibly without end.
        guard !spelling.isEmpty else {
          throw TokenizationError.unsupported(
            file: vocabularyFile, key: "normalized of \(token.content.shortened.debugDescription)", found: "true",
            expected: "false, as normalising leaves nothing of it")
        }
        if let other = spellings.updateValue(token.content, forKey: spelling) {
          throw TokenizationError.tokensCollide(
            file: vocabularyFile, first: other, second: token.content, shared: "one spelling in normalised text")
        }
        return (spelling, token, id)
      })
  }

  /// The id for a word that cannot be built from the vocabulary.
  public var unknownToken: Int32 { wordPiece.unknown }

  /// Encodes one text or a pair. An empty `pair` still makes a pair, as in batches of `transformers`.
  /// - Parameter maxLength: the largest number of ids, including special tokens: at least 2, or 3 for a pair. Longer
  ///   texts are cut at the end. In a pair the longer text is cut first, until both are down to half the room; then
  ///   both are cut. Nil for no limit.
  /// - Throws: `TokenizationError.maxLengthTooSmall`.
  public func encode(_ text: String, pair: String? = nil, maxLength: Int? = nil) throws -> Encoding {
    let specialTokens = pair == nil ? 2 : 3
    if let maxLength, maxLength < specialTokens {
      throw TokenizationError.maxLengthTooSmall(got: maxLength, specialTokens: specialTokens)
    }
    var ids = [classifier]
    appendTokens(of: text, to: &ids)
    var second: [Int32] = []
    if let pair { appendTokens(of: pair, to: &second) }

    let kept = Self.truncatedLengths(ids.count - 1, second.count, room: (maxLength ?? .max) - specialTokens)
    ids.removeSubrange((1 + kept.first)...)
    ids.append(separator)
    var typeIDs = [UInt8](repeating: 0, count: ids.count)
    if pair != nil {
      ids += second.prefix(kept.second)
      ids.append(separator)
      typeIDs += repeatElement(marksSecondText ? 1 : 0, count: kept.second + 1)
    }
    return Encoding(ids: ids, typeIDs: typeIDs)
  }

  /// How many tokens of each text are kept (the "longest first" strategy of `tokenizers`). The shorter text keeps all
  /// of its tokens if they fit half the room. If the room is odd when it is halved, the longer text gets the odd token;
  /// if both are equally long, the second.
  package static func truncatedLengths(_ first: Int, _ second: Int, room: Int) -> (first: Int, second: Int) {
    guard first + second > room else { return (first, second) }
    let shorter = min(first, second, room / 2)
    let longer = room - shorter
    return first > second ? (longer, shorter) : (shorter, longer)
  }

  private func appendTokens(of text: String, to ids: inout [Int32]) {
    var text = text
    var normalized: [UInt8] = []
    text.withUTF8 { bytes in
      normalized.reserveCapacity(bytes.count)
      ids.reserveCapacity(ids.count + bytes.count / 4)
      rawTokens.forEachPart(of: bytes) { part, token in
        normalizer.normalize(part, into: &normalized)
        normalized.withUnsafeBufferPointer { appendTokens(ofNormalized: $0, to: &ids) }
        if let token { ids.append(token) }
      }
    }
  }

  private func appendTokens(ofNormalized text: UTF8Bytes, to ids: inout [Int32]) {
    normalizedTokens.forEachPart(of: text) { part, token in
      var index = 0
      while let word = preTokenizer.nextWord(in: part, from: &index) {
        wordPiece.appendPieces(of: UTF8Bytes(rebasing: part[word]), to: &ids)
      }
      if let token { ids.append(token) }
    }
  }
}
