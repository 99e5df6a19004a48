internal import LossLandscape
internal import Sweep

// Figures over seeds, with intervals. [METHODS 7]
extension RunResults {
  /// A figure that each seed has one of.
  private struct SeedFigure: Hashable {
    let figure: String
    let task: String
    var initialisation: String
    var variant: String
    let detail: String
  }

  /// Figures of the seeds, in the order in which they were added.
  private struct SeedFigures {
    private(set) var order: [SeedFigure] = []
    /// By seed; a figure may have several values of a seed, of which the mean counts.
    private var values: [SeedFigure: [Seed: [Double]]] = [:]

    mutating func add(_ figure: String, _ cell: Cell, _ detail: String, _ value: Double?) {
      let key = SeedFigure(
        figure: figure, task: cell.task, initialisation: cell.initialisation.rawValue,
        variant: cell.variant ?? "plain", detail: detail)
      if values[key] == nil {
        order.append(key)
        values[key] = [:]
      }
      if let value { values[key]?[Seed(head: cell.headSeed, order: cell.orderSeed), default: []].append(value) }
    }

    func bySeed(_ key: SeedFigure) -> [Seed: Double] {
      (values[key] ?? [:]).mapValues { $0.reduce(0, +) / Double($0.count) }
    }

    /// Seed by seed the one less the other.
    func difference(_ key: SeedFigure, _ other: SeedFigure) -> [Seed: Double] {
      let theirs = bySeed(other)
      return bySeed(key).reduce(into: [:]) { differences, mine in
        if let value = theirs[mine.key] { differences[mine.key] = mine.value - value }
      }
    }
  }

  /// Means and intervals over the seeds of each task, start and variant; seed by seed the differences pretrained - scratch, and
  /// of each variant from the plain recipe. A seed without the figure is left out, and `seeds` says how many are in.
  func intervalTable() throws -> CSV {
    var figures = SeedFigures()
    try addFineTunings(to: &figures)
    try addLandscape(to: &figures)
    try addRollbacks(to: &figures)
    try addProfiles(to: &figures)
    for planned in plan.curvatures {
      let values = try measurements(planned.unit)
      let group = planned.work.group?.name ?? "all"
      if planned.work.effort.eigenvalues > 0 {
        figures.add("greatest eigenvalue", planned.work.cell, group, values["eigenvalue.1"])
      }
      if planned.work.effort.probes > 0 { figures.add("trace", planned.work.cell, group, values["trace"]) }
    }

    var table = CSV([
      "figure", "task", "initialisation", "variant", "detail", "seeds", "mean", "lowest", "highest", "interval",
      "reason",
    ])
    let known = Set(figures.order)
    for key in figures.order {
      table.append(Self.row(key, figures.bySeed(key)))
      var scratch = key
      scratch.initialisation = Initialisation.scratch.rawValue
      if key.initialisation == Initialisation.pretrained.rawValue, known.contains(scratch) {
        var label = key
        label.initialisation = "pretrained - scratch"
        table.append(Self.row(label, figures.difference(key, scratch)))
      }
      var plain = key
      plain.variant = "plain"
      if key.variant != "plain", known.contains(plain) {
        var label = key
        label.variant = "\(key.variant) - plain"
        table.append(Self.row(label, figures.difference(key, plain)))
      }
    }
    return table
  }

  private static func row(_ key: SeedFigure, _ seeds: [Seed: Double]) -> [String] {
    let front = [key.figure, key.task, key.initialisation, key.variant, key.detail]
    // Sums in one order, so that bits do not depend on a dictionary's.
    let values = seeds.sorted { ($0.key.head, $0.key.order) < ($1.key.head, $1.key.order) }.map(\.value)
    return front + seedFields(values)
  }

  /// Of one value per seed: their number, mean, lowest and highest, what the interval is, and why there is none.
  static func seedFields(_ values: [Double]) -> [String] {
    do {
      let statistics = try SeedStatistics(values)
      return ["\(statistics.count)"]
        + [statistics.mean, statistics.interval.lowerBound, statistics.interval.upperBound].map { CSV.number($0) }
        + [statistics.kind == .confidence95 ? "95 % t" : "range", ""]
    } catch { return ["\(values.count)", "", "", "", "", "\(error)"] }
  }

  /// How fast a fine-tuning learns, how well it ends, and whether a long one suffers.
  private func addFineTunings(to figures: inout SeedFigures) throws {
    for (unit, cell) in cells {
      let values = try measurements(unit.id)
      figures.add("dev metric", cell, try mainMetric(of: cell), values["dev_\(try mainMetric(of: cell))"])
      for epoch in 1...cell.recipe.epochs {
        figures.add("training loss", cell, "epoch \(epoch)", values["epoch.\(epoch).training_loss"])
      }
      for row in try overfitting(cell, unit.id) {
        figures.add("\(row.figure), late - early", cell, "\(row.epochs.count) epochs", row.late - row.early)
      }
    }
  }

  private func addLandscape(to figures: inout SeedFigures) throws {
    func detail(_ planned: PlannedSurface) -> String {
      let surface = planned.surface
      let group = surface.group.map { ", \($0.name), rest at \(surface.elsewhere.rawValue)" } ?? ""
      // A wide and a narrow range are two figures.
      let ranged = planned.range + group
      guard case .random(let random) = surface.span else { return ranged }
      // All random directions of a kind are one figure.
      return ", random (\(random.kind))\(ranged)"
    }
    for row in try flatness() {
      let (cell, text) = (row.planned.surface.cell, "\(row.loss) + \(row.tolerance)\(detail(row.planned))")
      figures.add("flat width", cell, text, row.flatness?.width)
      figures.add("flat distance", cell, text, row.flatness?.distance)
    }
    for planned in plan.curves + plan.surfaces {
      let span =
        planned.surface.isAlongFineTuning ? "curve" : planned.surface.isCurve ? "line" : "surface"
      for value in Self.generalisation {
        figures.add(
          "rank correlation", planned.surface.cell, "\(span), training_loss with \(value)\(detail(planned))",
          try agreement(planned, with: value).correlation)
      }
    }
  }

  private func addRollbacks(to figures: inout SeedFigures) throws {
    var drops: [Cell: [String: Double]] = [:]
    for planned in plan.rollbacks {
      let drop = try measurements(planned.unit)["drop"]
      figures.add("rollback drop", planned.cell, planned.group.name, drop)
      drops[planned.cell, default: [:]][planned.group.name] = drop
    }
    // Lower layers are more invariant when putting the high ones back costs more. [METHODS, claim 4]
    for cell in plan.rollbacks.filter({ $0.group.name == "high" }).map(\.cell) {
      guard let high = drops[cell]?["high"], let low = drops[cell]?["low"] else { continue }
      figures.add("rollback drop", cell, "high - low", high - low)
    }
  }

  /// Where in the model fine-tuning changes attention and features: the mean distance to theta0 over the thirds of the layers,
  /// less that of the lowest third; of models of three layers at least. [METHODS, claim 5]
  private func addProfiles(to figures: inout SeedFigures) throws {
    for compared in try compared() where compared.comparison.kind == .seeds {
      let comparison = compared.comparison
      for measure in Measure.allCases {
        guard let layers = compared.distances[measure] else { continue }
        let profiles = Self.profiles(layers, comparison)
        for (model, profile) in zip(comparison.models, profiles).dropFirst() {
          // Features begin with the embeddings, which belong to no third.
          let values = measure == .attention ? profile : Array(profile.dropFirst())
          guard values.count >= 3 else { continue }
          func mean(_ third: Int) -> Double? {
            let part = values[values.count * third / 3..<values.count * (third + 1) / 3]
            return part.contains(where: \.isNaN) ? nil : part.reduce(0, +) / Double(part.count)
          }
          for (name, third) in [("high", 2), ("middle", 1)] {
            let difference = mean(third).flatMap { top in mean(0).map { top - $0 } }
            figures.add(
              "\(measure.rawValue) to theta0, \(name) - low", model.cell, comparison.probe.name, difference)
          }
        }
      }
    }
  }
}
