public import Foundation

extension WordPieceTokenizer {
  /// The tokenizer of a Hugging Face directory, as `transformers` 5 makes it.
  ///
  /// The vocabulary is in `tokenizer.json`, or in `vocab.txt` if there is no such file. `tokenizer_config.json` says
  /// how text is normalised and which tokens are special; if the file or a key is missing, the defaults of
  /// `transformers`' `BertTokenizer` apply. The classes `PreTrainedTokenizerFast` and `TokenizersBackend` take the
  /// settings of `tokenizer.json` instead. Added tokens come from `added_tokens_decoder` in `tokenizer_config.json`;
  /// without that key, from `special_tokens_map.json`, `added_tokens.json` and `tokenizer.json`. Truncation and padding
  /// in `tokenizer.json` are ignored. A directory is rejected if `transformers` would give other ids than the files
  /// state, or if it needs a feature that is not supported here.
  /// - Throws: `TokenizationError`: a vocabulary that is missing, unreadable or not UTF-8, files that are not JSON,
  ///   settings of another kind of tokenizer, a special token that is not in the vocabulary, an id for which the
  ///   embedding has no row.
  public init(directory: URL) throws {
    let files = try TokenizerFiles(directory: directory)
    let vocabulary = try files.vocabulary()
    var (options, added) = try files.tokens(vocabulary)
    try files.normalize(&options)
    try self.init(added, options: options, vocabularyFile: files.vocabularyFile)
    self.files = files.directory.files
    looksCasedWithoutSettings = files.looksCasedWithoutSettings(vocabulary)
    hasOtherVocabularyFile = files.hasOtherVocabularyFile(vocabulary)
  }
}
