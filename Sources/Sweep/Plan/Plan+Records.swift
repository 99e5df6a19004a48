public import Foundation

// What earlier starts recorded, held against the plan.
extension Plan {
  /// The units that are recorded as done and must be done again, because a file that an unfinished unit reads is gone: a cell whose
  /// final model or snapshots were removed, axes without their directions, a probe without its features. What nobody reads any
  /// more may go.
  ///
  /// - Parameters:
  ///   - run: the run directory.
  ///   - done: the units that are recorded as done and whose own results are there.
  ///   - finished: the units that are recorded as failed or blocked: nobody will work on them.
  ///   - snapshot: the file of a cell's snapshot after some steps.
  ///   - isThere: whether a file is there and whole.
  /// - Returns: the units in the plan's order.
  public func lost(
    in run: RunDirectory, done: Set<Identity>, finished: Set<Identity>, snapshot: (CellDirectory, Int) -> URL,
    isThere: (URL) -> Bool
  ) -> [WorkUnit] {
    var lost: Set<Identity> = []
    // Who needs a unit comes behind it: from the end on it is known who works.
    for unit in units.reversed()
    where !finished.contains(unit.id) && (!done.contains(unit.id) || lost.contains(unit.id)) {
      for (need, file) in unit.work.ofKind.reads(in: run, snapshot)
      where done.contains(need) && !lost.contains(need) && !isThere(file) {
        lost.insert(need)
      }
    }
    return units.filter { lost.contains($0.id) }
  }
}

extension WorkOfKind {
  /// The files that it reads of the units that it needs. Where a cell starts is none of its results.
  fileprivate func reads(
    in run: RunDirectory, _ snapshot: (CellDirectory, Int) -> URL
  ) -> [(need: Identity, file: URL)] {
    let needs = Set(needs)
    let ofModels = models.compactMap { model -> (need: Identity, file: URL)? in
      guard needs.contains(model.cell.id) else { return nil }
      let folder = run.folder(of: model.cell)
      return switch model {
      case .initial: nil
      case .final: (model.cell.id, folder.final.appending(path: "model.safetensors"))
      case .snapshot(_, let step): (model.cell.id, snapshot(folder, step))
      }
    }
    return ofModels + files(in: run)
  }
}

extension RunDirectory {
  /// The folders that a plan's units write into.
  public func folders(for plan: Plan) -> [URL] {
    var names = ["models", "cells", "results"]
    if plan.units.contains(where: { $0.kind == .probe }) { names.append("activations") }
    let makesDirections = plan.units.contains { unit in
      if case .axes(let axes) = unit.work { !axes.surface.value.isAlongModels } else { false }
    }
    if makesDirections { names.append("directions") }
    return names.map { root.appending(path: $0, directoryHint: .isDirectory) }
  }
}
