/// A strict scanner for the two small languages of headers: the JSON of safetensors and the Python literal of .npy.
///
/// Foundation's JSON loses the order of keys and drops duplicates. The order of a header's keys is part of its format,
/// and a duplicate tensor is an error in the file.
struct TextScanner {
  /// The language of the text.
  enum Language {
    /// Strings in double quotes, no comma after the last item.
    case json
    /// Strings in single or double quotes; a comma after the last item is allowed.
    case python
  }

  private let text: UnsafeRawBufferPointer
  private let language: Language
  private let path: String
  /// What messages call the text.
  private let document: String
  private var position = 0

  init(_ text: UnsafeRawBufferPointer, language: Language, path: String, document: String = "the header") {
    self.text = text
    self.language = language
    self.path = path
    self.document = document
  }

  /// Reads `{key: value, ...}`; `readValue` reads each value.
  mutating func object(_ readValue: (inout TextScanner, String) throws -> Void) throws {
    try expect("{")
    if accept("}") { return }
    while true {
      let key = try string()
      try expect(":")
      try readValue(&self, key)
      if try endsItem(closing: "}") { return }
    }
  }

  /// Reads comma-separated integers between the two brackets.
  mutating func integers(opening: Unicode.Scalar, closing: Unicode.Scalar) throws -> [Int] {
    try expect(opening)
    if accept(closing) { return [] }
    var values: [Int] = []
    while true {
      values.append(try integer())
      if try endsItem(closing: closing) { return values }
    }
  }

  /// Reads a quoted string with JSON's escapes.
  mutating func string() throws -> String {
    let quote = UInt8(ascii: language == .python && accept("'") ? "'" : "\"")
    if quote == UInt8(ascii: "\"") { try expect("\"") }
    var bytes: [UInt8] = []
    while let byte = next() {
      switch byte {
      case quote:
        guard let string = String(validating: bytes, as: UTF8.self) else { throw failure("a string in UTF-8") }
        return string
      case UInt8(ascii: "\\"):
        try bytes.append(contentsOf: escape())
      case ..<0x20:
        position -= 1
        throw failure("a string without control characters")
      default:
        bytes.append(byte)
      }
    }
    throw failure("the end of a string")
  }

  /// Reads Python's `True` or `False`.
  mutating func boolean() throws -> Bool {
    for (word, value) in [("True", true), ("False", false)] where accept(word: word) { return value }
    throw failure("True or False")
  }

  /// Skips any JSON value.
  ///
  /// - Parameter depth: how many nested brackets to allow, so that no text exhausts the stack.
  mutating func skipValue(depth: Int = 64) throws {
    skipSpace()
    guard depth > 0, position < text.count else { throw failure("a value nested at most 64 deep") }
    switch text[position] {
    case UInt8(ascii: "{"): try object { scanner, _ in try scanner.skipValue(depth: depth - 1) }
    case UInt8(ascii: "["):
      try expect("[")
      if accept("]") { return }
      repeat { try skipValue(depth: depth - 1) } while try !endsItem(closing: "]")
    case UInt8(ascii: "\""): _ = try string()
    default:
      for word in ["true", "false", "null"] where accept(word: word) { return }
      let start = position
      while position < text.count, "+-.0123456789Ee".utf8.contains(text[position]) { position += 1 }
      guard Double(String(decoding: text[start..<position], as: UTF8.self)) != nil else {
        position = start
        throw failure("a value")
      }
    }
  }

  /// Checks that only white space is left.
  mutating func expectEnd() throws {
    skipSpace()
    guard position == text.count else { throw failure("the end of \(document)") }
  }

  /// Consumes `character` if it comes next, and returns whether it did.
  mutating func accept(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < text.count, text[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  /// An error that says what was found at the current position instead of `expected`.
  func failure(_ expected: String) -> TensorFileError {
    let got =
      position < text.count ? "'\(Unicode.Scalar(text[position]).escaped(asASCII: true))'" : "the end of \(document)"
    return .invalidHeader(path: path, reason: "expected \(expected) at byte \(position) of \(document), got \(got)")
  }

  private mutating func integer() throws -> Int {
    skipSpace()
    let start = position
    if position < text.count, text[position] == UInt8(ascii: "-") { position += 1 }
    while position < text.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[position]) { position += 1 }
    guard let value = Int(String(decoding: text[start..<position], as: UTF8.self)) else {
      position = start
      throw failure("an integer of 64 bits")
    }
    return value
  }

  private mutating func endsItem(closing: Unicode.Scalar) throws -> Bool {
    if accept(",") { return language == .python && accept(closing) }
    guard accept(closing) else { throw failure("',' or '\(closing)'") }
    return true
  }

  private mutating func escape() throws -> [UInt8] {
    switch next() {
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "u"): return try unicodeEscape()
    case .some(let byte) where "\"\\/'".utf8.contains(byte): return [byte]
    default: throw failure("a JSON escape before this")
    }
  }

  /// The UTF-8 bytes of `\uXXXX`, or of a surrogate pair of two. The first `\u` is already consumed.
  private mutating func unicodeEscape() throws -> [UInt8] {
    var units = [try hexadecimal()]
    if UTF16.isLeadSurrogate(units[0]) {
      guard next() == UInt8(ascii: "\\"), next() == UInt8(ascii: "u") else { throw failure("the second surrogate") }
      units.append(try hexadecimal())
    }
    guard let string = String(validating: units, as: UTF16.self) else { throw failure("a valid \\u before this") }
    return Array(string.utf8)
  }

  private mutating func hexadecimal() throws -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard let digit = next().flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
        throw failure("four hexadecimal digits before this")
      }
      value = value << 4 | UInt16(digit)
    }
    return value
  }

  private mutating func accept(word: String) -> Bool {
    skipSpace()
    guard text[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws {
    guard accept(character) else { throw failure("'\(character)'") }
  }

  private mutating func next() -> UInt8? {
    guard position < text.count else { return nil }
    position += 1
    return text[position - 1]
  }

  private mutating func skipSpace() {
    while position < text.count, " \t\n\r".utf8.contains(text[position]) { position += 1 }
  }
}
