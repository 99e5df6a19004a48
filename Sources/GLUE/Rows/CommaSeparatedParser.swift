/// Records according to RFC 4180: fields are separated by commas, records by line ends (CR LF or LF); a quoted field
/// may contain both, and doubled quotes. As in the RFC, a quote inside an unquoted field is rejected: such rows come
/// from writers that do not quote, and would be split at the wrong commas.
struct CommaSeparatedParser: RecordParser {
  private let path: String
  private let bytes: [UInt8]
  private let contentEnd: Int
  private var position: Int
  private var line = 1

  init(_ source: SourceFile) {
    path = source.path
    bytes = source.bytes
    contentEnd = source.end
    position = source.start
  }

  mutating func next(into fields: inout [Range<Int>]) throws(GLUEError) -> Int? {
    fields.removeAll(keepingCapacity: true)
    guard position < contentEnd else { return nil }
    let recordLine = line
    fields.append(try field(recordLine: recordLine))
    while position < bytes.count, bytes[position] == Byte.comma {
      position += 1
      fields.append(try field(recordLine: recordLine))
    }
    position = min(position + 1, bytes.count)
    line += 1
    return recordLine
  }

  func text(_ field: Range<Int>) -> String? {
    let bytes = bytes[field]
    guard bytes.contains(Byte.quote) else { return String(validating: bytes, as: UTF8.self) }
    // All quotes left in a field are doubled ones. They are compared as bytes, not characters, because a combining mark
    // may follow.
    var isSecond = false
    let single = bytes.filter { byte in
      isSecond = byte == Byte.quote && !isSecond
      return byte != Byte.quote || isSecond
    }
    return String(validating: single, as: UTF8.self)
  }

  /// Reads one field, up to the comma or line feed after it or the end of the file.
  private mutating func field(recordLine: Int) throws(GLUEError) -> Range<Int> {
    if position < bytes.count, bytes[position] == Byte.quote { return try quotedField(recordLine: recordLine) }
    let start = position
    while position < bytes.count, bytes[position] != Byte.comma, bytes[position] != Byte.lineFeed {
      if bytes[position] == Byte.quote {
        throw .malformedCSV(
          path: path, line: recordLine, problem: "got a quote inside a field that is not enclosed in quotes")
      }
      if bytes[position] == Byte.carriageReturn, position + 1 < bytes.count, bytes[position + 1] != Byte.lineFeed {
        throw .malformedCSV(
          path: path, line: recordLine, problem: "got a carriage return without a line feed in a field without quotes"
        )
      }
      position += 1
    }
    let atLineEnd = position == bytes.count || bytes[position] == Byte.lineFeed
    let hasCarriageReturn = atLineEnd && position > start && bytes[position - 1] == Byte.carriageReturn
    return start..<(hasCarriageReturn ? position - 1 : position)
  }

  private mutating func quotedField(recordLine: Int) throws(GLUEError) -> Range<Int> {
    let start = position + 1
    position = start
    while position < bytes.count {
      if bytes[position] == Byte.lineFeed { line += 1 }
      guard bytes[position] == Byte.quote else {
        position += 1
        continue
      }
      let end = position
      position += 1
      if position < bytes.count, bytes[position] == Byte.quote {
        position += 1
        continue
      }
      if position < bytes.count, bytes[position] == Byte.carriageReturn { position += 1 }
      let closed = position == bytes.count || bytes[position] == Byte.lineFeed || bytes[position] == Byte.comma
      guard closed else {
        throw .malformedCSV(path: path, line: recordLine, problem: "got text after the closing quote of a field")
      }
      return start..<end
    }
    throw .malformedCSV(path: path, line: recordLine, problem: "got a quoted field without a closing quote")
  }
}
