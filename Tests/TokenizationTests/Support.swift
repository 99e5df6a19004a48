import Foundation
import Tokenization

/// `[PAD] [UNK] [CLS] [SEP] [MASK]`, ids 0 to 4, and further tokens from 5.
func vocabulary(_ tokens: String...) -> Vocabulary {
  Vocabulary(tokens: ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + tokens)
}

extension Options {
  static func with(_ change: (inout Options) -> Void) -> Options {
    var options = Options()
    change(&options)
    return options
  }

  static let cased = Options.with { $0.lowercases = false }
}

/// The ids between `[CLS]` and `[SEP]`.
func ids(_ text: String, _ vocabulary: Vocabulary, _ options: Options = Options()) throws -> [Int32] {
  Array(try WordPieceTokenizer(vocabulary: vocabulary, options: options).encode(text).ids.dropFirst().dropLast())
}

/// Calls `body` with a directory that holds the given files during the call.
@discardableResult
func withDirectory<Result>(_ files: [String: String], _ body: (URL) throws -> Result) throws -> Result {
  let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  for (name, content) in files { try Data(content.utf8).write(to: directory.appendingPathComponent(name)) }
  return try body(directory)
}
