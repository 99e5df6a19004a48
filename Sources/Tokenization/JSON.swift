/// A JSON value.
///
/// Foundation's parsers use `String` keys for objects, and so merge keys that are canonically equivalent, such as
/// U+212B and U+00C5. A vocabulary must keep those apart, so here an object is the list of its members in file order.
package enum JSON: Equatable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSON])
  case object([Member])

  package struct Member: Equatable, Sendable {
    package let key: String
    package let value: JSON

    package init(key: String, value: JSON) {
      self.key = key
      self.value = value
    }
  }

  /// Parses the bytes of one file.
  /// - Throws: `TokenizationError.invalidJSON` with the offset of the first invalid byte, `.byteOrderMark`,
  ///   `.halfSurrogate`.
  package init(parsing bytes: [UInt8], file: String) throws {
    try refuseByteOrderMark(bytes, file: file)
    var parser = JSONParser(bytes: bytes, file: file)
    self = try parser.document()
  }

  /// The member of that name; of duplicates the last, as in other parsers. Nil for other kinds of value.
  package subscript(key: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.key == key }?.value
  }

  /// The members of an object. Of duplicate keys, the last value at the position of the first. Empty for other kinds of
  /// value.
  package var members: [Member] {
    guard case .object(let members) = self else { return [] }
    var places: [[UInt8]: Int] = [:]
    var unique: [Member] = []
    for member in members {
      if let place = places[Array(member.key.utf8)] {
        unique[place] = member
      } else {
        places[Array(member.key.utf8)] = unique.count
        unique.append(member)
      }
    }
    return unique
  }

  /// Whether the value is null, or an empty list, object or text.
  var isEmpty: Bool {
    switch self {
    case .null: true
    case .array(let values): values.isEmpty
    case .object(let members): members.isEmpty
    case .string(let value): value.isEmpty
    default: false
    }
  }

  /// The value as shown in messages: scalars as they are, others by kind.
  var shown: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let value): Int(exactly: value).map { "\($0)" } ?? "\(value)"
    case .string(let value): shortened(value).debugDescription
    case .array(let values): "a list of \(values.count)"
    case .object(let members): "an object of \(members.count)"
    }
  }
}

/// The text for messages, cut to at most 60 characters.
func shortened(_ text: String) -> String {
  // Counted in scalars, because one character may consist of any number of them.
  text.unicodeScalars.count <= 60 ? text : String(text.unicodeScalars.prefix(59)) + "…"
}

/// Recursive descent over the bytes of a JSON text (RFC 8259).
private struct JSONParser {
  let bytes: [UInt8]
  let file: String
  var position = 0
  var depth = 0

  /// Deeper texts are rejected, so that no input can exhaust the stack.
  static let greatestDepth = 100

  mutating func document() throws -> JSON {
    let value = try value()
    guard position == bytes.count else { throw error("the end of the file") }
    return value
  }

  func error(_ expected: String) -> TokenizationError {
    .invalidJSON(file: file, offset: position, expected: expected)
  }

  /// The byte at the current position; nil at the end.
  var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func skipSpace() {
    while let byte = current, byte == 0x20 || (0x09...0x0A).contains(byte) || byte == 0x0D { position += 1 }
  }

  /// Consumes `character` if it comes next, and returns whether it did.
  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard current == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func expect(_ character: Unicode.Scalar) throws {
    guard take(character) else { throw error("'\(character)'") }
  }

  mutating func value() throws -> JSON {
    skipSpace()
    defer { skipSpace() }
    switch current {
    case UInt8(ascii: "{"): return .object(try nested { try $0.members() })
    case UInt8(ascii: "["): return .array(try nested { try $0.elements() })
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return .number(try number())
    }
  }

  mutating func nested<Result>(_ body: (inout JSONParser) throws -> Result) throws -> Result {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.greatestDepth else { throw error("at most \(Self.greatestDepth) levels of nesting") }
    return try body(&self)
  }

  mutating func members() throws -> [JSON.Member] {
    var members: [JSON.Member] = []
    try expect("{")
    skipSpace()
    if take("}") { return members }
    repeat {
      skipSpace()
      let key = try string()
      skipSpace()
      try expect(":")
      members.append(JSON.Member(key: key, value: try value()))
    } while take(",")
    try expect("}")
    return members
  }

  mutating func elements() throws -> [JSON] {
    var elements: [JSON] = []
    try expect("[")
    skipSpace()
    if take("]") { return elements }
    repeat { elements.append(try value()) } while take(",")
    try expect("]")
    return elements
  }

  mutating func word(_ word: String, _ meaning: JSON) throws -> JSON {
    guard bytes[position...].starts(with: word.utf8) else { throw error(word) }
    position += word.utf8.count
    return meaning
  }

  mutating func number() throws -> Double {
    let start = position
    _ = take("-")
    let isZero = take("0")
    var isNumber = isZero || takeDigits()
    if take(".") { isNumber = takeDigits() && isNumber }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      isNumber = takeDigits() && isNumber
    }
    guard isNumber, let number = Double(String(decoding: bytes[start..<position], as: UTF8.self)) else {
      position = start
      throw error("a value")
    }
    return number
  }

  /// Consumes digits, and returns whether there was at least one.
  mutating func takeDigits() -> Bool {
    let start = position
    while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    return position > start
  }

  mutating func string() throws -> String {
    let start = position
    var content: [UInt8] = []
    guard take("\"") else { throw error("a string") }
    while let byte = current, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw error("no control character in a string") }
      position += 1
      if byte == UInt8(ascii: "\\") {
        content.append(contentsOf: UTF8.encode(try escaped()).map { Array($0) } ?? [])
      } else {
        content.append(byte)
      }
    }
    try expect("\"")
    guard let string = String(validating: content, as: UTF8.self) else {
      position = start
      throw error("UTF-8 in a string")
    }
    return string
  }

  /// The character after a backslash.
  mutating func escaped() throws -> Unicode.Scalar {
    guard let byte = current else { throw error("an escape") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default: throw error("an escape")
    }
    let start = position - 2
    let code = try fourHexDigits()
    if let scalar = Unicode.Scalar(code) { return scalar }
    let half = TokenizationError.halfSurrogate(file: file, offset: start, code: code)
    guard code < 0xDC00, bytes[position...].starts(with: "\\u".utf8) else { throw half }
    position += 2
    let low = try fourHexDigits()
    guard (0xDC00..<0xE000).contains(low), let scalar = Unicode.Scalar(0x10000 + (code - 0xD800) << 10 + (low - 0xDC00))
    else { throw half }
    return scalar
  }

  mutating func fourHexDigits() throws -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw error("four hexadecimal digits")
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }
}
