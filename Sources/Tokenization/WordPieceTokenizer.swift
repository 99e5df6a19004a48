/// Text to token ids, as BERT does it; id for id what `transformers`' `BertTokenizer` (Rust `tokenizers` 0.23) gives.
///
/// Added tokens are cut out of the raw text; what lies between is normalised, cut into words, and each word into pieces
/// (Devlin et al. 2019, arXiv:1810.04805; Wu et al. 2016, arXiv:1609.08144, section 4.1).
public struct WordPieceTokenizer: Sendable {
  private let normalizer: Normalizer
  private let preTokenizer = PreTokenizer()
  private let wordPiece: WordPiece
  private let rawTokens: AddedTokenMatcher
  private let normalizedTokens: AddedTokenMatcher
  private let classifier: Int32
  private let separator: Int32
  /// The id of the token that hides a word in pre-training; nil where the options name none.
  public let maskToken: Int32?

  /// A tokenizer of this vocabulary.
  /// - Throws: `TokenizationError.specialTokenMissing` if the vocabulary lacks a special or added token.
  public init(vocabulary: Vocabulary, options: Options) throws {
    func id(_ role: String, _ token: String) throws -> Int32 {
      guard let id = vocabulary.id(of: token) else {
        throw TokenizationError.specialTokenMissing(role: role, token: token)
      }
      return id
    }
    wordPiece = WordPiece(vocabulary: vocabulary, unknown: try id("unk_token", options.unknownToken))
    classifier = try id("cls_token", options.classifierToken)
    separator = try id("sep_token", options.separatorToken)
    maskToken = try options.maskToken.map { try id("mask_token", $0) }

    let normalizer = Normalizer(options)
    var raw: [(spelling: [UInt8], id: Int32)] = []
    var normalized = raw
    func add(_ token: AddedToken, role: String) throws {
      let id = try id(role, token.content)
      if token.normalized {
        normalized.append((normalizer.normalize(token.content), id))
      } else {
        raw.append((Array(token.content.utf8), id))
      }
    }
    let added = options.addedTokens
    func isSame(_ a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }
    for (role, token) in options.specialTokens where !added.contains(where: { isSame($0.content, token) }) {
      try add(AddedToken(content: token), role: role)
    }
    for token in added { try add(token, role: "added token") }
    self.normalizer = normalizer
    rawTokens = AddedTokenMatcher(raw)
    normalizedTokens = AddedTokenMatcher(normalized)
  }

  /// Number of rows an embedding needs: the greatest id + 1.
  public var vocabularySize: Int { wordPiece.vocabulary.size }

  /// Encodes one text or a pair. An empty `pair` is a pair, as in `transformers`' batches.
  /// - Parameter maxLength: greatest number of ids, special tokens included: at least 2, or 3 for a pair. What is too much
  ///   goes from the end; of a pair from the longer text, and once both are down to half the room, from both. Nil for
  ///   no limit.
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
      typeIDs += repeatElement(1, count: kept.second + 1)
    }
    return Encoding(ids: ids, typeIDs: typeIDs)
  }

  /// How many tokens of each text stay (strategy "longest first" of `tokenizers`): the shorter text keeps all it has
  /// while that is at most half the room. Of an odd room halved, the longer text gets the odd token, the second if both
  /// are equally long.
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
