public import Foundation

extension WordPieceTokenizer {
  /// The tokenizer of a Hugging Face directory, as `transformers` 5 makes it.
  ///
  /// The vocabulary is the one in `tokenizer.json`, or without that file `vocab.txt`. `tokenizer_config.json` says how text is
  /// normalised and which tokens are special; where it or a key is missing, the defaults of `transformers`' `BertTokenizer`
  /// hold. Its classes `PreTrainedTokenizerFast` and `TokenizersBackend` take the settings of `tokenizer.json` instead. Added
  /// tokens come from `added_tokens_decoder` in `tokenizer_config.json`; without that key from `special_tokens_map.json`,
  /// `added_tokens.json` and `tokenizer.json`. Truncation and padding that `tokenizer.json` asks for are ignored. Where
  /// `transformers` would give other ids than the files state, or does what is not done here, the directory is refused.
  /// - Throws: `TokenizationError`: a vocabulary that is missing, unreadable or not UTF-8, files that are not JSON,
  ///   settings of another kind of tokenizer, a special token that the vocabulary lacks, an id that the embedding lacks.
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
