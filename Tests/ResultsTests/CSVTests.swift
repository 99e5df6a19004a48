import Foundation
import Results
import Testing

@Suite struct CSVTests {
  private func rows(_ fields: [[String]]) throws -> [[String]] {
    var table = CSV(fields[0].map { .text($0) })
    for row in fields.dropFirst() { table.append(row) }
    return try StrictCSV.rows(table.bytes).map { try $0.map { try #require(String(validating: $0, as: UTF8.self)) } }
  }

  @Test func plainFieldsStayAsTheyAre() {
    var table = CSV([.text("a"), .text("b")])
    table.append(["x y", ""])
    table.append(["", "1.5"])
    #expect(String(decoding: table.bytes, as: UTF8.self) == "a,b\nx y,\n,1.5\n")
  }

  @Test func whateverTheTextsHoldComesBack() throws {
    let odd = [
      "a,b", "a\"b", "\"", "\"\"", "a\nb", "a\r\nb", "\r", "\n", ",", " a", "a ", "\ta", "a\t", "", "é", "😀",
      "\u{FEFF}a",
      "=1+1", "'", "\\", "\u{202E}x", "a;b",
      // One character each, with a comma, a quote, a newline in it.
      ",\u{301}", "\"\u{301}", "x\"\u{20DD}y", "\r\n\u{301}",
    ]
    for left in odd {
      for right in odd { #expect(try rows([["a", "b"], [left, right]]) == [["a", "b"], [left, right]]) }
    }
  }

  @Test func nulHasNoPlaceAndIsShown() throws {
    #expect(try rows([["a", "b"], ["x\0y", "\0"]])[1] == ["x\u{2400}y", "\u{2400}"])
  }

  @Test func randomTextsComeBack() throws {
    var random = SystemRandomNumberGenerator()
    let alphabet = Array("a,\"\r\n\t \u{301}é;".unicodeScalars)
    for _ in 0..<2000 {
      let row = (0..<3).map { _ in
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...6, using: &random) {
          if let scalar = alphabet.randomElement(using: &random) { text.append(scalar) }
        }
        return String(text)
      }
      let back = try rows([["a", "b", "c"], row])[1]
      // Strings that look the same are equal; bytes tell them apart.
      #expect(back.map { Array($0.utf8) } == row.map { Array($0.utf8) })
    }
  }
}
