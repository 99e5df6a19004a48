internal import Foundation
internal import Glibc
public import Ledger
internal import POSIX
public import Sweep
internal import TensorFiles

/// A run directory to read: its plan, and what is recorded of it.
public struct RunResults {
  /// Where it is.
  public let run: RunDirectory
  /// The sweep as it was run.
  public let sweep: SweepFile
  /// All units.
  public let plan: Plan
  /// How it was run.
  let record: RunRecord
  let agreements = Agreements()
  /// What is recorded, read once.
  private let recorded: [Identity: RecordedResult]

  /// Opens a run directory that no job is using.
  ///
  /// - Throws: ``ResultsError``, `SweepError`, `LedgerError`, `SystemError`.
  public init(_ run: RunDirectory) throws {
    self.run = run
    try Self.checkFolder(run.root.path)
    guard let record = try RunRecord.read(from: run), try System.exists(run.sweepFile.path) else {
      throw ResultsError.noRun(path: run.root.path)
    }
    let data = try System.read(run.sweepFile.path)
    if let holder = try Lease.holder(of: run) { throw ResultsError.running(path: run.root.path, holder: holder) }
    let path = run.sweepFile.path
    sweep = try SweepFile(yaml: try SweepFile.text(of: data, path: path), path: path, name: record.name)
    self.record = record
    plan = try Plan(sweep: sweep, inputs: record.inputs)
    let recorded = try Ledger(reading: run).results()
    // Else every unit would be called missing, and tables of results be written over with empty ones.
    let hasCells = recorded.values.contains { $0.kind == .fineTuning }
    guard !hasCells || plan.units.contains(where: { $0.kind == .fineTuning && recorded[$0.id] != nil }) else {
      throw ResultsError.otherVersion(path: run.runFile.path, program: record.inputs.environment.program)
    }
    self.recorded = recorded
  }

  /// - Throws: ``ResultsError/noRun(path:)`` for what is no folder, `SystemError` for one that cannot be looked into.
  private static func checkFolder(_ path: String) throws {
    guard let status = try System.status(path), status.st_mode & S_IFMT == S_IFDIR else {
      throw ResultsError.noRun(path: path)
    }
    _ = try System.names(in: path)
  }

  /// Makes a folder that tables are to be written into, and makes sure that they can be.
  ///
  /// - Throws: ``ResultsError/notWritable(_:)``
  func prepare(_ folder: URL) throws {
    do {
      try System.proveWritable(folder.path)
    } catch let error as SystemError {
      throw ResultsError.notWritable(error)
    }
  }

  /// How many units failed, how many are blocked by them, and the first different reasons, in the plan's order.
  public var failures: (failed: Int, blocked: Int, reasons: [RunStatus.Failures]) {
    var (reasons, failed, blocked) = (FailureReasons(), 0, 0)
    for unit in plan.units {
      switch recorded[unit.id]?.status {
      case .failed(let message):
        failed += 1
        reasons.add(message, unit: unit.name)
      case .blocked: blocked += 1
      case .done, .interrupted, nil: break
      }
    }
    return (failed, blocked, reasons.first)
  }

  /// How a unit ended; nil where nothing is recorded.
  func ending(_ id: Identity) -> Outcome.Status? { recorded[id]?.status }

  /// The same in one word: done, failed, blocked or missing.
  func status(_ id: Identity) -> String {
    switch ending(id) {
    case .done: "done"
    case .failed: "failed"
    case .blocked: "blocked"
    case .interrupted, nil: "missing"
    }
  }

  /// A unit's figures; none for a unit that is not done.
  func figures<Kind: WorkOfKind>(_ id: Identity, _ kind: Kind.Type) -> Figures<Kind.Figure> {
    guard let result = recorded[id], case .done = result.status else { return Figures() }
    return Figures(result.measurements)
  }

  /// A unit's payload; nil where there is none.
  func payload(_ id: Identity) throws -> SafetensorsFile? {
    guard let result = recorded[id], case .done = result.status, let url = result.payload else { return nil }
    return try SafetensorsFile(url)
  }
}
