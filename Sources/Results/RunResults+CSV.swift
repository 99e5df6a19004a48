public import Foundation
internal import GLUE
internal import Ledger
internal import POSIX
internal import Sweep

extension RunResults {
  /// Writes the tables of a run as CSV files into a folder, `exports/` of the run unless another is given: units, cells, epochs, axes, curves, surfaces, flatness,
  /// barriers, agreement, trajectories, overfitting, rollback, curvature, intervals, probes,
  /// similarity, attention, consistency, datasets, classes.
  ///
  /// They hold no times, hosts or ranks: the same sweep gives the same bytes on any number of ranks, interrupted or not.
  ///
  /// - Returns: the names of the files.
  /// - Throws: ``ResultsError``, `LedgerError`, `TensorFileError`, `SystemError`.
  public func exportCSV(to folder: URL? = nil) throws -> [String] {
    let folder = folder ?? run.exports
    try prepare(folder)
    let tables = [
      ("units.csv", unitTable()), ("cells.csv", try cellTable()), ("epochs.csv", try epochTable()),
      ("axes.csv", try axesTable()), ("curves.csv", try curveTable()), ("surfaces.csv", try surfaceTable()),
      ("flatness.csv", try flatnessTable()), ("barriers.csv", try barrierTable()),
      ("agreement.csv", try agreementTable()), ("trajectories.csv", try trajectoryTable()),
      ("overfitting.csv", try overfittingTable()), ("rollback.csv", try rollbackTable()),
      ("curvature.csv", try curvatureTable()), ("intervals.csv", try intervalTable()),
      ("probes.csv", try probeTable()), ("similarity.csv", try similarityTable()),
      ("attention.csv", try attentionTable()), ("consistency.csv", try consistencyTable()),
      ("datasets.csv", try datasetTable()), ("classes.csv", classTable()),
    ]
    for (name, table) in tables {
      try AtomicFile.write(to: folder.appending(path: name)) { try $0.append(table.bytes.span.bytes) }
    }
    return tables.map(\.0)
  }

  private func unitTable() -> CSV {
    var table = CSV(["unit", "kind", "status", "message", "id"])
    for unit in plan.units {
      let message: String =
        switch outcomes[unit.id]?.status {
        case .failed(let message), .blocked(let message): message
        default: ""
        }
      table.append([unit.name, unit.work.kind.rawValue, status(unit.id), message, unit.id.hex])
    }
    return table
  }

  /// One row for each class of each task; none for regression, and none of runs that did not record it.
  private func classTable() -> CSV {
    var table = CSV(["task", "label", "train", "dev"])
    for task in sweep.tasks.map(\.name) {
      for count in record.classes?[task] ?? [] {
        table.append([task, count.label, "\(count.train)", "\(count.dev)"])
      }
    }
    return table
  }

  var cells: [(unit: WorkUnit, cell: Cell)] {
    plan.units.compactMap { unit in
      if case .fineTuning(let cell) = unit.work { (unit, cell) } else { nil }
    }
  }

  func fields(of cell: Cell) -> [String] {
    [
      cell.name, cell.task, cell.initialisation.rawValue, cell.variant ?? "plain", "\(cell.headSeed)",
      "\(cell.orderSeed)",
    ]
  }

  static let cellColumns = ["cell", "task", "initialisation", "variant", "head_seed", "order_seed"]

  private func cellTable() throws -> CSV {
    let all = try cells.map { try measurements($0.unit.id) }
    let names = Set(all.flatMap(\.keys)).filter { !$0.hasPrefix("epoch.") }.sorted()
    var table = CSV(Self.cellColumns + ["status"] + names)
    for ((unit, cell), values) in zip(cells, all) {
      table.append(fields(of: cell) + [status(unit.id)] + names.map { CSV.number(values[$0]) })
    }
    return table
  }

  private func epochTable() throws -> CSV {
    let all = try cells.map { try measurements($0.unit.id) }
    let suffixes = all.flatMap(\.keys).compactMap { $0.split(separator: ".", maxSplits: 2).dropFirst(2).first }
    let names = Set(suffixes.map(String.init)).sorted()
    var table = CSV(Self.cellColumns + ["epoch"] + names)
    for ((_, cell), values) in zip(cells, all) where !values.isEmpty {
      for epoch in 1...cell.recipe.epochs {
        table.append(fields(of: cell) + ["\(epoch)"] + names.map { CSV.number(values["epoch.\(epoch).\($0)"]) })
      }
    }
    return table
  }

  static let groupColumns = ["group", "elsewhere"]

  func fields(ofGroup surface: Surface) -> [String] {
    [surface.group?.name ?? "all", surface.group == nil ? "" : surface.elsewhere.rawValue]
  }

  private func axesTable() throws -> CSV {
    let names = ["length1", "length2", "scale", "cosine", "explained.1", "explained.2"]
    var table = CSV(["surface"] + Self.groupColumns + ["status"] + names.map { $0.replacing(".", with: "") })
    for planned in plan.curves + plan.surfaces {
      let values = try measurements(planned.axes)
      table.append(
        [planned.name] + fields(ofGroup: planned.surface) + [status(planned.axes)]
          + names.map { CSV.number(values[$0]) })
    }
    return table
  }

  /// A point's status and values. What is not finite is a result, and is said to be so.
  private func pointFields(_ id: Identity) throws -> [String] {
    let values = try measurements(id)
    let isFinite = Self.pointColumns.allSatisfy { values[$0]?.isFinite ?? true }
    let status = status(id) == "done" && !isFinite ? "not finite" : status(id)
    return [status] + Self.pointColumns.map { CSV.number(values[$0]) }
  }

  /// Exact points first, then the coordinates in order.
  private func curveTable() throws -> CSV {
    var table = CSV(
      ["curve", "from"] + Self.cellColumns + Self.groupColumns + ["point", "i", "alpha", "status"] + Self.pointColumns)
    for planned in plan.curves {
      let surface = planned.surface
      let front = [planned.name, surface.origin.name] + fields(of: surface.cell) + fields(ofGroup: surface)
      for point in surface.exactPoints {
        guard let id = planned.exact[point] else { continue }
        let alpha = surface.coordinates(of: point, scale: nil).alpha
        table.append(front + [point.rawValue, "", CSV.number(alpha)] + (try pointFields(id)))
      }
      for (i, (alpha, id)) in zip(planned.alpha, planned.grid).enumerated() {
        table.append(front + ["grid", "\(i)", CSV.number(alpha)] + (try pointFields(id)))
      }
    }
    return table
  }

  /// Exact points first, with the coordinates that they have on the surface, then the grid, alpha by alpha.
  private func surfaceTable() throws -> CSV {
    var table = CSV(
      ["surface"] + Self.groupColumns + ["point", "i", "j", "alpha", "beta", "status"] + Self.pointColumns)
    for planned in plan.surfaces {
      let scale = try measurements(planned.axes)["scale"]
      let front = [planned.name] + fields(ofGroup: planned.surface)
      for point in planned.surface.exactPoints {
        guard let id = planned.exact[point] else { continue }
        let (alpha, beta) = planned.surface.coordinates(of: point, scale: scale)
        table.append(
          front + [point.rawValue, "", "", CSV.number(alpha), CSV.number(beta)] + (try pointFields(id)))
      }
      for (i, alpha) in planned.alpha.enumerated() {
        for (j, beta) in planned.beta.enumerated() {
          let id = planned.grid[i * planned.beta.count + j]
          table.append(front + ["grid", "\(i)", "\(j)", CSV.number(alpha), CSV.number(beta)] + (try pointFields(id)))
        }
      }
    }
    return table
  }

  /// One row for each snapshot: where it lies, then its losses.
  private func trajectoryTable() throws -> CSV {
    let places = ["hao_alpha", "hao_beta", "alpha", "beta", "residual", "pc1", "pc2"]
    let heads = ["own", "theta1_head", "plane"]
    let columns = heads.flatMap { head in Self.pointColumns.map { "\(head)_\($0)" } }
    var table = CSV(
      ["trajectory"] + Self.cellColumns + ["other", "step"] + places + ["explained1", "explained2", "status"] + columns)
    for planned in plan.trajectories {
      let place = try measurements(planned.unit)
      let front = [planned.work.name] + fields(of: planned.work.cell) + [planned.work.other?.name ?? ""]
      for (step, unit) in planned.snapshots {
        let values = try measurements(unit)
        table.append(
          front + ["\(step)"] + places.map { CSV.number(place["\($0).\(step)"]) }
            + ["explained.1", "explained.2"].map { CSV.number(place[$0]) } + [status(unit)]
            + heads.flatMap { head in Self.pointColumns.map { CSV.number(values["\(head).\($0)"]) } })
      }
    }
    return table
  }

  private func rollbackTable() throws -> CSV {
    let all = try plan.rollbacks.map { try measurements($0.unit) }
    let names = Set(all.flatMap(\.keys)).subtracting(["drop"]).sorted()
    var table = CSV(Self.cellColumns + ["group", "status", "drop"] + names)
    for (planned, values) in zip(plan.rollbacks, all) {
      table.append(
        fields(of: planned.cell) + [planned.group.name, status(planned.unit), CSV.number(values["drop"])]
          + names.map { CSV.number(values[$0]) })
    }
    return table
  }

  private func curvatureTable() throws -> CSV {
    let all = try plan.curvatures.map { try measurements($0.unit) }
    let names = Set(all.flatMap(\.keys)).sorted()
    var table = CSV(Self.cellColumns + ["group", "status"] + names.map { $0.replacing(".", with: "") })
    for (planned, values) in zip(plan.curvatures, all) {
      table.append(
        fields(of: planned.work.cell) + [planned.work.group?.name ?? "all", status(planned.unit)]
          + names.map { CSV.number(values[$0]) })
    }
    return table
  }
}
