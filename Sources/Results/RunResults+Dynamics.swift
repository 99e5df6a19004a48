internal import Foundation
internal import LearningDynamics
internal import Sweep
internal import TensorFiles

// Comparisons between models: of features and of attention. [METHODS 5 to 7]
extension RunResults {
  /// A comparison's figures as they were recorded: of each measure, layer by layer, [P]; NaN where there is none.
  struct Compared {
    let comparison: Comparison
    /// By measure; of attention the mean over heads.
    fileprivate(set) var distances: [Measure: [[Double]]] = [:]
  }

  static let modelColumns = ["a", "b", "step_b"]

  func fields(of comparison: Comparison, pair: (a: Int, b: Int)) -> [String] {
    let (a, b) = (comparison.models[pair.a], comparison.models[pair.b])
    let step =
      switch b {
      case .initial: 0
      case .snapshot(_, let step): step
      case .final(let cell): cell.recipe.steps(examples: cell.recipe.trainRows ?? 0)
      }
    return [a.name, b.name, "\(step)"]
  }

  /// All comparisons with what is known of them.
  func compared() throws -> [Compared] {
    try plan.comparisons.map { planned in
      var compared = Compared(comparison: planned.comparison)
      let pairs = planned.comparison.pairs.count
      if let file = try planned.attention.flatMap({ try payload($0) }) {
        let layers = try Self.shape(of: "heads.mean", in: file, count: 3)[0]
        let means = try Self.numbers("layers.mean", in: file, count: layers * pairs)
        compared.distances[.attention] = (0..<layers).map { Array(means[$0 * pairs..<($0 + 1) * pairs]) }
      }
      if let file = try planned.similarity.flatMap({ try payload($0) }) {
        for measure in planned.measures {
          compared.distances[measure] = try layers(of: file).map {
            try Self.numbers("\(measure.rawValue).\($0)", in: file, count: pairs)
          }
        }
      }
      return compared
    }
  }

  /// An array of a payload.
  ///
  /// - Throws: ``ResultsError/unreadable(path:reason:)`` where it has another number of elements, `TensorFileError`.
  private static func numbers(_ name: String, in file: SafetensorsFile, count: Int) throws -> [Double] {
    let numbers = try file.float64(name)
    guard numbers.count == count else {
      throw ResultsError.unreadable(path: file.path, reason: "\(name) has \(numbers.count) elements, expected \(count)")
    }
    return numbers
  }

  /// The shape of an array of a payload, likewise.
  private static func shape(of name: String, in file: SafetensorsFile, count: Int) throws -> [Int] {
    guard let shape = file.entry(name)?.shape, shape.count == count, shape.allSatisfy({ $0 < 1_000_000 }) else {
      throw ResultsError.unreadable(path: file.path, reason: "it has no \(name) of \(count) dimensions")
    }
    return shape
  }

  private func layers(of file: SafetensorsFile) -> Range<Int> {
    0..<file.entries.count { $0.name.hasPrefix("kept.") }
  }

  /// Every pair of models, layer by layer and measure by measure; layer 0 is the embeddings.
  func similarityTable() throws -> CSV {
    let extra = ["null", "held_out", "spread", "reverse", "debiased", "degenerate"]
    var table = CSV(
      ["comparison", "kind", "probe", "layer"] + Self.modelColumns
        + ["measure", "distance"] + extra + ["kept_a", "kept_b", "rows", "status", "reason"])
    for planned in plan.comparisons {
      guard let unit = planned.similarity else { continue }
      let comparison = planned.comparison
      let front = [comparison.name, comparison.kind.rawValue, comparison.probe.name]
      guard let file = try payload(unit) else {
        for measure in planned.measures {
          table.append(
            front + ["", "", "", "", measure.rawValue, ""] + extra.map { _ in "" } + ["", "", "", status(unit), ""])
        }
        continue
      }
      let rows = CSV.number(try measurements(unit)["rows"])
      for layer in layers(of: file) {
        let kept = try file.int64("kept.\(layer)")
        guard kept.count == comparison.models.count else {
          throw ResultsError.unreadable(
            path: file.path, reason: "kept.\(layer) has \(kept.count) elements, expected \(comparison.models.count)")
        }
        for measure in planned.measures {
          let name = measure.rawValue
          let pairs = comparison.pairs
          let distances = try Self.numbers("\(name).\(layer)", in: file, count: pairs.count)
          let others = try extra.map { part in
            let other = "\(name)_\(part).\(layer)"
            return file.entry(other) == nil ? nil : try Self.numbers(other, in: file, count: pairs.count)
          }
          for (index, pair) in pairs.enumerated() {
            let reason = file.metadata["\(name).\(layer).\(index)"]
            table.append(
              front + ["\(layer)"] + fields(of: comparison, pair: pair) + [name, Self.field(distances[index])]
                + others.map { $0.map { Self.field($0[index]) } ?? "" }
                + (measure == .svcca ? ["\(kept[pair.a])", "\(kept[pair.b])"] : ["", ""])
                + [rows, reason == nil ? "done" : "does not exist", reason ?? ""])
          }
        }
      }
    }
    return table
  }

  /// A number, or nothing for NaN: what does not exist.
  private static func field(_ value: Double) -> String { CSV.number(value.isNaN ? nil : value) }

  /// Every pair of models, layer by layer and head by head (from 0), the layer's mean first. Layer l is the one whose output
  /// features of layer l are.
  func attentionTable() throws -> CSV {
    var table = CSV(
      ["comparison", "kind", "probe", "layer", "head"] + Self.modelColumns
        + ["attention_js", "attention_js_se", "examples", "status"])
    for planned in plan.comparisons {
      guard let unit = planned.attention else { continue }
      let comparison = planned.comparison
      let front = [comparison.name, comparison.kind.rawValue, comparison.probe.name]
      guard let file = try payload(unit) else {
        table.append(front + ["", "", "", "", "", "", "", "", status(unit)])
        continue
      }
      let examples = CSV.number(try measurements(unit)["examples"])
      let shape = try Self.shape(of: "heads.mean", in: file, count: 3)
      let pairs = comparison.pairs
      let matched = pairs.indices.filter { comparison.sharesHeads(pairs[$0].a, pairs[$0].b) }
      let (all, heads) = (shape[0] * pairs.count, shape[0] * matched.count * shape[2])
      let means = try Self.numbers("layers.mean", in: file, count: all)
      let errors = try Self.numbers("layers.se", in: file, count: all)
      let headMeans = try Self.numbers("heads.mean", in: file, count: heads)
      let headErrors = try Self.numbers("heads.se", in: file, count: heads)
      for layer in 0..<shape[0] {
        for (index, pair) in pairs.enumerated() {
          let models = fields(of: comparison, pair: pair)
          func append(_ head: String, _ mean: Double, _ error: Double) {
            table.append(
              front + ["\(layer + 1)", head] + models + [Self.field(mean), Self.field(error), examples, "done"])
          }
          append("mean", means[layer * pairs.count + index], errors[layer * pairs.count + index])
          guard let place = matched.firstIndex(of: index) else { continue }
          for head in 0..<shape[2] {
            let at = (layer * matched.count + place) * shape[2] + head
            append("\(head)", headMeans[at], headErrors[at])
          }
        }
      }
    }
    return table
  }

  /// The probes as they were taken, with the hash of their rows.
  func probeTable() throws -> CSV {
    var table = CSV(["probe", "task", "split", "tokens", "examples", "max_length", "rows", "hash"])
    var seen: Set<Probe> = []
    for planned in plan.comparisons where seen.insert(planned.comparison.probe).inserted {
      let probe = planned.comparison.probe
      let units = plan.comparisons.filter { $0.comparison.probe == probe }.compactMap(\.similarity)
      let file = try units.lazy.compactMap { try payload($0) }.first
      let rows = try units.lazy.compactMap { try measurements($0)["rows"] }.first
      table.append([
        probe.name, probe.task, probe.split.rawValue, probe.tokens.rawValue, "\(probe.examples)",
        probe.maxLength.map { "\($0)" } ?? "", CSV.number(rows), file?.metadata["hash"] ?? "",
      ])
    }
    return table
  }
}

// Consistency between seeds and between datasets. [METHODS 7]
extension RunResults {
  /// Means over the pairs of seeds, with bootstrap interval and jackknife standard error; of all cells, and of those that
  /// learned something. Where the sweep varies head and order seeds apart, also of the pairs that differ in one of the two
  /// alone. Layer by layer, and of `profile`: 1 - the rank correlation of two seeds' distances to theta0 over the layers.
  func consistencyTable() throws -> CSV {
    var table = CSV([
      "comparison", "probe", "measure", "layer", "cells", "varied", "seeds", "mean", "lowest", "highest",
      "standard_error",
      "reason",
    ])
    for compared in try compared() where compared.comparison.kind == .seeds {
      let comparison = compared.comparison
      let trained = comparison.models.indices.dropFirst()
      let learned = try trained.filter { try !isDegenerate(comparison.models[$0].cell) }
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
    var table = CSV([
      "probe", "probe_task", "initialisation", "variant", "measure", "layer", "a", "b", "seeds", "mean", "lowest",
      "highest", "interval", "reason",
    ])
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

  private func isDegenerate(_ cell: Cell) throws -> Bool {
    guard let unit = cells.first(where: { $0.cell == cell })?.unit else { return false }
    return try measurements(unit.id)["degenerate"] == 1
  }
}

extension Measure {
  /// The number of its first layer: features begin with the embeddings, 0; attention is that of layers 1 ...
  fileprivate var firstLayer: Int { self == .attention ? 1 : 0 }
}
