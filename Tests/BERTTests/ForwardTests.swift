import BERT
import LinearAlgebra
import TensorFiles
import Testing

/// Against transformers in Float64. Float32 keeps 24 bits: values of order 1 after some dozen operations a layer agree
/// to a few 1e-6.
@Suite struct ForwardTests {
  @Test func logitsHiddenStatesAndAttentions() throws {
    let reference = try Fixture.file("tiny/reference.safetensors")
    let checkpoint = try Checkpoint(directory: Fixture.directory("tiny"))
    let model = BERTModel(checkpoint.configuration, outputs: checkpoint.outputs)
    let parameters = try checkpoint.parameters(for: model, poolerSeed: 0)
    let batch = try Fixture.batch(reference)
    let workspace = Workspace(model, capacity: batch.shape, purpose: .inference)
    var hidden: [[Float]] = []
    var attentions = [[Float]](repeating: [], count: model.configuration.layers)
    let observer = BERTModel.Observer(
      hiddenState: { _, states in hidden.append(Array(states)) },
      attention: { rows in
        for i in 0..<rows.length {
          attentions[rows.layer] += UnsafeBufferPointer(start: rows.first + i * rows.stride, count: rows.length)
        }
      })
    let logits = Array(
      model.forward(batch, parameters: parameters.base, workspace: workspace, observer: observer))
    #expect(maximumDifference(logits, try reference.float64("logits")) < 5e-6)
    #expect(hidden.count == model.configuration.layers + 1)
    for (layer, states) in hidden.enumerated() {
      #expect(maximumDifference(states, try reference.float64("hidden_states.\(layer)")) < 5e-6)
    }
    for (layer, rows) in attentions.enumerated() {
      #expect(maximumDifference(rows, try reference.float64("attentions.\(layer)")) < 2e-6)
    }
    let labels = try reference.int64("labels").map { Int($0) }
    let losses = exampleLosses(logits: logits, targets: try Targets(.classes(labels), outputs: 3))
    let mean = losses.reduce(0, +) / Double(losses.count)
    #expect(abs(mean - (try reference.float64("loss"))[0]) < 1e-6)
  }

  /// One sequence alone gives what it gives among others, but for rounding in the shape-dependent matrix products.
  @Test func batchMatesDoNotMatter() throws {
    let reference = try Fixture.file("tiny/reference.safetensors")
    let checkpoint = try Checkpoint(directory: Fixture.directory("tiny"))
    let model = BERTModel(checkpoint.configuration, outputs: checkpoint.outputs)
    let parameters = try checkpoint.parameters(for: model, poolerSeed: 0)
    let whole = try Fixture.batch(reference)
    let workspace = Workspace(model, capacity: whole.shape, purpose: .inference)
    let together = Array(model.forward(whole, parameters: parameters.base, workspace: workspace))
    for sequence in 0..<4 {
      let alone = model.forward(
        try Fixture.batch(reference, sequences: [sequence]), parameters: parameters.base, workspace: workspace)
      let expected = together[sequence * 3..<sequence * 3 + 3].map { Double($0) }
      #expect(maximumDifference(Array(alone), expected) < 2e-6)
    }
  }

  @Test(arguments: ["plain", "bare", "no_pooler", "gamma_beta", "f16", "bf16", "f64", "sharded", "relu"])
  func checkpointVariants(name: String) throws {
    let directory = try Fixture.directory("variants/\(name)")
    let expected = try Fixture.file("variants/\(name)/expected.safetensors")
    let checkpoint = try Checkpoint(directory: directory)
    #expect(checkpoint.hasPooler == (name != "no_pooler"))
    #expect((checkpoint.outputs != nil) == (expected.entry("logits") != nil))
    let model = BERTModel(checkpoint.configuration, outputs: checkpoint.outputs)
    let parameters = try checkpoint.parameters(for: model, poolerSeed: 0)
    let batch = try Fixture.batch(expected)
    var hidden: [[Float]] = []
    let observers = [
      BERTModel.Observer(), BERTModel.Observer(hiddenState: { _, states in hidden.append(Array(states)) }),
    ]
    // Without an observer the last layer is computed for the first tokens alone.
    for observer in observers {
      let workspace = Workspace(model, capacity: batch.shape, purpose: .inference)
      let logits = Array(
        model.forward(batch, parameters: parameters.base, workspace: workspace, observer: observer))
      if expected.entry("logits") != nil {
        #expect(maximumDifference(logits, try expected.float64("logits")) < 5e-6)
      }
    }
    #expect(hidden.count == model.configuration.layers + 1)
    for (layer, states) in hidden.enumerated() {
      #expect(maximumDifference(states, try expected.float64("hidden_states.\(layer)")) < 5e-6)
    }
  }

  /// A pass that waits after every layer, and goes through some layers twice, has the bits of a whole one, however many
  /// passes share the workspace.
  @Test(arguments: [1, 3]) func steppedPass(threads: Int) throws {
    let reference = try Fixture.file("tiny/reference.safetensors")
    let checkpoint = try Checkpoint(directory: Fixture.directory("tiny"))
    let model = BERTModel(checkpoint.configuration, outputs: nil)
    let parameters = try checkpoint.parameters(for: model, poolerSeed: 0)
    let batch = try Fixture.batch(reference)
    let workspace = Workspace(
      model, capacity: batch.shape, purpose: .inference, team: try ThreadTeam(count: threads))
    func numbers(_ rows: AttentionRows) -> [Float] {
      Array(UnsafeBufferPointer(start: rows.first, count: rows.length * rows.stride))
    }
    var whole = [[Float]](repeating: [], count: checkpoint.configuration.layers)
    model.forward(
      batch, parameters: parameters.base, workspace: workspace,
      observer: BERTModel.Observer(attention: { whole[$0.layer] += numbers($0) }))
    let passes = (0..<2).map { _ in
      SteppedPass(model, batch, parameters: parameters.base, workspace: workspace)
    }
    for layer in whole.indices {
      for pass in passes {
        for staying in layer == 1 ? [true, false] : [false] {
          var rows: [Float] = []
          #expect(pass.layer == layer)
          pass.step(staying: staying) { rows += numbers($0) }
          #expect(rows == whole[layer])
        }
      }
    }
    withExtendedLifetime(parameters) {}
  }
}
