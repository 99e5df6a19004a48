internal import BERT
internal import Foundation
internal import GLUE
internal import LearningDynamics
internal import LinearAlgebra
internal import Sweep
internal import TensorFiles

extension RunningUnit {
  /// The attention of a comparison's models, in lock step layer by layer on pieces of the probe; what is held of it is that
  /// of one piece in one layer, or in some of its heads. Payload, for P pairs, of which M share heads: `layers.mean` and
  /// `layers.se`, [layers, P]; `heads.mean` and `heads.se`, [layers, M, heads]; NaN for a standard error of one example.
  /// [METHODS 5]
  func visit(_ work: AttentionWork) throws -> UnitResult {
    let comparison = work.comparison
    let model = site.encoder
    let configuration = model.configuration
    let models = try comparison.models.map { try parameters(of: $0) }
    let data = try worker.examples(of: comparison.probe)
    let pieces = AttentionPieces(data.sequences, of: comparison, model)
    let workspace = Workspace(model, capacity: pieces.capacity, purpose: .inference, team: team)
    let compared = AttentionComparison(
      models: models.count,
      pairs: comparison.pairs.map {
        AttentionPair($0.a, $0.b, heads: comparison.sharesHeads($0.a, $0.b) ? .matched : .unmatched)
      }, layers: configuration.layers, heads: configuration.heads)
    var divergence = AttentionDivergence(compared)
    for piece in pieces.all {
      context.report(fraction: Double(piece.lowerBound) / Double(data.count))
      let batch = data.batch(piece)
      let blocks = pieces.headBlocks(of: piece)
      let attention = models.map { _ in
        AttentionOfModel(lengths: batch.lengths, heads: blocks.map(\.count).max() ?? 0)
      }
      var examples = batch.lengths.map { ExampleDivergence(compared, length: $0, stride: $0) }
      let isStopped = try withExtendedLifetime((models, attention)) {
        let passes = models.map { SteppedPass(model, batch, parameters: $0.base, workspace: workspace) }
        for layer in 0..<configuration.layers {
          for heads in blocks {
            if context.shouldStop { return true }
            for (pass, attention) in zip(passes, attention) {
              pass.step(staying: heads.upperBound < configuration.heads) { attention.take($0, of: heads) }
            }
            for sequence in examples.indices {
              let rows = attention.map { $0.first(of: sequence, heads: heads.count) }
              try examples[sequence].add(rows, layer: layer, heads: heads, team: team)
            }
          }
        }
        return false
      }
      if isStopped { return .interrupted }
      for example in examples { divergence.add(example) }
    }
    var figures = Figures<AttentionWork.Figure>()
    figures[.examples] = Double(data.count)
    return .done(figures, payload: try Self.encode(divergence))
  }

  private static func encode(_ divergence: AttentionDivergence) throws -> [UInt8] {
    let comparison = divergence.comparison
    let (layers, pairs) = (comparison.layers, comparison.pairs.count)
    func arrays(_ name: String, _ shape: [Int], _ means: [ExampleMean]) -> [NamedArray] {
      [
        NamedArray(name: "\(name).mean", shape: shape, elements: .float64(means.map(\.value))),
        NamedArray(name: "\(name).se", shape: shape, elements: .float64(means.map { $0.standardError ?? .nan })),
      ]
    }
    let ofLayers = (0..<layers).flatMap { layer in
      (0..<pairs).compactMap { divergence.mean(ofLayer: layer, pair: $0) }
    }
    let matched = comparison.matchedPairs
    let ofHeads = (0..<layers).flatMap { layer in
      matched.flatMap { divergence.means(ofHeadsIn: layer, pair: $0) ?? [] }
    }
    return try Safetensors.encode(
      arrays("layers", [layers, pairs], ofLayers)
        + arrays("heads", [layers, matched.count, comparison.heads], ofHeads))
  }
}

extension FootprintOfWork {
  /// The attention of a piece's layer and the hidden states in all models, and the workspace.
  func visit(_ work: AttentionWork) throws -> Needed {
    let comparison = work.comparison
    return Needed(
      memory: try once([
        Work.Kind.attention, AnyHashable(comparison.probe), comparison.kind, comparison.models.count, work.threads,
      ]) {
        let sequences = try worker.examples(of: comparison.probe).sequences
        let pieces = AttentionPieces(sequences, of: comparison, site.encoder)
        let workspace = Workspace.bytes(
          site.encoder, capacity: pieces.capacity, purpose: .inference, threads: work.threads)
        return Double(workspace + pieces.bytes)
      })
  }
}
