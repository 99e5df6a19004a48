/// Splits a file into records of fields. Fields are ranges of bytes, so that unused columns are never converted to
/// text.
protocol RecordParser {
  /// Puts the next record's fields into `fields` (at least one) and returns the line on which it starts, from 1; nil at
  /// the end of the file.
  mutating func next(into fields: inout [Range<Int>]) throws(GLUEError) -> Int?

  /// The text of a field; nil if it is not UTF-8.
  func text(_ field: Range<Int>) -> String?
}

extension RecordParser {
  /// The text of a field, if there is one. The inner nil means "no such column", the outer nil "not UTF-8".
  func text(_ field: Range<Int>?) -> String?? {
    guard let field else { return .some(nil) }
    return text(field).map { .some($0) }
  }
}

/// Records in GLUE's format: see ``FileFormat/tsv``.
struct TabSeparatedParser: RecordParser {
  private let bytes: [UInt8]
  private let dropsCarriageReturns: Bool
  private let contentEnd: Int
  private var position: Int
  private var line = 0

  init(_ source: SourceFile) {
    bytes = source.bytes
    contentEnd = source.end
    position = source.start
    let firstLine = bytes[source.start...].prefix { $0 != Byte.lineFeed }
    dropsCarriageReturns = firstLine.last == Byte.carriageReturn
  }

  mutating func next(into fields: inout [Range<Int>]) -> Int? {
    fields.removeAll(keepingCapacity: true)
    guard position < contentEnd else { return nil }
    let start = position
    var fieldStart = start
    var end = start
    while end < bytes.count, bytes[end] != Byte.lineFeed {
      if bytes[end] == Byte.tab {
        fields.append(fieldStart..<end)
        fieldStart = end + 1
      }
      end += 1
    }
    position = min(end + 1, bytes.count)
    line += 1
    if dropsCarriageReturns, end > fieldStart, bytes[end - 1] == Byte.carriageReturn { end -= 1 }
    fields.append(fieldStart..<end)
    return line
  }

  func text(_ field: Range<Int>) -> String? {
    String(validating: bytes[field], as: UTF8.self)
  }
}
