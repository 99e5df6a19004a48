public import Foundation

/// A plain text file with one document per line, read in place.
///
/// Lines end at byte 0x0A. A 0x0D before it and a byte order mark at the start are not part of the text. Lines with
/// only white space are skipped.
public struct TextFile: Sendable {
  private let path: String
  private let data: Data

  /// Opens the file at `url`.
  /// - Throws: `TokenizationError.unreadable`.
  public init(_ url: URL) throws {
    path = url.path
    do {
      data = try Data(contentsOf: url, options: .mappedIfSafe)
    } catch {
      throw TokenizationError.unreadable(file: path, reason: error.localizedDescription)
    }
  }

  /// Calls `body` with each document in turn.
  /// - Throws: `TokenizationError.invalidUTF8` with the line, `.byteOrderMark` for UTF-16, and what `body` throws.
  public func forEachDocument(_ body: (String) throws -> Void) throws {
    try data.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
      let text = bytes.bindMemory(to: UInt8.self)
      let marks: [[UInt8]] = [[0xFF, 0xFE], [0xFE, 0xFF]]
      guard !marks.contains(where: { text.starts(with: $0) }) else {
        throw TokenizationError.byteOrderMark(file: path, encoding: "UTF-16")
      }
      var start = text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
      var number = 0
      while start < text.count {
        number += 1
        let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
        var bytes = UTF8Bytes(rebasing: text[start..<end])
        if bytes.last == UInt8(ascii: "\r") { bytes = UTF8Bytes(rebasing: bytes.dropLast()) }
        guard let line = String(validating: bytes, as: UTF8.self) else {
          throw TokenizationError.invalidUTF8(file: path, line: number)
        }
        start = end + 1
        if line.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) { try body(line) }
      }
    }
  }
}
