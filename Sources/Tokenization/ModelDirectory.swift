import Foundation

/// A model directory that keeps a list of the files read from it, so that none can be forgotten.
struct ModelDirectory {
  let url: URL
  /// The names of the files that were requested and exist.
  private(set) var names: Set<String> = []

  init(_ url: URL) { self.url = url }

  /// The URLs of the files that were read, in order of their names.
  var files: [URL] { names.sorted().map { url.appendingPathComponent($0) } }

  func path(of name: String) -> String { url.appendingPathComponent(name).path }

  /// The contents of a file; nil if it does not exist.
  /// - Throws: `TokenizationError.unreadable`.
  mutating func bytes(of name: String) throws -> [UInt8]? {
    let file = url.appendingPathComponent(name)
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    names.insert(name)
    return try readBytes(of: file)
  }
}

/// The contents of a file.
/// - Throws: `TokenizationError.unreadable`.
func readBytes(of file: URL) throws -> [UInt8] {
  do {
    return [UInt8](try Data(contentsOf: file))
  } catch {
    throw TokenizationError.unreadable(file: file.path, reason: error.localizedDescription)
  }
}

/// Rejects a byte order mark and names its encoding. `transformers` fails on one in a JSON file, and takes one in a
/// vocabulary for a part of the first token.
/// - Throws: `TokenizationError.byteOrderMark`.
func refuseByteOrderMark(_ bytes: [UInt8], file: String) throws {
  let marks: [(mark: [UInt8], encoding: String)] = [
    ([0xEF, 0xBB, 0xBF], "UTF-8"), ([0xFF, 0xFE], "UTF-16"), ([0xFE, 0xFF], "UTF-16"),
  ]
  for (mark, encoding) in marks where bytes.starts(with: mark) {
    throw TokenizationError.byteOrderMark(file: file, encoding: encoding)
  }
}
