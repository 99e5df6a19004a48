import Diagnostics
import Testing

@Suite struct OneLineTests {
  @Test(arguments: [
    ("plain, \u{E9}\u{1F642} 'a\"b\\'", "plain, \u{E9}\u{1F642} 'a\"b\\'"), ("", ""),
    // \r\n is one Character, and a combining mark may follow a line break.
    ("a\nb\r\nc\td", #"a\nb\r\nc\td"#), ("\u{1B}[2J\0\u{7F}", #"\u{1B}[2J\0\u{7F}"#),
    ("a\u{85}b\u{2028}c\u{2029}\n\u{301}", #"a\u{0085}b\u{2028}c\u{2029}\n"# + "\u{301}"),
  ])
  func controlsAreEscaped(text: String, line: String) {
    #expect(Array(text.onOneLine.utf8) == Array(line.utf8))
  }
}
