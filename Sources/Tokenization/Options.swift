/// How text is normalised, and which tokens are special. The defaults are those of `transformers`' `BertTokenizer`.
public struct Options: Sendable, Equatable {
  /// Lowercase all text (`do_lower_case`).
  public var lowercases = true
  /// Drop accents, after canonical decomposition (`strip_accents`); nil does it where text is lowercased.
  public var stripsAccents: Bool?
  /// Make every CJK ideograph a word of its own (`tokenize_chinese_chars`).
  public var separatesIdeographs = true
  /// Stands for a word that the vocabulary cannot spell (`unk_token`).
  public var unknownToken = "[UNK]"
  /// Begins every encoding (`cls_token`).
  public var classifierToken = "[CLS]"
  /// Ends every segment (`sep_token`).
  public var separatorToken = "[SEP]"
  /// Fills up batches (`pad_token`); nil for none. Never added here, but recognised in text.
  public var paddingToken: String? = "[PAD]"
  /// Hides a word in pre-training (`mask_token`); nil for none. Never added here, but recognised in text.
  public var maskToken: String? = "[MASK]"
  /// Longer words are unknown as a whole; in Unicode scalars, at least 0.
  public var greatestWordLength = 100
  /// The second text of a pair has the segment 1, not 0 as the first.
  public var marksSecondText = true
  /// Further tokens to recognise in text. One spelled as a special token above says how that one is looked for.
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
