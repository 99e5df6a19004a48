internal import LossLandscape
internal import Sweep

// Figures over seeds, with intervals. [METHODS 7]
extension RunResults {
  /// One figure of each seed of a task and initialisation.
  private struct SeedFigure: Hashable {
    let figure: String
    let task: String
    let initialisation: Initialisation
    let detail: String
  }

  /// Means and intervals over the seeds of each task and initialisation: what rollback costs, how flat
  /// curves are. A seed without the figure is left out, and `seeds` says how many are in.
  func intervalTable() throws -> CSV {
    var order: [SeedFigure] = []
    var values: [SeedFigure: [Double]] = [:]
    func add(_ figure: String, _ cell: Cell, _ detail: String, _ value: Double?) {
      let key = SeedFigure(figure: figure, task: cell.task, initialisation: cell.initialisation, detail: detail)
      if values[key] == nil { order.append(key) }
      values[key, default: []] += value.map { [$0] } ?? []
    }
    var drops: [Cell: [String: Double]] = [:]
    for planned in plan.rollbacks {
      let drop = try measurements(planned.unit)["drop"]
      add("rollback drop", planned.cell, planned.group.name, drop)
      drops[planned.cell, default: [:]][planned.group.name] = drop
    }
    // Lower layers are more invariant when putting the high ones back costs more. [METHODS, claim 4]
    for cell in plan.rollbacks.filter({ $0.group.name == "high" }).map(\.cell) {
      guard let high = drops[cell]?["high"], let low = drops[cell]?["low"] else { continue }
      add("rollback drop", cell, "high - low", high - low)
    }
    for row in try flatness() {
      let group = row.surface.group.map { ", \($0.name), rest at \(row.surface.elsewhere.rawValue)" } ?? ""
      let detail = "\(row.loss) + \(row.tolerance)\(group)"
      add("flat width", row.surface.cell, detail, row.flatness?.width)
      add("flat distance", row.surface.cell, detail, row.flatness?.distance)
    }

    var table = CSV([
      "figure", "task", "initialisation", "detail", "seeds", "mean", "lowest", "highest", "interval", "reason",
    ])
    for key in order {
      let front = [key.figure, key.task, key.initialisation.rawValue, key.detail]
      let seeds = values[key] ?? []
      do {
        let statistics = try SeedStatistics(seeds)
        table.append(
          front + ["\(statistics.count)"]
            + [statistics.mean, statistics.interval.lowerBound, statistics.interval.upperBound].map { CSV.number($0) }
            + [statistics.kind == .confidence95 ? "95 % t" : "range", ""])
      } catch {
        table.append(front + ["\(seeds.count)", "", "", "", "", "\(error)"])
      }
    }
    return table
  }
}
