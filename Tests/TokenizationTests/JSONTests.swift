import Testing
import Tokenization

@Suite struct JSONTests {
  private func parse(_ text: String) throws -> JSON { try JSON(parsing: Array(text.utf8), file: "f") }

  @Test func values() throws {
    #expect(try parse(" null\n") == .null)
    #expect(try parse("true") == .bool(true))
    #expect(try parse("-1.5e2") == .number(-150))
    #expect(try parse("[ ]") == .array([]))
    #expect(try parse("{ }") == .object([]))
    #expect(
      try parse("[1, [false], {\"a\": \"b\"}]")
        == .array([.number(1), .array([.bool(false)]), .object([JSON.Member(key: "a", value: .string("b"))])]))
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
    #expect(try parse(#"{"a": 1, "a": 2}"#)["a"] == .number(2))
    #expect(try parse(#"{"a": 1}"#)["b"] == nil)
    #expect(try parse("[]")["a"] == nil)
  }

  @Test(arguments: [
    ("", 0), ("nul", 0), ("[1,]", 3), ("[1 2]", 3), ("{\"a\":1,}", 7), ("{a:1}", 1), ("\"a", 2), ("\"\n\"", 1),
    ("1 2", 2),
    ("\"\\x\"", 3), ("\"\\u12", 5), ("\"\\u12G4\"", 5), ("\"\\u+123\"", 3), ("\"\\", 2), ("-", 0), ("+1", 0),
    ("01", 1), ("1.", 0), (".5", 0), ("1e", 0), ("1e+", 0), ("--1", 0), ("NaN", 0), ("0x1", 1),
  ])
  func whatIsNoJSONIsRefused(_ text: String, _ offset: Int) throws {
    let error = try #require(throws: TokenizationError.self) { try parse(text) }
    guard case .invalidJSON("f", offset, _) = error else { Issue.record("\(error)"); return }
  }

  @Test func invalidUTF8IsRefused() {
    #expect(throws: TokenizationError.invalidJSON(file: "f", offset: 0, expected: "UTF-8 in a string")) {
      try JSON(parsing: [0x22, 0xFF, 0x22], file: "f")
    }
  }

  @Test(arguments: [
    ("[\"\\ud800\"]", 2, 0xD800), ("\"\\uDBFFa\"", 1, 0xDBFF), ("\"a\\udc00\"", 2, 0xDC00),
    ("\"\\ud800\\u0041\"", 1, 0xD800),
    ("\"\\ud800\\ud800\"", 1, 0xD800),
  ])
  func halfASurrogatePairIsCalledSo(_ text: String, _ offset: Int, _ code: UInt32) throws {
    let error = try #require(throws: TokenizationError.self) { try parse(text) }
    #expect(error == .halfSurrogate(file: "f", offset: offset, code: code))
    #expect(error.description.contains("is half of a surrogate pair"))
  }

  @Test(arguments: [
    ([0xEF, 0xBB, 0xBF, 0x31], "UTF-8"), ([0xFF, 0xFE, 0x31, 0], "UTF-16"), ([0xFE, 0xFF], "UTF-16"),
  ])
  func byteOrderMarksAreCalledSo(_ bytes: [UInt8], _ encoding: String) {
    #expect(throws: TokenizationError.byteOrderMark(file: "f", encoding: encoding)) {
      try JSON(parsing: bytes, file: "f")
    }
  }

  @Test func numbersBeyondAllRangesAreNumbers() throws {
    #expect(try parse("1e999") == .number(.infinity))
    #expect(try parse("-0.0e-0") == .number(0))
  }

  /// Cut anywhere, or with any byte at any position, a text is either parsed or rejected.
  @Test func damagedTextsEndInAnError() throws {
    let whole = Array(#"{"a": [1.5e3, "é\ud83d\ude00\n", {"b": null}], "c": false}"#.utf8)
    for end in 0..<whole.count {
      #expect(throws: TokenizationError.self) { try JSON(parsing: Array(whole[..<end]), file: "f") }
      for byte in UInt8.min...UInt8.max {
        var damaged = whole
        damaged[end] = byte
        do { _ = try JSON(parsing: damaged, file: "f") } catch is TokenizationError {}
      }
    }
  }

  @Test func membersAreUnique() throws {
    let json = try parse(#"{"a": 1, "b": 2, "a": 3}"#)
    #expect(json.members == [.init(key: "a", value: .number(3)), .init(key: "b", value: .number(2))])
    #expect(JSON.null.members.isEmpty)
  }

  @Test func deepNestingIsRefused() {
    #expect(throws: TokenizationError.self) { try parse(String(repeating: "[", count: 1_000_000)) }
  }
}
