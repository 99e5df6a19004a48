internal import BERT
internal import FineTuning
internal import Foundation
internal import GLUE
internal import LearningDynamics
internal import LinearAlgebra
internal import Sweep
internal import TensorFiles

extension UnitWorker {
  /// A model on a probe: `kept.L` for each layer, `rows`; the payload has ``LayerFeatures/arrays(_:)`` of each layer,
  /// `sequences`, the example of each row, [N], and as metadata `hash` of the probe's rows.
  func decompose(_ work: ProbeWork, _ unit: WorkUnit) throws -> Result {
    // A surface's memory is not held beside a probe's.
    forgetEvaluator()
    let model = site.encoder
    let parameters = try parameters(
      of: work.model, cells: work.model.isTrained ? [work.model.cell] : [], unit)
    let features = try Features(model, try examples(of: work.probe), work.probe)
    var states = withExtendedLifetime(parameters) {
      features.take(parameters.base, layers: work.layers, team: team)
    }
    let halves = SequenceRows(sequenceOfRow: features.sequences).halves(seed: UInt64(work.probe.seed))
    var arrays: [NamedArray] = []
    var measurements = ["rows": Double(features.rows.count)]
    for (index, layer) in work.layers.enumerated() {
      let layerFeatures = try LayerFeatures(
        states[index], columns: model.configuration.hiddenSize, halves: halves, isComplete: work.isComplete)
      states[index] = []
      arrays += layerFeatures.arrays(layer)
      measurements["kept.\(layer)"] = Double(layerFeatures.basis.kept)
    }
    arrays += [
      NamedArray(
        name: "sequences", shape: [features.sequences.count], elements: .int32(features.sequences.map(Int32.init)))
    ]
    return .done(
      measurements: measurements, payload: try Safetensors.encode(arrays, metadata: ["hash": features.hash.hex]))
  }

  /// At rank 0: the gathered decompositions of a comparison's models, layer by layer, a few models at a time as the sweep's
  /// memory for it allows. Payload, for P pairs and S models: `MEASURE.L`, [P], NaN where a distance does not exist (the
  /// reason is metadata `MEASURE.L.PAIR`); of SVCCA `svcca_null.L`, `svcca_held_out.L`, `svcca_spread.L`, [P], and
  /// `svcca_degenerate.L`, [P]; `pwcca_reverse.L`, `cka_debiased.L`, [P]; `kept.L`, [S]; and as metadata `hash`.
  func compareFeatures(
    _ comparison: Comparison, by measures: [Measure], _ unit: WorkUnit, _ inputs: [Identity: [String: Double]]
  ) throws -> Result {
    forgetEvaluator()
    let gathered = try GatheredFeatures(unit, models: comparison.models.count, memory: site.sweep.gather.memory, inputs)
    {
      try payload($0)
    }
    let seed = UInt64(comparison.probe.seed)
    var arrays: [NamedArray] = []
    var metadata: [String: String] = [:]
    for layer in 0...site.checkpoint.configuration.layers {
      let pairs = comparison.pairs
      var figures: [String: [Double]] = [:]
      try gathered.forEachPair(pairs, layer: layer) { index, x, y in
        for (name, value, reason) in try Self.figures(measures, x, y, sequences: gathered.sequences, seed: seed) {
          figures[name, default: [Double](repeating: .nan, count: pairs.count)][index] = value ?? .nan
          if value == nil { metadata["\(name).\(layer).\(index)"] = reason?.rawValue ?? "" }
        }
      }
      arrays += figures.sorted { $0.key < $1.key }.map {
        NamedArray(name: "\($0.key).\(layer)", shape: [pairs.count], elements: .float64($0.value))
      }
      arrays.append(
        NamedArray(
          name: "kept.\(layer)", shape: [comparison.models.count],
          elements: .int64(try gathered.kept(layer).map(Int64.init))))
    }
    metadata["hash"] = gathered.hash
    return .done(
      measurements: ["rows": Double(gathered.sequences.count)],
      payload: try Safetensors.encode(arrays, metadata: metadata))
  }

  private typealias Figure = (name: String, value: Double?, reason: Missing?)

  /// All figures of a pair in a layer.
  private static func figures(
    _ measures: [Measure], _ x: LayerFeatures, _ y: LayerFeatures, sequences: SequenceRows, seed: UInt64
  ) throws -> [Figure] {
    var figures: [Figure] = []
    if measures.contains(.svcca) {
      let svcca = try SVCCA(x.basis, y.basis)
      let null = try SVCCANull(x.basis, y.basis, sequences: sequences, seed: seed)
      let heldOut = try HeldOutSVCCA(x.halves, y.halves)
      figures += [
        ("svcca", svcca.distance, svcca.reason), ("svcca_null", null.distance, null.reason),
        ("svcca_held_out", heldOut.distance, heldOut.reason), ("svcca_spread", heldOut.spread, heldOut.reason),
        ("svcca_degenerate", svcca.isDegenerate ? 1 : 0, nil),
      ]
    }
    guard let x = x.decomposition, let y = y.decomposition else { return figures }
    let comparison = try FeatureComparison(x, y)
    if measures.contains(.cca) {
      let cca = try comparison.cca()
      figures += [("cca", cca.distance, cca.reason), ("cca_degenerate", cca.isDegenerate ? 1 : 0, nil)]
    }
    if measures.contains(.pwcca) {
      let pwcca = try comparison.pwcca()
      figures += [
        ("pwcca", pwcca.distance, pwcca.reason), ("pwcca_reverse", pwcca.reverseDistance, pwcca.reason),
        ("pwcca_degenerate", pwcca.isDegenerate ? 1 : 0, nil),
      ]
    }
    if measures.contains(.cka) {
      let cka = comparison.cka()
      figures += [("cka", cka.distance, cka.reason), ("cka_debiased", cka.debiased, cka.debiasedReason)]
    }
    if measures.contains(.procrustes) {
      let procrustes = try comparison.procrustes()
      figures += [("procrustes", procrustes.distance, procrustes.reason)]
    }
    return figures
  }
}

/// The decompositions of several models on one probe as rank 0 gathered them: files, of which no more than a stated number of
/// bytes is in memory.
private struct GatheredFeatures {
  /// Which rows are of one example.
  let sequences: SequenceRows
  /// Of the probe's rows, the same for all models.
  let hash: String
  private let memory: Int
  /// Of each model its files, which hold some layers each, and how many directions SVCCA keeps of a layer.
  private let models: [[(url: URL, kept: [Int: Int])]]

  /// - Parameter models: how many; the unit needs each model's probes in turn.
  /// - Throws: ``ExperimentError/probeRowsDiffer(unit:)`` where models saw different rows.
  init(
    _ unit: WorkUnit, models count: Int, memory: Int, _ inputs: [Identity: [String: Double]],
    payload: (Identity) throws -> URL
  ) throws {
    self.memory = memory
    let parts = unit.needs.count / max(1, count)
    guard parts > 0, parts * count == unit.needs.count else {
      throw ExperimentError.missingInput(unit: unit.name, what: "its models' probes")
    }
    models = try (0..<count).map { model in
      try unit.needs[model * parts..<(model + 1) * parts].map { need in
        let kept = (inputs[need] ?? [:]).compactMap { name, value -> (Int, Int)? in
          guard name.hasPrefix("kept."), let layer = Int(name.dropFirst(5)), let kept = Int(exactly: value) else {
            return nil
          }
          return (layer, kept)
        }
        return (try payload(need), Dictionary(kept) { first, _ in first })
      }
    }
    let files = try models.flatMap { try $0.map { try SafetensorsFile($0.url) } }
    let hashes = files.map { $0.metadata["hash"] ?? "" }
    guard let first = hashes.first, hashes.allSatisfy({ $0 == first }), let file = files.first else {
      throw ExperimentError.probeRowsDiffer(unit: unit.name)
    }
    hash = first
    sequences = SequenceRows(sequenceOfRow: try file.int32("sequences").map(Int.init))
  }

  /// How many directions SVCCA keeps of a layer, model by model.
  func kept(_ layer: Int) throws -> [Int] {
    models.map { parts in parts.lazy.compactMap { $0.kept[layer] }.first ?? 0 }
  }

  /// Calls `body` once for each pair with its index and both models' layer, in an order in which few models need be in memory.
  func forEachPair(
    _ pairs: [(a: Int, b: Int)], layer: Int, _ body: (Int, LayerFeatures, LayerFeatures) throws -> Void
  ) throws {
    // Two blocks of models at a time; beside them one model's bytes are left for what a comparison makes.
    let largest = try models.indices.map { try bytes($0, layer: layer) }.max() ?? 0
    let block = max(1, (memory / max(1, largest) - 1) / 2)
    let order = pairs.indices.sorted {
      (pairs[$0].a / block, pairs[$0].b / block, $0) < (pairs[$1].a / block, pairs[$1].b / block, $1)
    }
    var held: [Int: LayerFeatures] = [:]
    for index in order {
      let (a, b) = pairs[index]
      held = held.filter { [a / block, b / block].contains($0.key / block) }
      for model in [a, b] where held[model] == nil { held[model] = try load(model, layer: layer) }
      if let x = held[a], let y = held[b] { try body(index, x, y) }
    }
  }

  private func bytes(_ model: Int, layer: Int) throws -> Int {
    LayerFeatures.bytes(try file(model, layer: layer).file, layer: layer)
  }

  private func load(_ model: Int, layer: Int) throws -> LayerFeatures {
    let (file, kept) = try file(model, layer: layer)
    return try LayerFeatures(file, layer: layer, kept: kept)
  }

  /// The file of a layer, opened for this use alone, so that its pages are given back.
  private func file(_ model: Int, layer: Int) throws -> (file: SafetensorsFile, kept: Int) {
    guard let part = models[model].first(where: { $0.kept[layer] != nil }), let kept = part.kept[layer] else {
      throw ExperimentError.missingInput(unit: "similarity", what: "layer \(layer) of model \(model)")
    }
    return (try SafetensorsFile(part.url), kept)
  }
}
