import GLUE
import Testing

@Suite struct CommaSeparatedParserTests {
  @Test func quotedFields() throws {
    let rows = try readPairs(
      "t.csv", "\u{FEFF}a,\"b\",y\r\n\"say \"\"hi\"\", you\",plain,1\r\n\"two\r\nlines\",\"\",0\r\nx,,\"1\"")
    #expect(
      rows == [
        Example(text: "say \"hi\", you", pair: "plain", label: .class(1), line: 2),
        Example(text: "two\r\nlines", pair: "", label: .class(0), line: 3),
        Example(text: "x", pair: "", label: .class(1), line: 5),
      ])
  }

  @Test func onlyQuotes() throws {
    let rows = try readPairs("t.csv", "a,b,y\n\"\"\"\",\"\"\"\"\"\",0\n")
    #expect(rows.map(\.text) == ["\""])
    #expect(rows.map(\.pair) == ["\"\""])
  }

  @Test func lineFeedsAloneAndEmptyLinesAtTheEnd() throws {
    #expect(try readPairs("t.csv", "y,a,b\n0,one,two\n1,three,\n\n").map(\.pair) == ["two", ""])
    #expect(try readPairs("t.csv", "y,a,b\n0,one,").map(\.pair) == [""])
  }

  @Test func brokenQuoting() {
    let broken = [
      ("a,b,y\nx,5\" pipe,1\n", 2), ("a,b,y\nx,y,0\n\"x\" y,z,1\n", 3), ("a,b,y\n\"one\n\ntwo,x,1\n", 2),
      ("a,b,y\nx, \"y, z\",1\n", 2),
    ]
    for (text, line) in broken {
      expectPairsError("t.csv", text, line: line) { error, line in
        if case .malformedCSV(_, line, _) = error { true } else { false }
      }
    }
  }

  @Test func anotherNumberOfFields() {
    for (text, got) in [("a,b,y\nx,y\n", 2), ("a,b,y\nx,y,z,1\n", 4), ("a,b,y\n\nx,y,1\n", 1)] {
      expectPairsError("t.csv", text, line: 2) { error, line in
        if case .raggedRow(_, line, got, 3) = error { true } else { false }
      }
    }
  }

  @Test func linesAreCountedThroughQuotedLineEnds() {
    expectPairsError("t.csv", "a,b,y\n\"1\n2\n3\",x,0\nx,y,7\n", line: 5) { error, line in
      if case .unknownLabel(_, line, "7", _) = error { true } else { false }
    }
  }
}
