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
    var cells: [Cell: Identity] = [:]
    for unit in units {
      if case .fineTuning(let cell) = unit.work { cells[cell] = unit.id }
    }
    let byID = Dictionary(uniqueKeysWithValues: units.map { ($0.id, $0) })
    var lost: Set<Identity> = []
    // Who needs a unit comes behind it: from the end on it is known who works.
    for unit in units.reversed()
    where !finished.contains(unit.id) && (!done.contains(unit.id) || lost.contains(unit.id)) {
      for (need, file) in reads(unit, in: run, cells, byID, snapshot)
      where done.contains(need) && !lost.contains(need) && !isThere(file) {
        lost.insert(need)
      }
    }
    return units.filter { lost.contains($0.id) }
  }

  /// The files that a unit reads of the units that it needs.
  private func reads(
    _ unit: WorkUnit, in run: RunDirectory, _ cells: [Cell: Identity], _ byID: [Identity: WorkUnit],
    _ snapshot: (CellDirectory, Int) -> URL
  ) -> [(need: Identity, file: URL)] {
    let needs = Set(unit.needs)
    var files: [(need: Identity, file: URL)] = []
    for model in unit.work.models {
      guard let id = cells[model.cell], needs.contains(id) else { continue }
      let folder = run.cell(model.cell, id)
      switch model {
      // Where a cell starts is none of its results.
      case .initial: break
      case .final: files.append((id, folder.final.appending(path: "model.safetensors")))
      case .snapshot(_, let step): files.append((id, snapshot(folder, step)))
      }
    }
    for need in unit.needs {
      switch byID[need]?.work {
      case .axes(let surface)?:
        for number in surface.ownDirections { files.append((need, run.direction(number, of: surface, axes: need))) }
      case .probe?:
        files += byID[need].map { [(need, run.root.appending(path: run.payloadPath(of: $0)))] } ?? []
      default: break
      }
    }
    return files
  }
}

extension Work {
  /// The models whose files it reads.
  fileprivate var models: [ModelState] {
    switch self {
    case .fineTuning, .similarity: []
    case .axes(let surface): surface.models + (surface.span == .trajectory ? surface.cell.snapshots : [])
    case .point(let surface, _): surface.models
    case .trajectory(let trajectory):
      [.final(trajectory.cell)] + (trajectory.other.map { [.final($0)] } ?? []) + trajectory.cell.snapshots
    case .snapshot(let trajectory, let step):
      [.final(trajectory.cell), .snapshot(trajectory.cell, step: step)] + (trajectory.other.map { [.final($0)] } ?? [])
    case .rollback(let cell, _): [.final(cell)]
    case .curvature(let curvature): [.final(curvature.cell)]
    case .probe(let probe): [probe.model]
    case .attention(let comparison): comparison.models
    }
  }
}

extension Surface {
  fileprivate var models: [ModelState] { [target, origin] + [other].compactMap(\.self) }

  /// The numbers of the directions that its axes make.
  fileprivate var ownDirections: Range<Int> {
    switch span {
    case .line, .plane: 0..<0
    case .random, .trajectory: 1..<(isCurve ? 2 : 3)
    }
  }
}

extension Cell {
  fileprivate var snapshots: [ModelState] {
    recipe.snapshotSteps(examples: recipe.trainRows ?? 0).map { .snapshot(self, step: $0) }
  }
}

extension RunDirectory {
  /// The folders that a plan's units write into.
  public func folders(for plan: Plan) -> [URL] {
    var names = ["models", "cells", "results"]
    if plan.units.contains(where: { $0.work.kind == .probe }) { names.append("activations") }
    let makesDirections = plan.units.contains { unit in
      if case .axes(let surface) = unit.work { !surface.ownDirections.isEmpty } else { false }
    }
    if makesDirections { names.append("directions") }
    return names.map { root.appending(path: $0, directoryHint: .isDirectory) }
  }
}
