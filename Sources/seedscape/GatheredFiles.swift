import Foundation
import Ledger
import POSIX
import Sweep
import Synchronization

/// The files of gathered features, which go when nothing needs them any more, and are made again when something does.
final class GatheredFiles: Sendable {
  private let ledger: Ledger
  private let keep: Bool
  /// Which unfinished comparisons need a probe's file.
  private let waiting: Mutex<[Identity: Set<Identity>]>

  /// Removes the files that no comparison needs.
  ///
  /// - Throws: `LedgerError`, `SystemError`.
  init(_ plan: Plan, _ ledger: Ledger, keep: Bool) throws {
    self.ledger = ledger
    self.keep = keep
    let outcomes = try ledger.outcomes()
    var waiting: [Identity: Set<Identity>] = [:]
    for unit in plan.units where unit.kind == .probe { waiting[unit.id] = [] }
    for unit in plan.units where unit.kind == .similarity && outcomes[unit.id]?.status != .done {
      for probe in unit.needs { waiting[probe]?.insert(unit.id) }
    }
    self.waiting = Mutex(waiting)
    for probe in waiting where probe.value.isEmpty && outcomes[probe.key]?.status == .done { try remove(probe.key) }
  }

  /// Removes the files that the last of these units needed.
  ///
  /// - Throws: `LedgerError`, Foundation's file errors.
  func remove(after units: [WorkUnit]) throws {
    for unit in units where unit.kind == .similarity {
      for probe in unit.needs {
        let isLast = waiting.withLock { waiting in
          waiting[probe]?.remove(unit.id) != nil && waiting[probe]?.isEmpty == true
        }
        if isLast { try remove(probe) }
      }
    }
  }

  private func remove(_ probe: Identity) throws {
    guard !keep, let file = try ledger.payloadURL(of: probe) else { return }
    try System.remove(file.path)
  }
}
