internal import Foundation
internal import Ledger
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
  let ledger: Ledger
  let outcomes: [Identity: StoredOutcome]

  /// Opens a run directory that no job is using.
  ///
  /// - Throws: ``ResultsError``, `SweepError`, `LedgerError`.
  public init(_ run: RunDirectory) throws {
    self.run = run
    guard let record = try RunRecord.read(from: run),
      let data = FileManager.default.contents(atPath: run.sweepFile.path)
    else { throw ResultsError.noRun(path: run.root.path) }
    if let holder = try Lease.holder(of: run) { throw ResultsError.running(path: run.root.path, holder: holder) }
    let path = run.sweepFile.path
    sweep = try SweepFile(yaml: try SweepFile.text(of: data, path: path), path: path, name: record.name)
    plan = try Plan(sweep: sweep, inputs: record.inputs)
    ledger = try Ledger(at: run, create: false)
    outcomes = try ledger.outcomes()
  }

  /// What a unit came to, in one word: done, failed, blocked or missing.
  func status(_ id: Identity) -> String {
    switch outcomes[id]?.status {
    case .done: "done"
    case .failed: "failed"
    case .blocked: "blocked"
    case .interrupted, nil: "missing"
    }
  }

  /// A unit's measurements; none for a unit that is not done.
  func measurements(_ id: Identity) throws -> [String: Double] {
    guard case .done = outcomes[id]?.status else { return [:] }
    return try ledger.measurements(of: id)
  }

  /// A unit's payload; nil where there is none.
  func payload(_ id: Identity) throws -> SafetensorsFile? {
    guard case .done = outcomes[id]?.status, let url = try ledger.payloadURL(of: id) else { return nil }
    return try SafetensorsFile(url)
  }
}
