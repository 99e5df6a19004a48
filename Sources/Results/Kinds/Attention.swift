internal import Sweep

extension TablesOfKind {
  /// Every pair of models, layer by layer and head by head (from 0), the layer's mean first. Layer l is the one whose output
  /// features of layer l are.
  func visit(_ kind: AttentionWork.Type) throws -> [ResultTable] {
    var table = CSV(
      [.text("comparison"), .text("kind"), .text("probe"), .count("layer"), .text("head")] + RunResults.modelColumns
        + [.number("attention_js"), .number("attention_js_se"), .count("examples"), .text("status")])
    for planned in results.plan.comparisons {
      guard let unit = planned.attention else { continue }
      let comparison = planned.comparison
      let front = [comparison.name, comparison.kind.rawValue, comparison.probe.name]
      guard let file = try results.payload(unit) else {
        table.append(front + ["", "", "", "", "", "", "", "", results.status(unit)])
        continue
      }
      let examples = CSV.number(results.figures(unit, kind)[.examples])
      let shape = try RunResults.shape(of: "heads.mean", in: file, count: 3)
      let pairs = comparison.pairs
      let matched = pairs.indices.filter { comparison.sharesHeads(pairs[$0].a, pairs[$0].b) }
      let (all, heads) = (shape[0] * pairs.count, shape[0] * matched.count * shape[2])
      let means = try RunResults.numbers("layers.mean", in: file, count: all)
      let errors = try RunResults.numbers("layers.se", in: file, count: all)
      let headMeans = try RunResults.numbers("heads.mean", in: file, count: heads)
      let headErrors = try RunResults.numbers("heads.se", in: file, count: heads)
      for layer in 0..<shape[0] {
        for (index, pair) in pairs.enumerated() {
          let models = results.fields(of: comparison, pair: pair)
          func append(_ head: String, _ mean: Double, _ error: Double) {
            table.append(
              front + ["\(layer + 1)", head] + models + [
                RunResults.field(mean), RunResults.field(error), examples, "done",
              ])
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
    return [ResultTable(name: "attention", rows: table)]
  }
}

extension SeedFiguresOfKind {
  /// Profiles of attention are made with those of features.
  func visit(_ kind: AttentionWork.Type) {}
}
