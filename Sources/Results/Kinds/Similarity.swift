internal import LearningDynamics
internal import Sweep
internal import TensorFiles

extension TablesOfKind {
  func visit(_ kind: SimilarityWork.Type) throws -> [ResultTable] {
    [
      ResultTable(name: "similarity", rows: try results.similarityTable()),
      ResultTable(name: "consistency", rows: try results.consistencyTable()),
      ResultTable(name: "datasets", rows: try results.datasetTable()),
    ]
  }
}

extension SeedFiguresOfKind {
  /// Where in the model fine-tuning changes attention and features: the mean distance to theta0 over the thirds of the layers,
  /// less that of the lowest third; of models of three layers at least. [METHODS, claim 5]
  func visit(_ kind: SimilarityWork.Type) throws {
    for compared in try results.compared() where compared.comparison.kind == .seeds {
      let comparison = compared.comparison
      for measure in Measure.allCases {
        guard let layers = compared.distances[measure] else { continue }
        let profiles = RunResults.profiles(layers, comparison)
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

extension RunResults {
  /// Every pair of models, layer by layer and measure by measure; layer 0 is the embeddings.
  fileprivate func similarityTable() throws -> CSV {
    let extra = PairFigures.Part.allCases.filter { $0 != .distance }
    var table = CSV(
      [.text("comparison"), .text("kind"), .text("probe"), .count("layer")] + Self.modelColumns
        + [.text("measure"), .number("distance")]
        + extra.map { $0 == .degenerate ? .flag($0.rawValue) : .number($0.rawValue) }
        + [.count("kept_a"), .count("kept_b"), .count("rows"), .text("status"), .text("reason")])
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
      let rows = CSV.number(figures(unit, SimilarityWork.self)[.rows])
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
            let other = "\(part.name(of: measure)).\(layer)"
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
}
