/// How text is normalised, and which tokens are special. The defaults are those of `transformers`' `BertTokenizer`.
public struct Options: Sendable, Equatable {
  /// Lowercase all text (`do_lower_case`).
  public var lowercases = true
  /// Drop accents after canonical decomposition (`strip_accents`); nil means the same as `lowercases`.
  public var stripsAccents: Bool?
  /// Make every CJK ideograph a word of its own (`tokenize_chinese_chars`).
  public var separatesIdeographs = true
  /// Replaces a word that cannot be built from the vocabulary (`unk_token`).
  public var unknownToken = "[UNK]"
  /// Starts every encoding (`cls_token`).
  public var classifierToken = "[CLS]"
  /// Ends every segment (`sep_token`).
  public var separatorToken = "[SEP]"
  /// Pads batches (`pad_token`); nil for none. Never added here, but recognised in text.
  public var paddingToken: String? = "[PAD]"
  /// Masks a word in pre-training (`mask_token`); nil for none. Never added here, but recognised in text.
  public var maskToken: String? = "[MASK]"
  /// The longest word that is split into pieces, in Unicode scalars, at least 0. Longer words become the unknown token.
  public var greatestWordLength = 100
  /// Whether the second text of a pair gets segment 1; otherwise 0, like the first.
  public var marksSecondText = true
  /// Further tokens to recognise in text. One with the spelling of a special token above sets how that token is
  /// searched for.
  public var addedTokens: [AddedToken] = []

  /// The defaults.
  public init() {}

  /// The special tokens, each with the key that names it in `tokenizer_config.json`.
  var specialTokens: [(role: String, token: String)] {
    let tokens = [
      ("unk_token", unknownToken), ("sep_token", separatorToken), ("pad_token", paddingToken),
      ("cls_token", classifierToken), ("mask_token", maskToken),
    ]
    return tokens.compactMap { role, token in token.map { (role, $0) } }
  }
}
