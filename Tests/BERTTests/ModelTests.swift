import BERT
import LinearAlgebra
import Randomness
import Testing

/// The whole model against the twins of its ops, one behind the other: that every op gets its own tensors, and every
/// dropout the mask of its place and layer.
@Suite struct ModelTests {
  /// Two layers of 8 channels. Small weights keep logits and gradients below 1, with a few 6e-8 of error each.
  @Test(arguments: [nil, 0.3]) func lossAndGradient(dropout probability: Double?) throws {
    var configuration = try BERTConfiguration.tiny(dropout: probability ?? 0)
    configuration.layers = 2
    configuration.attentionDropout /= 2
    configuration.classifierDropout = 0.5
    let model = BERTModel(configuration, outputs: 3)
    let dropout = probability.map { _ in
      Dropout(configuration, generator: Philox(seed: 3, purpose: .dropout), step: 5, firstExample: 4)
    }
    let batch = try TinyCase(TinyShape(lengths: [3, 1, 17], channels: 8, heads: 2)).batch
    let targets = Labels.classes([2, 0, 1])
    var draws = Draws()
    let start = draws.normal(model.table.count, scale: 0.4)
    func loss(_ parameters: [Double]) -> (logits: [Double], mean: Double) {
      let tensors = Dictionary(
        uniqueKeysWithValues: model.table.entries.map { ($0.name, Array(parameters[$0.range])) })
      let logits = Twin.model(batch, configuration, tensors, dropout: dropout)
      return (logits, Twin.losses(logits, targets).reduce(0, +) / 3)
    }

    let workspace = Workspace(model, capacity: batch.shape, purpose: .training(recomputing: false))
    let logits = Array(
      model.forward(batch, parameters: floats(start), workspace: workspace, dropout: dropout))
    let expected = loss(start)
    expectClose(logits, expected.logits, within: 1e-6)
    var gradients = accumulators([Double](repeating: 0, count: model.table.count))
    let losses = model.backward(
      batch, targets: try Targets(targets, outputs: 3), scale: 1.0 / 3, parameters: floats(start), workspace: workspace,
      dropout: dropout,
      gradients: &gradients)
    #expect(abs(losses.reduce(0, +) / 3 - expected.mean) < 1e-6)
    expectClose(gradients, differences(start) { loss($0).mean }, within: 1e-6)
  }
}
