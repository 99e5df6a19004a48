public import Diagnostics

/// What can go wrong when a tokenizer is built or used. Each message says what was found, what was expected, what to do.
public enum TokenizationError: ProgramError, Equatable {
  /// Neither `vocab.txt` nor `tokenizer.json` is in the directory.
  case vocabularyMissing(directory: String)
  /// A file exists but cannot be read.
  case unreadable(file: String, reason: String)
  /// A line (counted from 1) of a vocabulary or text is not UTF-8.
  case invalidUTF8(file: String, line: Int)
  /// A file is not JSON; the byte offset is counted from 0.
  case invalidJSON(file: String, offset: Int, expected: String)
  /// A value of a JSON file is of the wrong kind, or asks for something that is not BERT's WordPiece.
  case unsupported(file: String, key: String, found: String, expected: String)
  /// A special or added token is not in the vocabulary.
  case specialTokenMissing(role: String, token: String)
  /// A vocabulary of the asked size has no room for the special tokens and the characters of the text.
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
    case .invalidJSON(let file, let offset, let expected):
      "\(file), byte \(offset): not JSON, expected \(expected); fetch the file again"
    case .unsupported(let file, let key, let found, let expected):
      "\(file): \(key) is \(found), expected \(expected); only BERT's WordPiece tokenizer is supported"
    case .specialTokenMissing(let role, let token):
      "\(role) \(token.debugDescription) is not in the vocabulary; add it there or name the right token in "
        + "tokenizer_config.json"
    case .vocabularyTooSmall(let got, let needed):
      "a vocabulary of \(got) tokens was asked for, the special tokens and the text's characters alone are \(needed); ask "
        + "for at least that many, a few thousand for a language"
    case .maxLengthTooSmall(let got, let specialTokens):
      "maximum length is \(got), but the special tokens alone take \(specialTokens); allow at least that many tokens"
    }
  }
}
