/// A strict cursor over a JSON text (RFC 8259), which reads it piece by piece and keeps none of it: for headers of which only
/// some values are wanted, and whose order and repeated keys matter. ``JSON`` is made with it.
///
/// White space before what is read is passed over.
public struct JSONScanner {
  let text: UnsafeRawBufferPointer
  var position = 0
  private var depth = 0

  /// How many brackets may be open at once: deeper texts are refused, so that none exhausts the stack.
  public static let greatestDepth = 100

  /// A cursor at the beginning of a text in UTF-8, which outlives it.
  public init(_ text: UnsafeRawBufferPointer) { self.text = text }

  // MARK: - Values

  /// Reads `{key: value, ...}`.
  ///
  /// - Parameter readValue: reads each value; it gets the cursor and the key.
  /// - Throws: ``JSONError``; what `readValue` throws.
  public mutating func object(_ readValue: (inout JSONScanner, String) throws -> Void) throws {
    try items(from: "{", to: "}") { scanner in
      let key = try scanner.string()
      try scanner.expect(":")
      try readValue(&scanner, key)
    }
  }

  /// Reads `[value, ...]`.
  ///
  /// - Parameter readValue: reads each value.
  /// - Throws: ``JSONError``; what `readValue` throws.
  public mutating func array(_ readValue: (inout JSONScanner) throws -> Void) throws {
    try items(from: "[", to: "]", readValue)
  }

  /// Reads a value of any kind.
  ///
  /// - Throws: ``JSONError``.
  public mutating func value() throws -> JSON {
    skipSpace()
    switch current {
    case UInt8(ascii: "{"):
      var members: [JSON.Member] = []
      try object { scanner, key in members.append(JSON.Member(key: key, value: try scanner.value())) }
      return .object(members)
    case UInt8(ascii: "["):
      var elements: [JSON] = []
      try array { elements.append(try $0.value()) }
      return .array(elements)
    case UInt8(ascii: "\""): return .string(try string())
    default:
      for (word, value) in [("true", JSON.bool(true)), ("false", .bool(false)), ("null", .null)]
      where accept(word: word) {
        return value
      }
      return .number(try number())
    }
  }

  /// Reads a whole number without point or exponent.
  ///
  /// - Throws: ``JSONError``, for one of more than 64 bits too.
  public mutating func integer() throws -> Int {
    skipSpace()
    let start = position
    _ = take("-")
    _ = takeDigits()
    guard let value = Int(written(from: start)) else {
      position = start
      throw failure("an integer of 64 bits")
    }
    return value
  }

  /// Checks that only white space is left.
  ///
  /// - Throws: ``JSONError``.
  public mutating func expectEnd() throws {
    skipSpace()
    guard position == text.count else { throw failure("the end") }
  }

  private mutating func number() throws -> JSON.Number {
    let start = position
    _ = take("-")
    let isZero = take("0")
    var isNumber = isZero || takeDigits()
    if take(".") { isNumber = takeDigits() && isNumber }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      isNumber = takeDigits() && isNumber
    }
    let written = written(from: start)
    guard isNumber, let value = Double(written) else {
      position = start
      throw failure("a value")
    }
    return JSON.Number(text: written, value: value)
  }

  private mutating func items(
    from opening: Unicode.Scalar, to closing: Unicode.Scalar, _ readItem: (inout JSONScanner) throws -> Void
  ) throws {
    skipSpace()
    guard depth < Self.greatestDepth else { throw failure("at most \(Self.greatestDepth) levels of nesting") }
    depth += 1
    defer { depth -= 1 }
    try expect(opening)
    if accept(closing) { return }
    repeat { try readItem(&self) } while try !endsItem(closing)
  }

  // MARK: - Characters

  /// Whether the next character is `character`; if so it is passed.
  public mutating func accept(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    return take(character)
  }

  /// Whether the next character is `character`.
  public mutating func isNext(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    return current == UInt8(ascii: character)
  }

  /// Passes a character.
  ///
  /// - Throws: ``JSONError`` if another one comes next.
  public mutating func expect(_ character: Unicode.Scalar) throws {
    guard accept(character) else { throw failure("'\(character)'") }
  }

  /// Passes what stands behind an item of a list: a comma, or the end of the list; whether it is the end.
  ///
  /// - Throws: ``JSONError``.
  public mutating func endsItem(_ closing: Unicode.Scalar) throws -> Bool {
    if accept(",") { return false }
    guard accept(closing) else { throw failure("',' or '\(closing)'") }
    return true
  }

  /// Whether a word comes next; if so it is passed.
  public mutating func accept(word: String) -> Bool {
    skipSpace()
    guard text[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  /// The error that says what stands at the cursor in place of `expected`.
  public func failure(_ expected: String) -> JSONError {
    .unexpected(offset: position, expected: expected, got: current)
  }

  /// The byte at the cursor; nil at the end.
  var current: UInt8? { position < text.count ? text[position] : nil }

  /// As ``accept(_:)``, white space included.
  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard current == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  /// Whether at least one digit came.
  private mutating func takeDigits() -> Bool {
    let start = position
    while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    return position > start
  }

  private func written(from start: Int) -> String { String(decoding: text[start..<position], as: UTF8.self) }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
  }
}
