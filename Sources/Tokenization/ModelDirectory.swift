import Foundation

/// A model directory that keeps account of the files that were read from it: whoever reads through it cannot forget to name
/// one.
struct ModelDirectory {
  let url: URL
  /// The names of the files that were asked for and are there.
  private(set) var names: Set<String> = []

  init(_ url: URL) { self.url = url }

  /// Where the files lie that were read, in the order of their names.
  var files: [URL] { names.sorted().map { url.appendingPathComponent($0) } }

  func path(of name: String) -> String { url.appendingPathComponent(name).path }

  /// The content of a file; nil where there is none of that name.
  /// - Throws: `TokenizationError.unreadable`.
  mutating func bytes(of name: String) throws -> [UInt8]? {
    let file = url.appendingPathComponent(name)
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    names.insert(name)
    return try readBytes(of: file)
  }
}

/// The whole content of a file.
/// - Throws: `TokenizationError.unreadable`.
func readBytes(of file: URL) throws -> [UInt8] {
  do {
    return [UInt8](try Data(contentsOf: file))
  } catch {
    throw TokenizationError.unreadable(file: file.path, reason: error.localizedDescription)
  }
}

/// Calls a byte order mark by its name; `transformers` fails on one in a JSON file, and in a vocabulary takes it for a part of
/// the first token.
/// - Throws: `TokenizationError.byteOrderMark`.
func refuseByteOrderMark(_ bytes: [UInt8], file: String) throws {
  let marks: [(mark: [UInt8], encoding: String)] = [
    ([0xEF, 0xBB, 0xBF], "UTF-8"), ([0xFF, 0xFE], "UTF-16"), ([0xFE, 0xFF], "UTF-16"),
  ]
  for (mark, encoding) in marks where bytes.starts(with: mark) {
    throw TokenizationError.byteOrderMark(file: file, encoding: encoding)
  }
}
