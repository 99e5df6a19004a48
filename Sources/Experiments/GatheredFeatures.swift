internal import Foundation
internal import LearningDynamics
internal import Sweep

/// The decompositions of several models on one probe as rank 0 gathered them: files, of which no more than a stated number of
/// bytes is in memory.
struct GatheredFeatures {
  /// Which rows are of one example.
  let sequences: SequenceRows
  /// Of the probe's rows, the same for all models.
  let hash: String
  /// The layers that all models have, 0 the embeddings.
  let layers: Range<Int>
  private let memory: Int
  /// Of each model the file of each layer, and how many directions SVCCA keeps of it.
  private let models: [[(url: URL, kept: Int)]]

  /// - Throws: ``ExperimentError/missingInput(unit:what:)``, ``ExperimentError/probeRowsDiffer(unit:)`` where models saw
  ///   different rows.
  init(_ work: SimilarityWork, in run: RunDirectory, memory: Int) throws {
    self.memory = memory
    var hashes: Set<String> = []
    var sequences: SequenceRows?
    models = try work.decompositions.map { parts in
      var layers: [Int: (url: URL, kept: Int)] = [:]
      for part in parts {
        let url = run.root.appending(path: part.file)
        let file = try ProbeFile(url)
        hashes.insert(file.hash)
        sequences = try sequences ?? file.sequences()
        for (layer, kept) in file.kept { layers[layer] = (url, kept) }
      }
      guard layers.keys.sorted() == Array(0..<layers.count) else {
        throw ExperimentError.missingInput(unit: work.name, what: "features of all layers")
      }
      return (0..<layers.count).compactMap { layers[$0] }
    }
    layers = 0..<(models.map(\.count).min() ?? 0)
    guard let sequences, let hash = hashes.first, hashes.count == 1 else {
      throw ExperimentError.probeRowsDiffer(unit: work.name)
    }
    (self.sequences, self.hash) = (sequences, hash)
  }

  /// How many directions SVCCA keeps of a layer, model by model.
  func kept(_ layer: Int) -> [Int] { models.map { $0[layer].kept } }

  /// Calls `body` once for each pair with its index and both models' layer, in an order in which few models need be in memory.
  func forEachPair(
    _ pairs: [(a: Int, b: Int)], layer: Int, _ body: (Int, LayerFeatures, LayerFeatures) throws -> Void
  ) throws {
    // Two blocks of models at a time; beside them one model's bytes are left for what a comparison makes.
    let largest = try models.map { try ProbeFile($0[layer].url).bytes(layer) }.max() ?? 0
    let block = max(1, (memory / max(1, largest) - 1) / 2)
    let order = pairs.indices.sorted {
      (pairs[$0].a / block, pairs[$0].b / block, $0) < (pairs[$1].a / block, pairs[$1].b / block, $1)
    }
    var held: [Int: LayerFeatures] = [:]
    for index in order {
      let (a, b) = pairs[index]
      held = held.filter { [a / block, b / block].contains($0.key / block) }
      for model in [a, b] where held[model] == nil {
        // Opened for this use alone, so that its pages are given back.
        held[model] = try ProbeFile(models[model][layer].url).layer(layer)
      }
      if let x = held[a], let y = held[b] { try body(index, x, y) }
    }
  }
}
