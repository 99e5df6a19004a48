import Foundation
import Ledger
import Results
import Sweep
import TensorFiles
import Testing

/// What is in a run directory may be damaged, incomplete, or somebody else's.
@Suite struct DamagedRunTests {
  private static let comparisons =
    "model: m\ntasks: [MRPC]\nseeds: {count: 2}\nprobes: [{name: p, task: MRPC}]\n"
    + "consistency: {measures: [svcca, attention_js], probes: [p]}\n"

  private func description(_ body: () throws -> Void) -> String {
    do { try body() } catch { return "\(error)" }
    return "no error"
  }

  @Test func whatIsNoRunIsCalledSo() throws {
    let run = try FakeRun(Self.comparisons)
    let nowhere = RunDirectory(root: run.run.root.appending(path: "nowhere"))
    #expect(description { _ = try RunResults(nowhere) }.contains("nowhere holds no run"))
    #expect(
      description { _ = try RunResults(RunDirectory(root: run.run.sweepFile)) }.contains("sweep.yaml holds no run"))
    #expect(description { _ = try RunResults(run.run) }.contains("ledger.sqlite does not exist"))
    try FileManager.default.removeItem(at: run.run.runFile)
    #expect(description { _ = try RunResults(run.run) }.contains("holds no run"))
  }

  /// Every number of run.json as something that it cannot be: an error with the path, never a trap.
  @Test(arguments: [
    "-1", "9223372036854775807", "9223372036854775808", "1e300", "-1e300", "1e999", "null", "\"x\"", "[]", "{}", "0.5",
  ])
  func aDamagedRecordIsAnError(_ value: String) throws {
    let run = try FakeRun(Self.comparisons)
    try run.record(.fineTuning) { _ in (["dev_accuracy": 0.5], nil) }
    let whole = try String(contentsOf: run.run.runFile, encoding: .utf8)
    for key in [
      "layers", "channels", "parameterCount", "trainRows", "devRows", "tokensPerExample", "operationsPerExample",
      "hash",
      "trainHash", "blasCore", "tasks", "model", "inputs",
    ] {
      let damaged = whole.replacing(try Regex("\"\(key)\" : [^,\n{]+"), with: "\"\(key)\" : \(value)")
      try Data(damaged.utf8).write(to: run.run.runFile)
      let said = description { _ = try RunResults(run.run).exportCSV() }
      // Half a row more or less is an error only where rows are whole.
      #expect(said == "no error" || said.hasPrefix(run.run.runFile.path), "\(key): \(value): \(said)")
    }
    for bytes in [Data(), Data("[".utf8), Data([0xFF, 0xFE, 0]), Data(String(repeating: "[", count: 100_000).utf8)] {
      try bytes.write(to: run.run.runFile)
      #expect(description { _ = try RunResults(run.run) }.hasPrefix(run.run.runFile.path))
    }
  }

  /// Two models beside theta0: three pairs, and three layers and the embeddings.
  private func payload(_ kind: Work.Kind, _ change: String, _ count: Int) -> [NamedArray] {
    func array(_ name: String, _ shape: [Int]) -> NamedArray {
      let isChanged = name == change
      let shape = isChanged ? [count] : shape
      return NamedArray(
        name: name, shape: shape, elements: .float64([Double](repeating: 0.5, count: shape.reduce(1, *))))
    }
    if kind == .attention {
      return [
        array("layers.mean", [3, 3]), array("layers.se", [3, 3]), array("heads.mean", [3, 3, 2]),
        array("heads.se", [3, 3, 2]),
      ]
    }
    return (0..<4).flatMap { layer in
      [
        array("svcca.\(layer)", [3]), array("svcca_null.\(layer)", [3]),
        NamedArray(
          name: "kept.\(layer)", shape: ["kept.\(layer)" == change ? count : 3],
          elements: .int64([Int64](repeating: 2, count: "kept.\(layer)" == change ? count : 3))),
      ]
    }
  }

  @Test(arguments: [
    (Work.Kind.attention, "layers.mean"), (.attention, "layers.se"), (.attention, "heads.mean"),
    (.attention, "heads.se"),
    (.similarity, "svcca.1"), (.similarity, "svcca_null.1"), (.similarity, "kept.1"),
  ])
  func anArrayOfAnotherSizeIsAnError(_ kind: Work.Kind, _ name: String) throws {
    for count in [0, 1, 2, 5, 1000] {
      let run = try FakeRun(Self.comparisons)
      try run.record(kind) { _ in (["rows": 5, "examples": 5], payload(kind, name, count)) }
      let said = description { _ = try RunResults(run.run).exportCSV() }
      #expect(said.contains("\(name)"), "\(count): \(said)")
      #expect(said.hasPrefix(run.run.root.path))
    }
    let run = try FakeRun(Self.comparisons)
    try run.record(kind) { _ in (["rows": 5, "examples": 5], payload(kind, "", 0)) }
    #expect(description { _ = try RunResults(run.run).exportCSV() } == "no error")
  }

  @Test func aPayloadThatIsGoneOrCutOffIsAnError() throws {
    let run = try FakeRun(Self.comparisons)
    try run.record(.attention) { _ in (["examples": 5], payload(.attention, "", 0)) }
    let folder = run.run.root.appending(path: "results")
    let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder.path).first)
    let file = folder.appending(path: name)
    try Data(contentsOf: file).prefix(40).write(to: file)
    #expect(description { _ = try RunResults(run.run).exportCSV() }.hasPrefix(file.path))
    try FileManager.default.removeItem(at: file)
    #expect(description { _ = try RunResults(run.run).exportCSV() }.hasPrefix(file.path))
  }

  @Test func tablesGoWhereTheyAreToldTo() throws {
    let run = try FakeRun(Self.comparisons + "curves: [{alpha: [-1, 1, 3]}]")
    try run.record(.fineTuning) { _ in (["dev_accuracy": 0.5], nil) }
    let before = try FileManager.default.contentsOfDirectory(atPath: run.run.root.path).sorted()
    let folder = FileManager.default.temporaryDirectory.appending(path: "exports-\(UUID().uuidString)/deep")
    defer { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }
    let results = try RunResults(run.run)
    let names = try results.exportCSV(to: folder) + results.exportVTK(to: folder) + results.exportNumPy(to: folder)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == names.sorted())
    #expect(try FileManager.default.contentsOfDirectory(atPath: run.run.root.path).sorted() == before)
    // A file in the place of a folder has its path in the error.
    let said = description { _ = try results.exportCSV(to: run.run.sweepFile) }
    #expect(said.hasPrefix("\(run.run.sweepFile.path) cannot be written") && said.hasSuffix("with --output"))
  }

  @Test func failuresAreCountedByTheirReason() throws {
    let run = try FakeRun(Self.comparisons)
    try Ledger(at: run.run).record(
      run.plan.units.map { unit in
        let status: Outcome.Status = unit.kind == .fineTuning ? .failed("a, \"b\"\nc") : .blocked("x")
        return RecordedOutcome(unit: unit, outcome: Outcome(unit: unit.id, status: status), rank: 0, host: "h")
      })
    let failures = try RunResults(run.run).failures
    #expect(failures.failed == 2 && failures.blocked == run.plan.units.count - 2)
    #expect(failures.reasons.map(\.reason) == ["a, \"b\" c"] && failures.reasons.map(\.count) == [2])
    _ = try RunResults(run.run).exportCSV()
    let rows = try StrictCSV.rows(Array(Data(contentsOf: run.run.exports.appending(path: "units.csv"))))
    #expect(rows.contains { $0[3] == Array("a, \"b\"\nc".utf8) })
  }

  /// Not a table of missing units: the tables that there are would be written over.
  @Test func resultsOfAnotherVersionAreRefused() throws {
    let run = try FakeRun("model: m\ntasks: [MRPC]\nseeds: [0]")
    try run.record(.fineTuning) { _ in (["steps": 3], nil) }
    _ = try RunResults(run.run).exportCSV()
    let file = run.run.runFile
    let text = try String(contentsOf: file, encoding: .utf8)
    try text.replacing("\"test\"", with: "\"another\"").write(to: file, atomically: true, encoding: .utf8)
    let error = try #require(throws: ResultsError.self) { try RunResults(run.run) }
    #expect(error == .otherVersion(path: file.path, program: "another"))
    #expect(!error.description.contains("\n"))
  }
}
