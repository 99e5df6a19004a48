import Foundation
import GLUE
import Testing

/// Unlabelled rows are noticed, skipped on request, and never silently become a class.
@Suite struct SkippedLabelsTests {
  /// A task of one text on a training file and a dev file of the same contents.
  private func task(
    _ name: String, _ contents: String, labels: LabelKind? = nil, skip: [String] = []
  ) throws -> (task: Task, train: Dataset) {
    let folder = try DataFolder([name: contents])
    let task = try Task.custom(
      name: "nli", train: name, dev: name, columns: Columns(text: "t", label: "l"), labels: labels, skipLabels: skip,
      in: folder.url)
    return (task, try task.read(.train, in: folder.url))
  }

  private static let numbers = """
    {"t": "a", "l": 0}
    {"t": "b", "l": 1}
    {"t": "c", "l": -1}
    {"t": "d", "l": -1}

    """

  @Test func markedRowsAreSkippedAndCounted() throws {
    let (task, train) = try task("t.jsonl", Self.numbers, skip: ["-1"])
    #expect(task.labels == .classes(["0", "1"]))
    #expect(train.examples.map(\.text) == ["a", "b"])
    #expect(train.skippedLabels == ["-1": 2] && train.skipped == 0)
    #expect(task.classCounts(train: train.examples, dev: []).map(\.train) == [1, 1])
  }

  @Test func statedClassesSkipLikewise() throws {
    let (_, train) = try task("t.csv", "t,l\na,x\nb,-\nc, - \nd,y\n", labels: .classes(["x", "y"]), skip: ["-"])
    #expect(train.examples.map(\.text) == ["a", "d"] && train.skippedLabels == ["-": 2])
  }

  @Test func numbersAreTheSameHoweverTheyAreSpelt() throws {
    let (_, train) = try task(
      "t.csv", "t,l\na,4.5\nb,-1.0\nc,-1e0\nd,2\n", labels: .regression(0...5), skip: ["-1"])
    #expect(train.examples.map(\.label) == [.value(4.5), .value(2)] && train.skippedLabels == ["-1": 2])
  }

  @Test(arguments: [
    ("t.csv", "t,l\na,0\nb,\nc,\"  \"\nd,1\n"), ("t.tsv", "t\tl\na\t0\nb\t\nc\t \nd\t1\n"),
    ("t.jsonl", #"{"t": "a", "l": 0}"# + "\n{\"t\": \"b\", \"l\": null}\n{\"t\": \"c\"}\n" + #"{"t": "d", "l": "1"}"#),
  ])
  func anEmptyMarkerIsForAllThatIsEmpty(name: String, contents: String) throws {
    let (task, train) = try task(name, contents, skip: [""])
    #expect(task.labels == .classes(["0", "1"]))
    #expect(train.examples.map(\.text) == ["a", "d"] && train.skippedLabels == ["": 2])
  }

  @Test func withoutTheMarkerTheyAreErrorsThatNameTheCure() throws {
    for (name, contents) in [
      ("t.csv", "t,l\na,0\nb,1\nc,\n"), ("t.csv", "t,l\na,0\nb,1\nc,\" \"\n"),
      ("t.jsonl", "{\"t\": \"a\", \"l\": 0}\n{\"t\": \"b\", \"l\": 1}\n{\"t\": \"c\", \"l\": null}\n"),
    ] {
      let error = try #require(throws: GLUEError.self) { try task(name, contents) }
      #expect(error.description.contains("line ") && error.description.contains("skip_labels: [\"\"]"), "\(error)")
    }
    for (label, kind) in [
      ("-1", LabelKind.classes(["0", "1"])), ("nan", .regression(0...5)), ("-1.0", .regression(0...5)),
    ] {
      let error = try #require(throws: GLUEError.self) { try task("t.csv", "t,l\na,1\nc,\(label)\n", labels: kind) }
      #expect(error.description.contains("line 3") && error.description.contains("--skip-labels"), "\(error)")
    }
  }

  @Test func aFileOfMarkersHasNoRows() throws {
    #expect(throws: GLUEError.self) { try task("t.csv", "t,l\na,-1\nb,-1\n", skip: ["-1"]) }
    let error = try #require(throws: GLUEError.self) {
      try task("t.csv", "t,l\na,-1\nb,-1\n", labels: .classes(["0", "1"]), skip: ["-1"])
    }
    guard case .noRows(_, skipped: 2) = error else {
      Issue.record("got \(error)")
      return
    }
  }

  @Test func aClassCannotBeSkippedToo() {
    #expect(throws: GLUEError.self) {
      try task("t.csv", "t,l\na,0\n", labels: .classes(["0", "-1.0"]), skip: ["-1"])
    }
  }
}
