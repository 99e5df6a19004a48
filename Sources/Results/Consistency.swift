internal import LearningDynamics
internal import Sweep

// Consistency between seeds and between datasets. [METHODS 7]
extension RunResults {
  /// Means over the pairs of seeds, with bootstrap interval and jackknife standard error; of all cells, and of those that
  /// learned something. Where the sweep varies head and order seeds apart, also of the pairs that differ in one of the two
  /// alone. Layer by layer, and of `profile`: 1 - the rank correlation of two seeds' distances to theta0 over the layers.
  func consistencyTable() throws -> CSV {
    var table = CSV(
      ["comparison", "probe", "measure", "layer", "cells", "varied"].map { .text($0) } + [.count("seeds")]
        + ["mean", "lowest", "highest", "standard_error"].map { .number($0) } + [.text("reason")])
    for compared in try compared() where compared.comparison.kind == .seeds {
      let comparison = compared.comparison
      let trained = comparison.models.indices.dropFirst()
      let learned = trained.filter { !isDegenerate(comparison.models[$0].cell) }
      for measure in Measure.allCases {
        guard let layers = compared.distances[measure] else { continue }
        for (cells, models) in [("all", Array(trained)), ("not degenerate", Array(learned))] {
          func append(_ layer: String, _ value: (Int, Int) -> Double) {
            for varied in Varied.allCases where varied.has(comparison.models.dropFirst().map(\.cell)) {
              let matrix = models.flatMap { a in
                models.map { b in
                  a != b && varied.has(comparison.models[a].cell, comparison.models[b].cell)
                    ? value(min(a, b), max(a, b)) : .nan
                }
              }
              let statistics = PairStatistics(matrix, count: models.count)
              table.append(
                [comparison.name, comparison.probe.name, measure.rawValue, layer, cells, varied.rawValue]
                  + ["\(models.count)"]
                  + [
                    statistics.mean, statistics.interval?.lowerBound, statistics.interval?.upperBound,
                    statistics.standardError,
                  ].map { CSV.number($0) } + [statistics.reason?.rawValue ?? ""])
            }
          }
          for (index, distances) in layers.enumerated() {
            append("\(measure.firstLayer + index)") { a, b in distances[comparison.index(of: (a, b))] }
          }
          let profiles = Self.profiles(layers, comparison)
          // A rank correlation of two numbers says nothing.
          guard layers.count >= 3 else { continue }
          append("profile") { a, b in 1 - (rankCorrelation(profiles[a], profiles[b]) ?? .nan) }
        }
      }
    }
    return table
  }

  /// Which seeds the two cells of a pair differ in.
  private enum Varied: String, CaseIterable {
    /// Any.
    case any
    /// The head seed alone.
    case head
    /// The order seed alone.
    case order

    func has(_ a: Cell, _ b: Cell) -> Bool {
      switch self {
      case .any: true
      case .head: a.orderSeed == b.orderSeed
      case .order: a.headSeed == b.headSeed
      }
    }

    /// Whether there are such pairs among some cells.
    func has(_ cells: [Cell]) -> Bool {
      self == .any || cells.indices.contains { i in cells[..<i].contains { has($0, cells[i]) } }
    }
  }

  /// Task by task, theta0 among them: means over seeds of the distances between the models of two tasks on a probe. With
  /// theta0 they are how far a task's fine-tuning has moved as this probe sees it.
  func datasetTable() throws -> CSV {
    var table = CSV(
      ["probe", "probe_task", "initialisation", "variant", "measure"].map { .text($0) }
        + [.count("layer"), .text("a"), .text("b")] + Self.seedColumns)
    struct Key: Hashable {
      let probe: Probe
      let initialisation: Initialisation
      let variant: String?
    }
    var order: [Key] = []
    var groups: [Key: [Compared]] = [:]
    for compared in try compared() where compared.comparison.kind == .tasks {
      let last = compared.comparison.models[compared.comparison.models.count - 1].cell
      let key = Key(probe: compared.comparison.probe, initialisation: last.initialisation, variant: last.variant)
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append(compared)
    }
    for key in order {
      let seeds = groups[key] ?? []
      guard let comparison = seeds.first?.comparison else { continue }
      func name(_ model: ModelState) -> String { model.isTrained ? model.cell.task : model.name }
      for measure in Measure.allCases {
        let known = seeds.compactMap { $0.distances[measure] }
        for layer in 0..<(known.map(\.count).min() ?? 0) {
          for (index, pair) in comparison.pairs.enumerated() {
            let front = [
              key.probe.name, key.probe.task, key.initialisation.rawValue, key.variant ?? "plain", measure.rawValue,
              "\(measure.firstLayer + layer)", name(comparison.models[pair.a]), name(comparison.models[pair.b]),
            ]
            table.append(front + Self.seedFields(known.map { $0[layer][index] }.filter { !$0.isNaN }))
          }
        }
      }
    }
    return table
  }

  /// The distance of each model to theta0, layer by layer: [S][layers]; empty for theta0 itself.
  static func profiles(_ layers: [[Double]], _ comparison: Comparison) -> [[Double]] {
    comparison.models.indices.map { model in
      model == 0 ? [] : layers.map { $0[comparison.index(of: (0, model))] }
    }
  }

  private func isDegenerate(_ cell: Cell) -> Bool {
    figures(cell.id, FineTuningWork.self)[.isDegenerate] == 1
  }
}
