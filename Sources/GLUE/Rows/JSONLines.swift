internal import JSONReader

extension SourceFile {
  /// The rows of a file with one JSON object per line.
  ///
  /// - Parameters:
  ///   - labelOptional: whether the label's key may be missing.
  ///   - emptyLabels: whether a label that is null or missing counts as empty.
  func jsonRows(_ columns: Columns, labelOptional: Bool, emptyLabels: Bool) throws(GLUEError) -> Table {
    var table = Table()
    var position = start
    var line = 0
    while position < end {
      let text = bytes[position...].prefix { $0 != Byte.lineFeed }
      position = text.endIndex + 1
      line += 1
      let object = try JSONRow(Array(text), path: path, line: line)
      table.rows.append(
        Row(
          line: line, text: try object.string(columns.text), pair: try object.string(columns.pair),
          label: try object.label(columns.label, isOptional: labelOptional, mayBeEmpty: emptyLabels)))
    }
    return table
  }
}

/// One line, parsed as a JSON object.
private struct JSONRow {
  private let members: [JSON.Member]
  private let path: String
  private let line: Int

  init(_ text: [UInt8], path: String, line: Int) throws(GLUEError) {
    (self.path, self.line) = (path, line)
    if text.allSatisfy({ [0x20, 0x09, Byte.carriageReturn].contains($0) }) {
      throw .malformedJSON(path: path, line: line, problem: "the line is empty")
    }
    guard String(validating: text, as: UTF8.self) != nil else { throw .notUTF8(text[...], path: path, line: line) }
    do {
      guard case .object(let members) = try JSON(parsing: text) else { throw NoObject() }
      self.members = members
    } catch {
      throw .malformedJSON(path: path, line: line, problem: Self.problem(text, error))
    }
  }

  private struct NoObject: Error {}

  /// Why a line is not a JSON object.
  private static func problem(_ text: [UInt8], _ error: any Error) -> String {
    let first = text.first { ![0x20, 0x09, Byte.carriageReturn].contains($0) }
    if first == UInt8(ascii: "[") {
      return "the line is not a JSON object but starts an array; write one element per line (jq -c '.[]')"
    }
    if text.starts(with: [0xEF, 0xBB, 0xBF]) {
      return "got a byte order mark within the file, left over from joining files; remove it"
    }
    if case JSONError.halfSurrogate(let offset, let code) = error {
      return "\\u\(String(code, radix: 16)) at its byte \(offset + 1) is half a surrogate pair, which is no character"
    }
    guard case JSONError.unexpected(let offset, let expected, .some) = error else {
      return "the line is not a JSON object"
    }
    for word in ["NaN", "Infinity", "-Infinity", "-NaN"] where text[offset...].starts(with: word.utf8) {
      return "\(word) is not JSON; write null for a missing number"
    }
    return "the line is not a JSON object (at its byte \(offset + 1): expected \(expected))"
  }

  /// The only member of that name; nil if there is none.
  private func member(_ column: String) throws(GLUEError) -> JSON? {
    let found = members.filter { $0.key == column }
    if found.count > 1 { throw .ambiguousColumn(path: path, line: line, column: column) }
    return found.first?.value
  }

  private func missing(_ column: String) -> GLUEError {
    .missingColumn(path: path, line: line, column: column, found: members.map(\.key).sorted())
  }

  private func wrong(_ problem: String) -> GLUEError { .malformedJSON(path: path, line: line, problem: problem) }

  func string(_ column: String) throws(GLUEError) -> String {
    guard let value = try member(column) else { throw missing(column) }
    guard case .string(let text) = value else { throw wrong("\(column.shown) is not a string") }
    return text
  }

  func string(_ column: String?) throws(GLUEError) -> String? {
    if let column { try string(column) } else { nil }
  }

  /// Integers become text without a decimal point, so that label 1 is the class `1`.
  func label(_ column: String, isOptional: Bool, mayBeEmpty: Bool) throws(GLUEError) -> String? {
    switch try member(column) {
    case .string(let text): return text
    case .number(let number):
      guard abs(number.value) < 0x1p53 else {
        throw wrong("\(column.shown) is a number too large to be exact; write it as a string")
      }
      return Int(exactly: number.value).map(String.init) ?? String(number.value)
    case nil where isOptional: return nil
    case nil where mayBeEmpty, .null? where mayBeEmpty: return ""
    case nil: throw missing(column)
    case .null:
      throw wrong("\(column.shown) is null; to skip such rows name the empty label: skip_labels: [\"\"]")
    default: throw wrong("\(column.shown) is not a string or a number")
    }
  }
}
