import GLUE
import Testing

@Suite struct TabSeparatedParserTests {
  // A carriage return belongs to the text unless the header line also ends with one; then only one is dropped.
  @Test func carriageReturnsGoOnlyWithTheHeaders() throws {
    #expect(try readPairs("t.tsv", "y\ta\tb\n0\tone\ttwo\r\n").first?.pair == "two\r")
    #expect(try readPairs("t.tsv", "y\ta\tb\r\n0\tone\ttwo\r\r\n").first?.pair == "two\r")
    #expect(try readPairs("t.tsv", "y\ta\tb\r\n0\tone\t\r\n").first?.pair == "")
    #expect(try readPairs("t.tsv", "y\ta\tb\r\n0\tone\ttwo\n").first?.pair == "two")
  }

  // U+2028, U+0085 and a lone carriage return end lines elsewhere, not here.
  @Test func onlyLineFeedsEndLines() throws {
    let rows = try readPairs("t.tsv", "y\ta\tb\n0\to\u{2028}ne\rx\tt\u{85}wo\n1\tthree\tfour")
    #expect(rows.map(\.text) == ["o\u{2028}ne\rx", "three"])
    #expect(rows.map(\.pair) == ["t\u{85}wo", "four"])
    #expect(rows.map(\.line) == [2, 3])
  }

  @Test func emptyLinesAtTheEndAreNoRows() throws {
    #expect(try readPairs("t.tsv", "y\ta\tb\r\n0\tone\ttwo\r\n\r\n\r\n").count == 1)
    #expect(try readPairs("t.tsv", "y\ta\tb\n0\tone\t\n\n").first?.pair == "")
  }

  // GLUE's own files may have more fields than the header. A user's may not, because a TAB would cut a text.
  @Test func extraFields() throws {
    let rte = try read("RTE", .dev, "RTE/dev.tsv", "index\tsentence1\tsentence2\tlabel\n0\ta\tb\tentailment\tx\n")
    #expect(rte.examples.first?.label == .class(0))
    expectPairsError("t.tsv", "y\ta\tb\n0\tone\ttwo\tthree\n", line: 2) { error, line in
      if case .raggedRow(_, line, 4, 3) = error { true } else { false }
    }
  }
}
