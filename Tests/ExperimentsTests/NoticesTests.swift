import Experiments
import Foundation
import GLUE
import Sweep
import Testing

/// What a sweep decides about model and data is said, and what was found is listed.
@Suite struct NoticesTests {
  @Test func theClassesOfGLUETasks() throws {
    let survey = try site().survey(program: "test")
    #expect(survey.classes["SST-2"]?.map(\.label) == ["0", "1"])
    for (task, facts) in survey.inputs.tasks {
      let classes = try #require(survey.classes[task])
      #expect(
        classes.reduce(0) { $0 + $1.train } == facts.trainRows && classes.reduce(0) { $0 + $1.dev } == facts.devRows)
    }
  }

  @Test func rowsThatAreCutAndRowsThatAreNotThere() throws {
    let short = try site(changing: "max_length: 64", to: "max_length: 6, train_rows: 100000").survey(program: "test")
      .notices
    #expect(short.contains { $0.hasPrefix("MRPC: ") && $0.contains("are cut to max_length, 6 tokens") }, "\(short)")
    #expect(short.contains { $0.hasPrefix("SST-2: train_rows is 100000, the file has") }, "\(short)")
  }

  /// A task of words that the vocabulary lacks, with rows that nobody labelled.
  @Test func unknownWordsAndUnlabelledRows() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "notices-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "t.jsonl")
    try Data("{\"t\": \"\u{4E00}\", \"l\": 0}\n{\"t\": \"film\", \"l\": 1}\n{\"t\": \"x\", \"l\": -1}\n".utf8)
      .write(to: file)
    let model = URL(filePath: #filePath).appending(path: "../../../jobs/sweeps/minute/model").standardized
    func survey(_ key: String) throws -> Survey {
      let task = "{name: mine, train: t.jsonl, dev: t.jsonl, columns: {text: t, label: l}\(key)}"
      let sweep = try SweepFile(
        yaml: "model: \(model.path)\ntasks: [\(task)]\nrecipe: {max_length: 64}", path: "mine.yaml")
      return try Site(sweep, in: folder, run: RunDirectory(root: folder)).survey(program: "test")
    }
    let found = try survey("")
    #expect(found.classes["mine"]?.map(\.label) == ["-1", "0", "1"])
    #expect(found.notices.contains { $0.contains("mine: \"-1\" is used as a class") }, "\(found.notices)")
    #expect(found.notices.contains { $0.hasPrefix("mine: ") && $0.contains("are [UNK]") }, "\(found.notices)")
    #expect(found.notices.contains { $0.contains("mine: the training and the dev file have the same rows") })
    let skipped = try survey(", skip_labels: [-1]")
    #expect(
      skipped.classes["mine"] == [ClassCount(label: "0", train: 1, dev: 1), ClassCount(label: "1", train: 1, dev: 1)])
    #expect(skipped.inputs.tasks["mine"]?.trainRows == 2)
    #expect(
      skipped.notices.contains { $0.contains("1 of 3 (33.3 %) training rows and 1 of 3 (33.3 %) dev rows are skipped") }
    )
  }
}
