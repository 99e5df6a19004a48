import BERT
import Foundation
import GLUE
import Testing

@Suite struct JSONLinesTests {
  @Test func stringsAndNumbersAreLabels() throws {
    let rows = try readPairs(
      "t.jsonl",
      """
      {"a": "one \\u00e9\\n", "b": "two", "y": 1, "more": [1, {"x": null}]}
      {"y": "0", "b": "", "a": "three"}\r
      {"y": 1.0, "b": "", "a": "four"}

      """)
    #expect(
      rows == [
        Example(text: "one é\n", pair: "two", label: .class(1), line: 1),
        Example(text: "three", pair: "", label: .class(0), line: 2),
        Example(text: "four", pair: "", label: .class(1), line: 3),
      ])
  }

  @Test func fractions() throws {
    let folder = try DataFolder(["t.json": "{\"a\": \"x\", \"y\": 2.5}\n{\"a\": \"x\", \"y\": \"3\"}\n"])
    let task = try Task.custom(
      name: "scores", train: "t.json", dev: "t.json", columns: Columns(text: "a", label: "y"),
      labels: .regression(0...5), in: folder.url)
    #expect(try Labels(of: task.read(.train, in: folder.url).examples) == .values([2.5, 3]))
  }

  @Test func aMissingKeyListsTheOnesFound() {
    let text = "{\"a\": \"x\", \"b\": \"y\", \"y\": 1}\n{\"b\": \"y\", \"a\": \"x\"}\n"
    expectPairsError("t.jsonl", text, line: 2) { error, line in
      if case .missingColumn(_, line, "y", ["a", "b"]) = error { true } else { false }
    }
  }

  @Test(arguments: [
    "[", "{\"a\": \"x\"", "\"text\"", "{\"a\": 1, \"b\": \"y\", \"y\": 1}", "{\"a\": \"x\", \"b\": null, \"y\": 1}",
    "{\"a\": \"x\", \"b\": \"y\", \"y\": true}", "{\"a\": \"x\", \"b\": \"y\", \"y\": null}", "",
  ])
  func otherJSON(text: String) {
    let good = "{\"a\": \"x\", \"b\": \"y\", \"y\": 1}"
    expectPairsError("t.jsonl", "\(good)\n\(text)\n\(good)\n", line: 2) { error, line in
      if case .malformedJSON(_, line, _) = error { true } else { false }
    }
  }

  @Test func bytesThatAreNotUTF8() throws {
    let folder = try DataFolder(bytes: ["t.jsonl": Data("{\"a\": \"".utf8) + [0xFF] + Data("\", \"y\": 1}\n".utf8)])
    let columns = Columns(text: "a", label: "y")
    #expect(throws: GLUEError.invalidUTF8(path: folder.path("t.jsonl"), line: 1)) {
      try Task.custom(name: "x", train: "t.jsonl", dev: "t.jsonl", columns: columns, in: folder.url)
    }
  }
}
