/// Texts.
extension JSONScanner {
  /// Reads a text in quotes.
  ///
  /// - Parameter quote: what stands at both ends; JSON itself knows `"` alone.
  /// - Throws: ``JSONError``.
  public mutating func string(in quote: Unicode.Scalar = "\"") throws -> String {
    guard accept(quote) else { throw failure("a string") }
    let start = position
    let end = UInt8(ascii: quote)
    // Most have no escape, and are in the text as they are.
    while let byte = current, byte != end, byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
    if current == end { return try string(UnsafeRawBufferPointer(rebasing: text[start..<position]), start) }
    var bytes = Array(text[start..<position])
    while let byte = current, byte != end {
      guard byte >= 0x20 else { throw failure("a string without control characters") }
      if byte == UInt8(ascii: "\\") {
        bytes.append(contentsOf: String(try escape(quote)).utf8)
      } else {
        bytes.append(byte)
        position += 1
      }
    }
    return try bytes.withUnsafeBytes { try string($0, start) }
  }

  /// The text of these bytes, whose end the cursor has reached and passes.
  private mutating func string(_ bytes: UnsafeRawBufferPointer, _ start: Int) throws -> String {
    guard current != nil else { throw failure("the end of a string") }
    guard let string = String(validating: bytes, as: UTF8.self) else {
      position = start - 1
      throw failure("a string in UTF-8")
    }
    position += 1
    return string
  }

  /// A backslash and what follows it.
  private mutating func escape(_ quote: Unicode.Scalar) throws -> Unicode.Scalar {
    let start = position
    position += 1
    let characters: [(Unicode.Scalar, Unicode.Scalar)] = [
      (quote, quote), ("\"", "\""), ("\\", "\\"), ("/", "/"), ("n", "\n"), ("t", "\t"), ("r", "\r"), ("b", "\u{8}"),
      ("f", "\u{C}"),
    ]
    for (letter, meaning) in characters where take(letter) { return meaning }
    guard take("u") else { throw failure("an escape of JSON") }
    let code = try fourDigits()
    if let scalar = Unicode.Scalar(code) { return scalar }
    let half = JSONError.halfSurrogate(offset: start, code: code)
    guard code < 0xDC00, take("\\"), take("u") else { throw half }
    let low = try fourDigits()
    guard (0xDC00..<0xE000).contains(low), let scalar = Unicode.Scalar(0x10000 + (code - 0xD800) << 10 + (low - 0xDC00))
    else { throw half }
    return scalar
  }

  private mutating func fourDigits() throws -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = current.flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
        throw failure("four hexadecimal digits")
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }
}
