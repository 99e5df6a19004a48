import Foundation
import GLUE
import Testing

@Suite struct TaskCustomTests {
  let columns = Columns(text: "review", label: "stars")

  /// A task whose labels come from `train`, a CSV file.
  func task(train: String, labels: LabelKind? = nil) throws -> Task {
    let folder = try DataFolder(["train.csv": train])
    return try .custom(
      name: "mine", train: "train.csv", dev: "dev.csv", columns: columns, labels: labels, in: folder.url)
  }

  @Test func integerLabelsAreInNumericOrder() throws {
    let task = try task(train: "review,stars\na,10\nb,9\nc,-1\nd,10\n")
    #expect(task.labels == .classes(["-1", "9", "10"]))
    #expect(task.metrics == [.accuracy])
  }

  @Test func otherLabelsAreInUnicodeOrder() throws {
    let task = try task(train: "review,stars\na,good\nb,Bad\nc,10\n")
    #expect(task.labels == .classes(["10", "Bad", "good"]))
  }

  @Test func twoClassesHaveF1() throws {
    #expect(try task(train: "review,stars\na,0\nb,1\n").metrics == [.accuracy, .f1])
  }

  @Test func statedLabelsNeedNoFile() throws {
    let nowhere = URL(filePath: "/nonexistent")
    let stated = try Task.custom(
      name: "mine", train: "t.tsv", dev: "d.jsonl", columns: columns, labels: .classes(["good", "bad"]), in: nowhere)
    #expect(stated.labels == .classes(["good", "bad"]))
    #expect(stated.files.map(\.format) == [.tsv, .jsonLines])
    let number = try Task.custom(
      name: "mine", train: "t.CSV", dev: "d.json", columns: columns, labels: .regression(-1...1), in: nowhere)
    #expect(number.metrics == [.pearson, .spearman])
    #expect(number.mainMetric == .pearson)
    #expect(number.files.map(\.format) == [.csv, .jsonLines])
  }

  @Test func theFormatCanBeStated() throws {
    let folder = try DataFolder(["train.txt": "stars\treview\n1\t\"a, b\"\n0\tc\n"])
    let task = try Task.custom(
      name: "mine", train: folder.path("train.txt"), dev: "dev.txt", columns: columns, format: .tsv, in: folder.url)
    #expect(task.labels == .classes(["0", "1"]))
    let train = try task.read(.train, in: URL(filePath: "/elsewhere"))
    #expect(train.examples.map(\.text) == ["\"a, b\"", "c"])
  }

  @Test func aDevLabelOutsideTheTrainingFiles() throws {
    let folder = try DataFolder(["t.csv": "review,stars\na,0\nb,1\n", "d.csv": "review,stars\nx,1\ny,2\n"])
    let task = try Task.custom(name: "mine", train: "t.csv", dev: "d.csv", columns: columns, in: folder.url)
    let error = GLUEError.unknownLabel(
      path: folder.path("d.csv"), line: 3, got: "2", expected: .classes(["0", "1"]))
    #expect(throws: error) { try task.read(.dev, in: folder.url) }
  }

  @Test(arguments: ["review,stars\na,1\n", "review,stars\na,1.5\nb,2\n"])
  func labelsThatMakeNoClasses(train: String) {
    let error = #expect(throws: GLUEError.self) { try task(train: train) }
    guard case .invalidTask("mine", _) = error else {
      Issue.record("got \(String(describing: error))")
      return
    }
  }

  @Test(arguments: [["a"], ["a", "a"], []]) func statedLabelsThatMakeNoClasses(labels: [String]) {
    #expect(throws: GLUEError.self) { try task(train: "review,stars\na,1\n", labels: .classes(labels)) }
  }

  @Test func anEmptyLabel() throws {
    let folder = try DataFolder(["t.csv": "review,stars\na,1\nb,\n"])
    #expect(throws: GLUEError.emptyLabel(path: folder.path("t.csv"), line: 3)) {
      try Task.custom(name: "mine", train: "t.csv", dev: "d.csv", columns: columns, in: folder.url)
    }
  }

  @Test func namesOfGLUETasksAndEmptyNamesAreRefused() {
    for name in ["sst-2", ""] {
      let error = #expect(throws: GLUEError.self) {
        try Task.custom(name: name, train: "t.csv", dev: "d.csv", columns: columns, in: URL(filePath: "/"))
      }
      guard case .invalidTask(name, _) = error else {
        Issue.record("got \(String(describing: error))")
        return
      }
    }
  }

  @Test func columnsMustDiffer() {
    #expect(throws: GLUEError.self) {
      try Task.custom(
        name: "mine", train: "t.csv", dev: "d.csv", columns: Columns(text: "a", pair: "a", label: "b"),
        labels: .classes(["0", "1"]), in: URL(filePath: "/"))
    }
  }

  @Test func anUnknownExtension() {
    #expect(throws: GLUEError.unknownFormat(path: "t.txt")) {
      try Task.custom(name: "mine", train: "t.txt", dev: "d.csv", columns: columns, in: URL(filePath: "/"))
    }
  }
}
