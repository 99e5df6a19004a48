import JSONReader
import Testing

@Suite struct JSONTests {
  private func parse(_ text: String) throws -> JSON { try JSON(parsing: Array(text.utf8)) }

  @Test func values() throws {
    #expect(try parse(" null\n") == .null)
    #expect(try parse("true") == .bool(true))
    #expect(try parse("-1.5e2") == .number(.init(-150)))
    #expect(try parse("[ ]") == .array([]))
    #expect(try parse("{ }") == .object([]))
    #expect(
      try parse("[1, [false], {\"a\": \"b\"}]")
        == .array([.number(.init(1)), .array([.bool(false)]), .object([JSON.Member(key: "a", value: .string("b"))])]))
  }

  @Test func strings() throws {
    let parsed = try parse(#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é""#)
    guard case .string(let string) = parsed else { Issue.record("\(parsed)"); return }
    #expect(Array(string.unicodeScalars) == Array("\"\\/\u{8}\u{C}\n\r\t\u{E9}\u{1F600}\u{E9}".unicodeScalars))
  }

  @Test func canonicallyEquivalentKeysStayApart() throws {
    guard case .object(let members) = try parse("{\"\u{C5}\": 1, \"\u{212B}\": 2}") else {
      Issue.record("no object"); return
    }
    #expect(members.map { Array($0.key.unicodeScalars) } == [["\u{C5}"], ["\u{212B}"]])
  }

  @Test func theLastOfEqualKeysCounts() throws {
    #expect(try parse(#"{"a": 1, "a": 2}"#)["a"] == .number(.init(2)))
    #expect(try parse(#"{"a": 1}"#)["b"] == nil)
    #expect(try parse("[]")["a"] == nil)
  }

  @Test(arguments: [
    ("", 0), ("nul", 0), ("[1,]", 3), ("[1 2]", 3), ("{\"a\":1,}", 7), ("{a:1}", 1), ("\"a", 2), ("\"\n\"", 1),
    ("1 2", 2),
    ("\"\\x\"", 2), ("\"\\u12", 5), ("\"\\u12G4\"", 5), ("\"\\u+123\"", 3), ("\"\\", 2), ("-", 0), ("+1", 0),
    ("01", 1), ("1.", 0), (".5", 0), ("1e", 0), ("1e+", 0), ("--1", 0), ("NaN", 0), ("0x1", 1),
  ])
  func whatIsNoJSONIsRefused(_ text: String, _ offset: Int) throws {
    let error = try #require(throws: JSONError.self) { try parse(text) }
    let bytes = Array(text.utf8)
    guard case .unexpected(offset, _, bytes.indices.contains(offset) ? bytes[offset] : nil) = error else {
      Issue.record("\(error)"); return
    }
  }

  @Test func invalidUTF8IsRefused() {
    #expect(throws: JSONError.unexpected(offset: 0, expected: "a string in UTF-8", got: UInt8(ascii: "\""))) {
      try JSON(parsing: [0x22, 0xFF, 0x22])
    }
  }

  @Test(arguments: [
    ("[\"\\ud800\"]", 2, 0xD800), ("\"\\uDBFFa\"", 1, 0xDBFF), ("\"a\\udc00\"", 2, 0xDC00),
    ("\"\\ud800\\u0041\"", 1, 0xD800),
    ("\"\\ud800\\ud800\"", 1, 0xD800),
  ])
  func halfASurrogatePairIsCalledSo(_ text: String, _ offset: Int, _ code: UInt32) throws {
    let error = try #require(throws: JSONError.self) { try parse(text) }
    #expect(error == .halfSurrogate(offset: offset, code: code))
    #expect(error.description.contains("half of a surrogate pair"))
  }

  @Test func numbersBeyondAllRangesAreNumbers() throws {
    guard case .number(let number) = try parse("1e999") else { Issue.record("no number"); return }
    #expect(number.value == .infinity && number.text == "1e999")
    #expect(try parse("-0.0e-0") == .number(.init(0)))
  }

  /// Cut anywhere, and with any byte in any place, a text parses or is refused.
  @Test func damagedTextsEndInAnError() throws {
    let whole = Array(#"{"a": [1.5e3, "é\ud83d\ude00\n", {"b": null}], "c": false}"#.utf8)
    for end in 0..<whole.count {
      #expect(throws: JSONError.self) { try JSON(parsing: Array(whole[..<end])) }
      for byte in UInt8.min...UInt8.max {
        var damaged = whole
        damaged[end] = byte
        do { _ = try JSON(parsing: damaged) } catch is JSONError {}
      }
    }
  }

  @Test func membersAreUnique() throws {
    let json = try parse(#"{"a": 1, "b": 2, "a": 3}"#)
    #expect(json.members == [.init(key: "a", value: .number(.init(3))), .init(key: "b", value: .number(.init(2)))])
    #expect(JSON.null.members.isEmpty)
  }

  @Test(arguments: ["[", "{\"a\":", "[{\"a\":"])
  func deepNestingIsRefused(_ opening: String) throws {
    let error = try #require(throws: JSONError.self) { try parse(String(repeating: opening, count: 1_000_000)) }
    guard case .unexpected(_, "at most 100 levels of nesting", _) = error else { Issue.record("\(error)"); return }
  }

  @Test func aHundredLevelsAreRead() throws {
    let text = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
    #expect(try parse("[\(text.dropFirst().dropLast())]") == parse(text))
    // Closed brackets no longer count.
    #expect(try parse("[" + Array(repeating: "[[]]", count: 200).joined(separator: ",") + "]") != .null)
  }

  @Test func numbersAreKeptAsTheyAreWritten() throws {
    guard case .number(let number) = try parse("12345678901234567890") else { Issue.record("no number"); return }
    #expect(number.text == "12345678901234567890" && number.value == 12345678901234567168)
    #expect(try parse("1.0") == .number(.init(1)))
    #expect(try parse("0.30000000000000004").shown == "0.30000000000000004")
  }

  @Test func messagesShowOneShortLine() throws {
    #expect(try parse(#""a\nb""#).shown == #""a\nb""#)
    #expect(try parse("[1, 2]").shown == "a list of 2")
    #expect(try parse("{}").shown == "an object of 0")
    #expect(try parse("[true, null]") == .array([.bool(true), .null]))
    #expect(try parse("1" + String(repeating: "0", count: 1000)).shown.count == 60)
    #expect(
      JSONError.unexpected(offset: 3, expected: "','", got: 10).description(in: "the header")
        == "expected ',' at byte 3 of the header, got '\\n'")
    #expect(
      JSONError.unexpected(offset: 3, expected: "','", got: nil).description
        == "expected ',' at byte 3 of the text, got the end of the text")
  }

  /// Piece by piece: order and repeated keys are seen, integers are exact.
  @Test func aCursorReadsPieces() throws {
    let text = Array(#" {"b": [1, -9223372036854775808], "a": [], "b": [9007199254740993]} "#.utf8)
    var read: [String] = []
    try text.withUnsafeBytes { bytes in
      var scanner = JSONScanner(bytes)
      try scanner.object { scanner, key in
        var values: [Int] = []
        try scanner.array { values.append(try $0.integer()) }
        read.append("\(key) \(values)")
      }
      try scanner.expectEnd()
    }
    #expect(read == ["b [1, -9223372036854775808]", "a []", "b [9007199254740993]"])
  }

  @Test(arguments: ["9223372036854775808", "1.5", "1e2", "-", "a", ""])
  func integersAreWholeAndOf64Bits(_ text: String) {
    #expect(throws: JSONError.self) {
      try Array(text.utf8).withUnsafeBytes { bytes in
        var scanner = JSONScanner(bytes)
        _ = try scanner.integer()
        try scanner.expectEnd()
      }
    }
  }
}
