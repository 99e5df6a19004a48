import Foundation
import GLUE
import Testing

/// Decisions about rows and labels are reported.
@Suite struct TaskNoticesTests {
  /// The notes on a task with two TSV files with the columns `t` and `l`, or with given files.
  private func notices(
    train: [(String, String)], dev: [(String, String)] = [("p q", "0"), ("q p", "1")], labels: LabelKind? = nil,
    skip: [String] = []
  ) throws -> [String] {
    func text(_ rows: [(String, String)]) -> String {
      "t\tl\n" + rows.map { "\($0.0)\t\($0.1)\n" }.joined()
    }
    let folder = try DataFolder(["train.tsv": text(train), "dev.tsv": text(dev)])
    let task = try Task.custom(
      name: "mine", train: "train.tsv", dev: "dev.tsv", columns: Columns(text: "t", label: "l"), labels: labels,
      skipLabels: skip, in: folder.url)
    return try task.notices([(.train, task.read(.train, in: folder.url)), (.dev, task.read(.dev, in: folder.url))])
  }

  private static let clean = [("a film", "0"), ("a dog", "1"), ("a cat", "0")]

  @Test func nothingIsSaidOfCleanRows() throws {
    #expect(try notices(train: Self.clean) == [])
  }

  @Test(arguments: ["-1", "-1.0", "-100", "-", "NA", "n/a", "NaN", "null", "None", "?", " Unlabeled "])
  func marksOfNoLabelAreNamed(_ mark: String) throws {
    let said = try notices(
      train: Self.clean.map { ($0.0, "x" + $0.1) } + [("a hat", mark)], dev: [("p", "x0"), ("q", "x1"), ("r", mark)])
    #expect(said.count == 1 && said[0].contains("\"\(mark)\" is used as a class"), "\(said)")
    #expect(said[0].contains("skip_labels"))
  }

  @Test func listedClassesAreTakenAtTheirWord() throws {
    let rows = [("a", "-1"), ("b", "0"), ("c", "1")]
    #expect(
      try notices(train: rows, dev: [("x", "-1"), ("y", "0"), ("z", "1")], labels: .classes(["-1", "0", "1"])) == [])
  }

  @Test(arguments: [
    ("good", "Good"), ("good", "good "), ("x", "x\u{FEFF}"), ("not good", "not_good"), ("y", "y\u{200B}"),
  ])
  func classesThatLookAlike(_ first: String, _ second: String) throws {
    let said = try notices(
      train: [("a", first), ("b", second), ("c", "bad")], dev: [("p", first), ("q", second), ("r", "bad")])
    #expect(
      said.contains { $0.contains("differ only in case, blanks or spelling") } == (second != "not_good"), "\(said)")
  }

  @Test func numbersThatAreEqual() throws {
    let said = try notices(
      train: [("a", "1"), ("b", "1.0"), ("c", "2")], dev: [("p", "1"), ("q", "1.0"), ("r", "2")],
      labels: .classes(["1", "1.0", "2"]))
    #expect(said.count == 1 && said[0].contains("the classes \"1\", \"1.0\" differ"), "\(said)")
  }

  @Test func aHeaderLineInTheMiddle() throws {
    let said = try notices(
      train: Self.clean + [("t", "l")], dev: [("p", "0"), ("q", "1"), ("r", "l")])
    #expect(said.contains { $0.contains("is the header line in the training file twice?") }, "\(said)")
  }

  @Test func classesWithoutRows() throws {
    let said = try notices(
      train: [("a", "x"), ("b", "x")], dev: [("p", "x"), ("q", "y")], labels: .classes(["x", "y", "z"]))
    #expect(
      said == [
        "mine: no training row has the class \"y\", \"z\"",
        "mine: all training rows have the same class, so there is nothing to distinguish",
        "mine: no dev row has the class \"z\"",
      ])
  }

  @Test func oneNumber() throws {
    let said = try notices(
      train: [("a", "1"), ("b", "1.0")], dev: [("p", "1"), ("q", "2")], labels: .regression(0...5))
    #expect(said == ["mine: all training rows have the same label, so correlations are undefined"])
  }

  @Test func skippedRowsAreCounted() throws {
    let said = try notices(train: Self.clean + [("a hat", "-1")], skip: ["-1", "NA"])
    #expect(
      said == [
        "mine: 1 of 4 (25 %) training rows are skipped: their label is \"-1\", which skip_labels names",
        "mine: skip_labels names \"NA\", which no row has",
      ])
  }

  @Test func oneFileNeedNotHaveEveryMark() throws {
    let folder = try DataFolder(["t.csv": "t,l\na,x\nb,y\nc,\n"])
    let task = try Task.custom(
      name: "mine", train: "t.csv", dev: "t.csv", columns: Columns(text: "t", label: "l"), skipLabels: ["", "-1"],
      in: folder.url)
    #expect(
      try task.notices([(.dev, task.read(.dev, in: folder.url))]) == [
        "mine: 1 of 3 (33.3 %) dev rows are skipped: their label is empty, which skip_labels names"
      ])
  }

  @Test func quotesOfATSVAreNamed() throws {
    let said = try notices(train: [("\"a\"", "0"), ("\"b\"", "1")])
    #expect(said.count == 1 && said[0].contains("every \"t\" of the training file is in quotes"), "\(said)")
    #expect(try notices(train: [("\"a\"", "0"), ("b", "1")]) == [])
  }

  @Test func devRowsThatAreTrainingRows() throws {
    #expect(try notices(train: Self.clean, dev: Self.clean.reversed())[0].contains("have the same rows"))
    let most = Self.clean.prefix(2) + [("new", "1")]
    #expect(try notices(train: Self.clean, dev: Array(most))[0].contains("2 of 3 (66.7 %) dev rows have the text"))
  }

  @Test func emptyTexts() throws {
    #expect(try notices(train: Self.clean + [(" ", "1")]) == ["mine: 1 of 4 (25 %) training rows have an empty text"])
  }

  @Test func aColumnOfNumbersOfRows() throws {
    let rows = (0..<30).map { ("text \($0)", "\($0)") }
    let said = try notices(train: rows, dev: rows.map { ("dev " + $0.0, $0.1) })
    #expect(said == ["mine: 30 classes for 30 training rows; is \"l\" the label column?"])
  }

  @Test func theFirstRowsOfASortedFile() throws {
    let folder = try DataFolder(["t.csv": "t,l\na,x\nb,x\nc,y\n"])
    let task = try Task.custom(
      name: "mine", train: "t.csv", dev: "t.csv", columns: Columns(text: "t", label: "l"), in: folder.url)
    let rows = try task.read(.train, in: folder.url)
    #expect(task.notices(first: 3, of: rows, called: "train_rows") == [])
    #expect(task.notices(first: 2, of: rows, called: "train_rows")[0].contains("lack the class \"y\""))
    #expect(task.notices(first: .max, of: rows, called: "--limit")[0].contains("the file has 3 rows, and all of them"))
  }

  @Test(arguments: [
    (0.0, "0 %"), (0.0001, "under 0.1 %"), (0.0014, "0.1 %"), (0.25, "25 %"), (0.999, "99.9 %"),
    (0.9996, "over 99.9 %"), (1.0, "100 %"),
  ])
  func shares(_ share: Double, _ text: String) { #expect(Share.percent(share) == text) }
}
