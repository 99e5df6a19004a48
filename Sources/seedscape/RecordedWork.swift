import FineTuning
import Foundation
import Ledger
import POSIX
import Sweep
import TensorFiles

/// What a run directory's ledger says, held against the files that are there.
struct RecordedWork {
  private let plan: Plan
  private let ledger: Ledger
  private let run: RunDirectory

  init(_ plan: Plan, _ ledger: Ledger, _ run: RunDirectory) {
    (self.plan, self.ledger, self.run) = (plan, ledger, run)
  }

  /// Forgets what is recorded as done and is not there any more: results, and what an unfinished unit needs. It is done again.
  ///
  /// - Returns: the units that it was.
  /// - Throws: `LedgerError`, `SystemError`.
  func forgetLost() throws -> [WorkUnit] {
    let outcomes = try ledger.outcomes()
    let payloads = try ledger.payloads()
    var (done, finished, gone): (Set<Identity>, Set<Identity>, Set<Identity>) = ([], [], [])
    for unit in plan.units {
      switch outcomes[unit.id]?.status {
      case .done?:
        // Features of a probe go by themselves when nobody needs them any more.
        if unit.kind != .probe, let payload = payloads[unit.id],
          try Self.size(payload.file.path) != payload.bytes
        {
          gone.insert(unit.id)
        } else {
          done.insert(unit.id)
        }
      case .failed?, .blocked?: finished.insert(unit.id)
      case .interrupted?, nil: break
      }
    }
    var known: [URL: Bool] = [:]
    let snapshot = { (cell: CellDirectory, step: Int) in
      CellFolders(final: cell.final, snapshots: cell.snapshots, resume: cell.resume).snapshot(step)
    }
    let lost = plan.lost(in: run, done: done, finished: finished, snapshot: snapshot) { file in
      if let isThere = known[file] { return isThere }
      // Opening reads the header and compares the size with it: a file that was cut off is none.
      let isThere = (try? SafetensorsFile(file)) != nil
      known[file] = isThere
      return isThere
    }
    let all = gone.union(lost.map(\.id))
    try ledger.forget(Array(all))
    return plan.units.filter { all.contains($0.id) }
  }

  /// Why units failed, in the plan's order.
  ///
  /// - Throws: `LedgerError`.
  func failureReasons() throws -> FailureReasons {
    let outcomes = try ledger.outcomes()
    var reasons = FailureReasons()
    for unit in plan.units {
      if case .failed(let message)? = outcomes[unit.id]?.status { reasons.add(message, unit: unit.name) }
    }
    return reasons
  }

  /// The size of a file; nil where there is none.
  private static func size(_ path: String) throws -> Int? { try System.status(path).map { Int($0.st_size) } }
}
