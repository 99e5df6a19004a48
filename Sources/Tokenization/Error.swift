public import Diagnostics
public import JSONReader

/// Errors in building or using a tokenizer. Each message says what was found, what was expected and what to do.
public enum TokenizationError: ProgramError, Equatable {
  /// The directory has neither `vocab.txt` nor `tokenizer.json`.
  case vocabularyMissing(directory: String)
  /// A file exists but cannot be read.
  case unreadable(file: String, reason: String)
  /// A line (counted from 1) of a vocabulary or text is not UTF-8.
  case invalidUTF8(file: String, line: Int)
  /// A file starts with a byte order mark.
  case byteOrderMark(file: String, encoding: String)
  /// A file is not JSON, or no object.
  case notJSON(file: String, JSONError)
  /// A value of a JSON file is of the wrong kind or out of range.
  case invalidValue(file: String, key: String, found: String, expected: String)
  /// A value in a JSON file asks for something other than BERT's WordPiece.
  case unsupported(file: String, key: String, found: String, expected: String)
  /// A special or added token is not in the vocabulary, and no file states its id.
  case specialTokenMissing(role: String, token: String, vocabulary: String)
  /// A file states a different id for an added token than `transformers` gives it.
  case addedTokenID(file: String, token: String, stated: Int, given: Int)
  /// An added token or the vocabulary has an id for which the model's embedding has no row.
  case idBeyondEmbedding(file: String, token: String, id: Int, rows: Int)
  /// Two tokens that cannot be told apart, because they have the same id or, once normalised, the same spelling.
  case tokensCollide(file: String, first: String, second: String, shared: String)
  /// A vocabulary of the requested size has no room for the special tokens and the characters of the text.
  case vocabularyTooSmall(got: Int, needed: Int)
  /// `maxLength` leaves no room for the special tokens.
  case maxLengthTooSmall(got: Int, specialTokens: Int)

  /// Bad input.
  public var exitStatus: ExitStatus { .badInput }

  /// The message, on one line.
  public var description: String {
    switch self {
    case .vocabularyMissing(let directory):
      "no vocabulary in \(directory): expected vocab.txt or tokenizer.json; give a Hugging Face BERT directory"
    case .unreadable(let file, let reason):
      "cannot read \(file): \(reason); check that it is a readable file"
    case .invalidUTF8(let file, let line):
      "\(file), line \(line): expected UTF-8, found other bytes; save the file as UTF-8"
    case .byteOrderMark(let file, let encoding):
      "\(file): begins with a byte order mark of \(encoding), expected UTF-8 without one; save it so"
    case .notJSON(let file, let error):
      "\(file): not JSON: \(error.description(in: "the file")); correct it or fetch the file again"
    case .invalidValue(let file, let key, let found, let expected):
      "\(file): \(key) is \(found), expected \(expected); correct it or fetch the file again"
    case .unsupported(let file, let key, let found, let expected):
      "\(file): \(key) is \(found), expected \(expected); only BERT's WordPiece tokenizer is supported"
    case .specialTokenMissing(let role, let token, let vocabulary):
      "\(role) \(token.shortened.debugDescription) is not in \(vocabulary) and no file states its id; add it there or name "
        + "the right token in tokenizer_config.json"
    case .addedTokenID(let file, let token, let stated, let given):
      "\(file): the added token \(token.shortened.debugDescription) is said to have id \(stated), but transformers gives it "
        + "\(given), as it counts on from the entries of the vocabulary; correct the id, or complete the vocabulary"
    case .idBeyondEmbedding(let file, let token, let id, let rows):
      "\(file): the added token \(token.shortened.debugDescription) has id \(id), but by vocab_size in config.json the "
        + "embedding has \(rows) rows; resize the model's embedding for it, or take the token out"
    case .tokensCollide(let file, let first, let second, let shared):
      "\(file): the tokens \(first.shortened.debugDescription) and \(second.shortened.debugDescription) have \(shared) in "
        + "common, expected each to have its own; take one of them out"
    case .vocabularyTooSmall(let got, let needed):
      "a vocabulary of \(got) tokens was requested, but the special tokens and the text's characters alone are \(needed); "
        + "request at least that many, a few thousand for a language"
    case .maxLengthTooSmall(let got, let specialTokens):
      "maximum length is \(got), but the special tokens alone take \(specialTokens); allow at least that many tokens"
    }
  }
}
