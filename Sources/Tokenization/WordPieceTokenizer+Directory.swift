public import Foundation

extension WordPieceTokenizer {
  /// The tokenizer of a Hugging Face directory.
  ///
  /// The vocabulary is `vocab.txt`, or without it the one in `tokenizer.json`. `tokenizer_config.json` says how text is
  /// normalised and which tokens are special; where it or a key is missing, the defaults of `transformers`' `BertTokenizer`
  /// hold. Its classes `PreTrainedTokenizerFast` and `TokenizersBackend` take the settings of `tokenizer.json` instead.
  /// Truncation and padding that `tokenizer.json` asks for are ignored.
  /// - Throws: `TokenizationError`: a vocabulary that is missing, unreadable or not UTF-8, files that are not JSON,
  ///   settings of another kind of tokenizer, a special token that the vocabulary lacks.
  public init(directory: URL) throws {
    let files = try TokenizerFiles(directory: directory)
    try self.init(vocabulary: files.vocabulary(), options: files.options())
  }
}
