internal import Foundation
internal import LearningDynamics
internal import Sweep
internal import TensorFiles

extension RunningUnit {
  /// At rank 0: the gathered decompositions of a comparison's models, layer by layer, a few models at a time as the sweep's
  /// memory for it allows. Payload, for P pairs and S models: `MEASURE.L`, [P], NaN where a distance does not exist (the
  /// reason is metadata `MEASURE.L.PAIR`); of SVCCA `svcca_null.L`, `svcca_held_out.L`, `svcca_spread.L`, [P], and
  /// `svcca_degenerate.L`, [P]; `pwcca_reverse.L`, `cka_debiased.L`, [P]; `kept.L`, [S]; and as metadata `hash`.
  func visit(_ work: SimilarityWork) throws -> UnitResult {
    let comparison = work.comparison
    let gathered = try GatheredFeatures(work, in: site.run, memory: site.sweep.gather.memory)
    let seed = UInt64(comparison.probe.seed)
    var arrays: [NamedArray] = []
    var metadata: [String: String] = [:]
    for layer in gathered.layers {
      let pairs = comparison.pairs
      var figures: [String: [Double]] = [:]
      try gathered.forEachPair(pairs, layer: layer) { index, x, y in
        let pair = try FeaturePair(x, y, sequences: gathered.sequences, seed: seed)
        for measure in work.measures {
          for figure in try measure.measure(pair)?.figures ?? [] {
            let name = figure.part.name(of: measure)
            figures[name, default: [Double](repeating: .nan, count: pairs.count)][index] = figure.value ?? .nan
            if figure.value == nil { metadata["\(name).\(layer).\(index)"] = figure.reason?.rawValue ?? "" }
          }
        }
      }
      arrays += figures.sorted { $0.key < $1.key }.map {
        NamedArray(name: "\($0.key).\(layer)", shape: [pairs.count], elements: .float64($0.value))
      }
      arrays.append(
        NamedArray(
          name: "kept.\(layer)", shape: [comparison.models.count],
          elements: .int64(gathered.kept(layer).map(Int64.init))))
    }
    metadata["hash"] = gathered.hash
    var figures = Figures<SimilarityWork.Figure>()
    figures[.rows] = Double(gathered.sequences.count)
    return .done(figures, payload: try Safetensors.encode(arrays, metadata: metadata))
  }
}

extension FootprintOfWork {
  /// At rank 0: one layer of all models, and once more of one; no more than the sweep allows.
  func visit(_ work: SimilarityWork) throws -> Needed {
    let layer = try decompositions(layers: 1, of: work.comparison.probe)
    return Needed(memory: min(Double(site.sweep.gather.memory), layer * Double(work.comparison.models.count + 1)))
  }
}
