import Foundation

extension Options {
  /// The text of a `tokenizer_config.json` from which `transformers` and ``WordPieceTokenizer`` recreate these options.
  ///
  /// Added tokens are left out, except special ones.
  ///
  /// - Parameter maximumLength: the largest number of tokens in a text (`model_max_length`).
  /// - Throws: Foundation's encoding errors.
  public func configurationFile(maximumLength: Int) throws -> [UInt8] {
    var values: [String: Any] = [
      "tokenizer_class": "BertTokenizer", "do_lower_case": lowercases, "tokenize_chinese_chars": separatesIdeographs,
      "strip_accents": stripsAccents.map { $0 as Any } ?? NSNull(), "model_max_length": maximumLength,
    ]
    for (role, token) in specialTokens { values[role] = token }
    let data = try JSONSerialization.data(
      withJSONObject: values, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    return [UInt8](data) + [UInt8(ascii: "\n")]
  }
}
