import Foundation
import GLUE
import Testing

/// Each task's layout in GLUE's files.
@Suite struct DatasetTests {
  @Test func sst2() throws {
    let dev = try read("SST-2", .dev, "SST-2/dev.tsv", "sentence\tlabel\nit 's a \"charm\" . \t1\nbleak \t0\n")
    #expect(
      dev.examples == [
        Example(text: "it 's a \"charm\" . ", label: .class(1), line: 2),
        Example(text: "bleak ", label: .class(0), line: 3),
      ])
    #expect(dev.skipped == 0)
  }

  @Test func testFilesHaveNoLabels() throws {
    let test = try read("SST-2", .test, "SST-2/test.tsv", "index\tsentence\n0\tuneasy .\n")
    #expect(test.examples == [Example(text: "uneasy .", label: nil, line: 2)])
  }

  @Test func labelsOfATestFileAreReadWhenThere() throws {
    let test = try read("RTE", .test, "RTE/test.tsv", "index\tsentence1\tsentence2\tlabel\n0\ta\tb\tentailment\n")
    #expect(test.examples == [Example(text: "a", pair: "b", label: .class(0), line: 2)])
  }

  @Test func colaHasNoHeader() throws {
    let train = try read("CoLA", .train, "CoLA/train.tsv", "gj04\t1\t\tThe sailors rode.\ngj04\t0\t*\tThe.\n")
    #expect(
      train.examples == [
        Example(text: "The sailors rode.", label: .class(1), line: 1), Example(text: "The.", label: .class(0), line: 2),
      ])
    let test = try read("CoLA", .test, "CoLA/test.tsv", "index\tsentence\n0\tBill whistled.\n")
    #expect(test.examples == [Example(text: "Bill whistled.", label: nil, line: 2)])
  }

  @Test func mrpcWithByteOrderMarkAndCarriageReturns() throws {
    let text = "\u{FEFF}Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\r\n1\t7\t8\tAmrozi \"x\"\tReferring\r\n"
    let train = try read("MRPC", .train, "MRPC/train.tsv", text)
    #expect(train.examples == [Example(text: "Amrozi \"x\"", pair: "Referring", label: .class(1), line: 2)])
  }

  @Test func qqpSkipsShortRows() throws {
    let header = "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n"
    let text = header + "1\t2\t3\tHow?\tWhy?\t0\n4\t5\t6\tcut off\n\" rest\t1\n7\t8\t9\t\tWho?\t1\n"
    let train = try read("QQP", .train, "QQP/train.tsv", text)
    #expect(
      train.examples == [
        Example(text: "How?", pair: "Why?", label: .class(0), line: 2),
        Example(text: "", pair: "Who?", label: .class(1), line: 5),
      ])
    #expect(train.skipped == 2)
  }

  @Test func stsbHasNumbers() throws {
    let header = "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore\n"
    let text = header + "0\tm\tMSR\t2012\t1\tnone\tnone\tA plane.\tAn air plane.\t5.000\n"
    let train = try read("STS-B", .train, "STS-B/train.tsv", text)
    #expect(train.examples == [Example(text: "A plane.", pair: "An air plane.", label: .value(5), line: 2)])
  }

  @Test func mnliHasTwoDevFilesWithMoreColumns() throws {
    let header = "index\tgenre\tsentence1_parse\tsentence1\tsentence2\tlabel1\tlabel2\tgold_label\n"
    let folder = try DataFolder([
      "MNLI/dev_matched.tsv": header + "0\tx\t(p)\tone\ttwo\tneutral\tneutral\tneutral\n",
      "MNLI/dev_mismatched.tsv": header + "0\ty\t(p)\tthree\tfour\tneutral\tneutral\tcontradiction\n",
    ])
    let task = try Task.named("MNLI")
    let matched = try task.read(.dev, in: folder.url)
    #expect(matched.examples == [Example(text: "one", pair: "two", label: .class(1), line: 2)])
    #expect(try task.read(.devMatched, in: folder.url) == matched)
    let mismatched = try task.read(.devMismatched, in: folder.url)
    #expect(mismatched.examples == [Example(text: "three", pair: "four", label: .class(2), line: 2)])
  }

  @Test func qnliTakesTheQuestionFirstAndSkipsShortRows() throws {
    let text = "index\tquestion\tsentence\tlabel\n0\tWhen?\tIn 1839.\tentailment\n1\tWhere?\tHere.\n"
    let train = try read("QNLI", .train, "QNLI/train.tsv", text)
    #expect(train.examples == [Example(text: "When?", pair: "In 1839.", label: .class(0), line: 2)])
    #expect(train.skipped == 1)
  }

  @Test(arguments: [("RTE", "not_entailment"), ("WNLI", "1")]) func inference(name: String, label: String) throws {
    let text = "index\tsentence1\tsentence2\tlabel\n0\tA.\tB.\t\(label)\n"
    let dev = try read(name, .dev, "\(name)/dev.tsv", text)
    #expect(dev.examples == [Example(text: "A.", pair: "B.", label: .class(1), line: 2)])
  }

  @Test func aModelsLabelOrderIsUsed() throws {
    let folder = try DataFolder(["SST-2/dev.tsv": "sentence\tlabel\ngood\t1\n"])
    let task = try Task.named("SST-2").withLabels(order: ["POSITIVE", "NEGATIVE"])
    #expect(try task.read(.dev, in: folder.url).examples.first?.label == .class(0))
  }
}

@Suite struct DatasetErrorTests {
  @Test func aMissingFileNamesTheLayout() throws {
    let folder = try DataFolder([:])
    let task = try Task.named("SST-2")
    let error = GLUEError.missingFile(
      path: folder.path("SST-2/train.tsv"), task: "SST-2", folder: folder.url.path,
      layout: ["SST-2/train.tsv", "SST-2/dev.tsv", "SST-2/test.tsv"])
    #expect(throws: error) { try task.read(.train, in: folder.url) }
    #expect(error.description.contains("SST-2/train.tsv, SST-2/dev.tsv, SST-2/test.tsv in the data folder"))
  }

  @Test func aFolderInTheFilesPlaceCannotBeRead() throws {
    let folder = try DataFolder(["SST-2/dev.tsv/x": ""])
    let task = try Task.named("SST-2")
    let error = #expect(throws: GLUEError.self) { try task.read(.dev, in: folder.url) }
    guard case .unreadableFile(folder.path("SST-2/dev.tsv"), _) = error else {
      Issue.record("got \(String(describing: error))")
      return
    }
  }

  @Test(arguments: ["", "\n\n", "\u{FEFF}", "\r\n"]) func anEmptyFile(text: String) throws {
    try expectError("RTE", .dev, "RTE/dev.tsv", text) { .emptyFile(path: $0) }
  }

  @Test func aHeaderAlone() throws {
    try expectError("SST-2", .dev, "SST-2/dev.tsv", "sentence\tlabel\n\n") { .noRows(path: $0, skipped: 0) }
    try expectError("QNLI", .dev, "QNLI/dev.tsv", "index\tquestion\tsentence\tlabel\n0\tWhy?\n") {
      .noRows(path: $0, skipped: 1)
    }
  }

  @Test func aMissingColumnListsTheOnesFound() throws {
    try expectError("SST-2", .dev, "SST-2/dev.tsv", "text\tlabel\na\t1\n") {
      .missingColumn(path: $0, line: 1, column: "sentence", found: ["text", "label"])
    }
    try expectError("SST-2", .dev, "SST-2/dev.tsv", "index\tsentence\n0\ta\n") {
      .missingColumn(path: $0, line: 1, column: "label", found: ["index", "sentence"])
    }
  }

  @Test func aColumnNamedTwice() throws {
    try expectError("SST-2", .dev, "SST-2/dev.tsv", "sentence\tlabel\tlabel\na\t1\t0\n") {
      .ambiguousColumn(path: $0, line: 1, column: "label")
    }
  }

  @Test func aShortRow() throws {
    try expectError("RTE", .dev, "RTE/dev.tsv", "index\tsentence1\tsentence2\tlabel\n0\ta\tb\tentailment\n1\ta\tb\n") {
      .raggedRow(path: $0, line: 3, got: 3, expected: 4)
    }
    try expectError("SST-2", .dev, "SST-2/dev.tsv", "sentence\tlabel\n\na\t1\n") {
      .raggedRow(path: $0, line: 2, got: 1, expected: 2)
    }
  }

  @Test func anUnknownLabel() throws {
    try expectError("SST-2", .dev, "SST-2/dev.tsv", "sentence\tlabel\na\t1\nb\tpositive\n") {
      .unknownLabel(path: $0, line: 3, got: "positive", expected: .classes(["0", "1"]))
    }
  }

  @Test(arguments: ["5.1", "-0.5", "nan", "inf", "", "four"]) func aScoreOutOfRange(score: String) throws {
    try expectError("STS-B", .dev, "STS-B/dev.tsv", "sentence1\tsentence2\tscore\na\tb\t\(score)\n") {
      .unknownLabel(path: $0, line: 2, got: score, expected: .regression(0...5))
    }
  }

  @Test(arguments: [("a\n", 1), ("sentence\tlabel\nok\t1\nb", 3)]) func bytesThatAreNotUTF8(before: String, line: Int)
    throws
  {
    var bytes = Data(before.utf8)
    let place = try #require(bytes.lastIndex { $0 == UInt8(ascii: line == 1 ? "a" : "b") })
    bytes.insert(0xE9, at: place)
    bytes.append(contentsOf: Array("\t1\n".utf8))
    let folder = try DataFolder(bytes: ["SST-2/dev.tsv": bytes])
    let task = try Task.named("SST-2")
    #expect(throws: GLUEError.invalidUTF8(path: folder.path("SST-2/dev.tsv"), line: line)) {
      try task.read(.dev, in: folder.url)
    }
  }

  @Test func everyMessageIsOneLineAndSaysWhatToDo() {
    let errors: [GLUEError] = [
      .unknownTask(name: "a\nb", known: ["SST-2"]), .invalidTask(name: "x", problem: "p; do q"),
      .unknownSplit(task: "RTE", split: .devMatched, available: [.dev]), .unknownFormat(path: "a\n.txt"),
      .labelMismatch(task: "RTE", got: ["a"], expected: ["b"]),
      .missingFile(path: "a", task: "RTE", folder: "b", layout: ["c"]), .unreadableFile(path: "a", reason: "why"),
      .emptyFile(path: "a"), .noRows(path: "a", skipped: 0),
      .missingColumn(path: "a", line: 1, column: "label\r", found: ["x\n"]),
      .ambiguousColumn(path: "a", line: 1, column: "x"), .raggedRow(path: "a", line: 2, got: 1, expected: 2),
      .unknownLabel(path: "a", line: 2, got: "1\r", expected: .classes(["0", "1"])),
      .unknownLabel(path: "a", line: 2, got: String(repeating: "long ", count: 100), expected: .regression(0...5)),
      .emptyLabel(path: "a", line: 2), .invalidUTF8(path: "a", line: 2),
      .malformedCSV(path: "a", line: 2, problem: "p"), .malformedJSON(path: "a", line: 2, problem: "p"),
    ]
    for error in errors {
      #expect(!error.description.contains { $0.isNewline }, "\(error)")
      #expect(error.description.contains(";") && error.description.count < 400, "\(error)")
    }
    #expect(errors[12].description.contains(#"got label "1\r", expected one of "0", "1""#))
  }
}
