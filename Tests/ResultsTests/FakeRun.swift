import Foundation
import GLUE
import Ledger
import Results
import Sweep
import TensorFiles

/// A run directory with results that were made up: of the tasks MRPC and SST-2, of 20 and 10 training rows.
final class FakeRun {
  let run: RunDirectory
  let plan: Plan

  init(_ yaml: String, layers: Int = 3, classes: [String: [ClassCount]]? = nil, notices: [String]? = nil) throws {
    run = RunDirectory(
      root: FileManager.default.temporaryDirectory.appending(path: "results-\(UUID().uuidString)"))
    try FileManager.default.createDirectory(at: run.root, withIntermediateDirectories: true)
    try Data(yaml.utf8).write(to: run.sweepFile)
    func hash(_ text: String) -> Identity { Identity(ofBytes: Array(text.utf8)) }
    func facts(_ name: String, rows: Int) -> TaskFacts {
      TaskFacts(
        trainHash: hash("\(name) train"), devHash: hash("\(name) dev"), trainRows: rows, devRows: 5,
        tokensPerExample: 8, operationsPerExample: 100)
    }
    let inputs = SweepInputs(
      model: ModelFacts(hash: hash("model"), parameterCount: 1000, layers: layers, channels: 4),
      tasks: ["MRPC": facts("MRPC", rows: 20), "SST-2": facts("SST-2", rows: 10)],
      environment: NumericEnvironment(program: "test", blas: "BLAS 1", blasCore: "core"))
    try RunRecord(
      inputs: inputs, program: "test", mpi: "", blas: "", processor: "", hosts: [], machines: [], model: "", data: "",
      name: "test", classes: classes, notices: notices
    ).write(to: run)
    plan = try Plan(sweep: try SweepFile(yaml: yaml, path: "test.yaml"), inputs: inputs)
  }

  deinit { try? FileManager.default.removeItem(at: run.root) }

  /// Records units as done.
  func record(
    _ kind: Work.Kind, _ result: (WorkUnit) throws -> (measurements: [String: Double], arrays: [NamedArray]?)?
  ) throws {
    let ledger = try Ledger(at: run)
    try ledger.record(
      try plan.units.filter { $0.kind == kind }.compactMap { unit in
        guard let (measurements, arrays) = try result(unit) else { return nil }
        return RecordedOutcome(
          unit: unit,
          outcome: Outcome(
            unit: unit.id, status: .done, measurements: measurements,
            payload: try arrays.map { try Safetensors.encode($0) }),
          attempts: 1, rank: 0, host: "host")
      })
  }

  /// The rows of an exported table as dictionaries by column.
  func table(_ name: String) throws -> [[String: String]] {
    _ = try RunResults(run).exportCSV()
    let text = try String(contentsOf: run.exports.appending(path: name), encoding: .utf8)
    return text.split(separator: "\n").dropFirst().map { line in
      Dictionary(uniqueKeysWithValues: zip(Self.fields(text.prefix { $0 != "\n" }), Self.fields(line)))
    }
  }

  private static func fields(_ line: Substring) -> [String] {
    var fields = [""]
    var isQuoted = false
    for letter in line {
      switch letter {
      case "\"": isQuoted.toggle()
      case "," where !isQuoted: fields.append("")
      default: fields[fields.count - 1].append(letter)
      }
    }
    return fields
  }
}
