internal import Sweep

extension TablesOfKind {
  func visit(_ kind: FineTuningWork.Type) throws -> [ResultTable] {
    [
      ResultTable(name: "cells", rows: results.cellTable()), ResultTable(name: "epochs", rows: results.epochTable()),
      ResultTable(name: "overfitting", rows: try results.overfittingTable()),
    ]
  }
}

extension SeedFiguresOfKind {
  /// How fast a fine-tuning learns, how well it ends, and whether a long one suffers.
  func visit(_ kind: FineTuningWork.Type) throws {
    for (unit, cell) in results.cells {
      let (values, metric) = (results.figures(unit.id, kind), try results.mainMetric(of: cell))
      figures.add("dev metric", cell, metric, values[.dev(metric: metric)])
      for epoch in 1...cell.recipe.epochs {
        figures.add("training loss", cell, "epoch \(epoch)", values[.epoch(epoch, .trainingLoss)])
      }
      for row in try results.overfitting(cell) {
        figures.add("\(row.figure), late - early", cell, "\(row.epochs.count) epochs", row.late - row.early)
      }
    }
  }
}

extension RunResults {
  fileprivate func cellTable() -> CSV {
    let all = cells.map { figures($0.unit.id, FineTuningWork.self) }
    let names = Set(all.flatMap(\.names)).sorted()
    var table = CSV(Self.cellColumns + [.text("status")] + names.map(Self.column))
    for ((unit, cell), values) in zip(cells, all) {
      table.append(fields(of: cell) + [status(unit.id)] + names.map { CSV.number(values.record[$0]) })
    }
    return table
  }

  private static func column(_ name: String) -> Column {
    switch name {
    case FineTuningWork.Figure.isDegenerate.text: .flag(name)
    case _ where name.hasSuffix("_examples") || name.hasSuffix("_truncated") || name == "steps": .count(name)
    default: .number(name)
    }
  }

  fileprivate func epochTable() -> CSV {
    let all = cells.map { figures($0.unit.id, FineTuningWork.self) }
    let names = Set(all.flatMap(\.epochNames)).sorted()
    var table = CSV(Self.cellColumns + [.count("epoch")] + names.map { .number($0) })
    for ((_, cell), values) in zip(cells, all) where !values.record.names.isEmpty {
      for epoch in 1...cell.recipe.epochs {
        table.append(
          fields(of: cell) + ["\(epoch)"] + names.map { CSV.number(values.record["epoch.\(epoch).\($0)"]) })
      }
    }
    return table
  }
}
