import BERT
import FineTuning
import GLUE
import LinearAlgebra
import TensorFiles
import Testing

/// The tiny model with its lower part frozen, query and key of the layer above, and the rest slowed down.
var intervening: TrainingSettings {
  var settings = quick
  settings.frozenGroups = [.embeddings, .layer(0)]
  settings.frozenQueryKeyLayers = [1]
  settings.layerDecay = 0.9
  return settings
}

@Suite struct InterventionTests {
  /// Ten steps against PyTorch in Float64, with parameter groups and `requires_grad = False`.
  @Test(arguments: ["decayed", "frozen"]) func tenStepsAgreeWithPyTorch(run: String) throws {
    let reference = try SafetensorsFile(fixture("interventions.safetensors"))
    let losses = try reference.float64("\(run).losses")
    let norms = try reference.float64("\(run).gradient_norms")
    let tiny = try TinyTask(dropout: 0)
    var settings = intervening
    if run == "decayed" { (settings.frozenGroups, settings.frozenQueryKeyLayers) = ([], []) }
    let final = try tiny.trainAsReference(steps: 10, settings) { step, loss, norm, _ in
      #expect(abs(loss - losses[step]) < 1e-6, "step \(step)")
      #expect(abs(norm - norms[step]) < 3e-6 * norms[step], "step \(step)")
    }
    let start = try tiny.checkpoint.parameters(for: tiny.model, poolerSeed: 0)
    let factors = try settings.learningRateFactors(for: tiny.model)
    let stored = Set(reference.entries.map(\.name))
    var compared = 0
    for (index, entry) in tiny.model.table.entries.enumerated() where !entry.name.hasSuffix("key.bias") {
      let name = "\(run).final.\(tiny.model.tensorNames[index])"
      if factors.values[index] == 0 {
        #expect(!stored.contains(name))
        #expect(entry.range.allSatisfy { final[$0].bitPattern == start.base[$0].bitPattern }, "\(name)")
      } else if stored.contains(name) {
        #expect(zip(final[entry.range], try reference.float32(name)).allSatisfy { abs($0 - $1) < 5e-6 }, "\(name)")
        compared += 1
      }
    }
    #expect(compared == (run == "decayed" ? 1 : 31))
  }

  /// With weight decay on and all words' rows to decay, on any number of threads, with micro-batches and recomputation.
  @Test(arguments: [1, 2], [false, true])
  func frozenTensorsKeepTheirBits(threads: Int, recomputing: Bool) throws {
    var settings = intervening
    settings.optimiser.weightDecay = 0.1
    settings.recomputesLayers = recomputing
    settings.microBatchSize = 4
    let tiny = try TinyTask()
    let trainer = try tiny.trainer(settings, threads: threads)
    let start = (0..<tiny.model.table.count).map { trainer.parameters[$0] }
    for _ in 0..<10 { try trainer.advance() }
    let factors = try settings.learningRateFactors(for: tiny.model)
    for (entry, factor) in zip(tiny.model.table.entries, factors.values) {
      // The last layer's key bias never has a gradient.
      if entry.name == "encoder.layer.2.attention.self.key.bias" { continue }
      let isKept = entry.range.allSatisfy { trainer.parameters[$0].bitPattern == start[$0].bitPattern }
      #expect(isKept == (factor == 0), "\(entry.name)")
    }
  }

  /// The norm that clips is that of the other tensors' gradients, summed here from a backward pass in which nothing is
  /// frozen.
  @Test func normLeavesOutWhatIsFrozen() throws {
    let tiny = try TinyTask(dropout: 0)
    let targets = try Targets(try #require(tiny.data.labels), outputs: 3)
    let trainer = try tiny.trainer(intervening)
    let examples = trainer.examples(step: 0)
    let batch = tiny.data.batch(examples)
    let workspace = Workspace(tiny.model, capacity: batch.shape, purpose: .training(recomputing: false))
    let gradients = AlignedBuffer<Float>(count: tiny.model.table.count)
    tiny.model.forward(batch, parameters: trainer.parameters, workspace: workspace)
    _ = tiny.model.backward(
      batch, targets: targets.selecting(examples), scale: 1 / Double(examples.count), parameters: trainer.parameters,
      workspace: workspace, dropout: nil, gradients: gradients.pointer)
    let factors = try intervening.learningRateFactors(for: tiny.model)
    var squares = (learning: 0.0, frozen: 0.0)
    for (entry, factor) in zip(tiny.model.table.entries, factors.values) {
      let sum = entry.range.reduce(0) { $0 + Double(gradients.pointer[$1]) * Double(gradients.pointer[$1]) }
      if factor == 0 { squares.frozen += sum } else { squares.learning += sum }
    }
    try trainer.advance()
    let norm = squares.learning.squareRoot()
    #expect(abs(trainer.history[0].gradientNorm - norm) < 1e-6 * norm)
    #expect(squares.frozen > 0.01 * squares.learning, "which it would be off by")
  }

  @Test func settingsBecomeFactors() throws {
    let model = try TinyTask().model
    #expect(try TrainingSettings().learningRateFactors(for: model).values == LearningRateFactors(model.table).values)
    var factors = LearningRateFactors(model.table)
    factors.decayByLayer(0.9)
    factors.freeze(.embeddings)
    factors.freeze(.layer(0))
    factors.freezeQueryAndKey(ofLayer: 1)
    #expect(try intervening.learningRateFactors(for: model).values == factors.values)
  }

  @Test(arguments: [3, -1, 12]) func layersThatTheModelLacksAreRefused(layer: Int) throws {
    let tiny = try TinyTask()
    let expected = FineTuningError.noSuchLayer(got: layer, layers: 3)
    var settings = quick
    settings.frozenGroups = [.embeddings, .layer(layer)]
    #expect(throws: expected) { try settings.learningRateFactors(for: tiny.model) }
    #expect(throws: expected) { try tiny.trainer(settings) }
    settings = quick
    settings.frozenQueryKeyLayers = [0, layer]
    #expect(throws: expected) { try tiny.trainer(settings) }
    #expect("\(expected)" == "layer \(layer) is to be frozen, the model has layers 0 to 2; name layers of this model")
  }

  @Test(arguments: [0, -0.9, 1.5, .nan, .infinity]) func layerDecayOutOfRangeIsRefused(decay: Double) throws {
    let tiny = try TinyTask()
    var settings = quick
    settings.layerDecay = decay
    #expect(throws: FineTuningError.layerDecay(got: "\(decay)")) { try tiny.trainer(settings) }
  }
}
