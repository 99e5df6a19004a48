import BERT
import LinearAlgebra
import Randomness
import TensorFiles
import Testing

@Suite struct BackwardTests {
  /// Every parameter's gradient against PyTorch in Float64: |dg| <= 1e-4 max(|g|, 1e-6 |all g|), norms per tensor.
  @Test func gradientsOfClassification() throws {
    let reference = try Fixture.file("tiny/reference.safetensors")
    let checkpoint = try Checkpoint(directory: Fixture.directory("tiny"))
    let model = BERTModel(checkpoint.configuration, outputs: checkpoint.outputs)
    let labels = Labels.classes(try reference.int64("labels").map { Int($0) })
    let gradients = try gradients(of: checkpoint, model, Fixture.batch(reference), labels)
    try compare(gradients, model, reference, names: Set(model.tensorNames))
  }

  @Test func gradientsOfRegression() throws {
    let reference = try Fixture.file("regression.safetensors")
    let checkpoint = try Checkpoint(directory: Fixture.directory("tiny"))
    let model = BERTModel(checkpoint.configuration, outputs: 1)
    let labels = Labels.values(try reference.float32("targets").map { Double($0) })
    let head = try reference.float32("classifier.weight") + reference.float32("classifier.bias")
    let gradients = try gradients(of: checkpoint, model, Fixture.batch(reference), labels, head: head)
    let names: Set = ["classifier.weight", "classifier.bias", "bert.embeddings.word_embeddings.weight"]
    try compare(gradients, model, reference, names: names)
  }

  /// With dropout on, the gradient still is the derivative of the loss under the same masks: along a random direction,
  /// central differences of the loss agree. Odd shapes: sequences of 3 and 1 tokens, 8 channels, 2 heads.
  @Test func gradientUnderDropoutIsTheDerivative() throws {
    let checkpoint = try Checkpoint(directory: Fixture.directory("variants/plain"))
    var configuration = checkpoint.configuration
    configuration.hiddenDropout = 0.3
    configuration.attentionDropout = 0.3
    let model = BERTModel(configuration, outputs: checkpoint.outputs)
    let start = try checkpoint.parameters(for: model, poolerSeed: 0)
    var batch = PackedBatch(configuration.inputLimits)
    try batch.append(tokens: [2, 7, 11], segments: [0, 0, 1])
    try batch.append(tokens: [5], segments: [0])
    let targets = try Targets(.classes([1, 0]), outputs: 2)
    let dropout = Dropout(configuration, generator: Philox(seed: 4, purpose: .dropout), step: 3)
    let workspace = Workspace(model, capacity: batch.shape, purpose: .training(recomputing: false))
    let gradients = AlignedBuffer<Float>(count: model.table.count)
    model.forward(batch, parameters: start.base, workspace: workspace, dropout: dropout)
    _ = model.backward(
      batch, targets: targets, scale: 0.5, parameters: start.base, workspace: workspace, dropout: dropout,
      gradients: gradients.pointer)

    let moved = AlignedBuffer<Float>(count: model.table.count)
    func loss(_ direction: [Double], _ step: Double) -> Double {
      for i in 0..<moved.count { moved.pointer[i] = Float(Double(start.base[i]) + step * direction[i]) }
      let logits = model.forward(batch, parameters: moved.pointer, workspace: workspace, dropout: dropout)
      return exampleLosses(logits: Array(logits), targets: targets).reduce(0, +) / 2
    }
    for entry in model.table.entries where !entry.name.hasSuffix("key.bias") {
      var stream = RandomStream(Philox(seed: 9, purpose: .direction), UInt32(entry.range.lowerBound))
      var direction = [Double](repeating: 0, count: model.table.count)
      for i in entry.range { direction[i] = stream.normal() }
      let analytic = entry.range.reduce(0) { $0 + Double(gradients.pointer[$1]) * direction[$1] }
      let h = 1e-3
      let numeric = (loss(direction, h) - loss(direction, -h)) / (2 * h)
      // Float32 losses of order 1 carry about 1e-7 of error, 1e-4 after the division; the rest is the third derivative.
      #expect(abs(analytic - numeric) < 1e-3 + 2e-3 * abs(numeric), "\(entry.name): \(analytic) and \(numeric)")
    }
    // The masks do act: without them the loss is another.
    let plain = model.forward(batch, parameters: start.base, workspace: workspace)
    let dropped = Array(plain)
    let again = model.forward(batch, parameters: start.base, workspace: workspace, dropout: dropout)
    #expect(dropped != Array(again))
  }

  /// Micro-batches accumulate the gradient of the whole batch, dropout included.
  @Test func microBatchesAddUp() throws {
    let reference = try Fixture.file("tiny/reference.safetensors")
    let checkpoint = try Checkpoint(directory: Fixture.directory("tiny"))
    let model = BERTModel(checkpoint.configuration, outputs: 3)
    let parameters = try checkpoint.parameters(for: model, poolerSeed: 0)
    let labels = Labels.classes(try reference.int64("labels").map { Int($0) })
    let generator = Philox(seed: 1, purpose: .dropout)
    let shape = try Fixture.batch(reference).shape
    let workspace = Workspace(model, capacity: shape, purpose: .training(recomputing: false))
    func gradients(_ parts: [[Int]]) throws -> [Float] {
      let sum = AlignedBuffer<Float>(count: model.table.count)
      for part in parts {
        let batch = try Fixture.batch(reference, sequences: part)
        let dropout = Dropout(model.configuration, generator: generator, step: 0, firstExample: part[0])
        model.forward(batch, parameters: parameters.base, workspace: workspace, dropout: dropout)
        _ = model.backward(
          batch, targets: try Targets(labels, outputs: try #require(model.table.outputs)).selecting(part), scale: 0.25,
          parameters: parameters.base, workspace: workspace,
          dropout: dropout, gradients: sum.pointer)
      }
      return Array(sum.elements)
    }
    let whole = try gradients([[0, 1, 2, 3]])
    let parts = try gradients([[0], [1, 2], [3]])
    #expect(maximumDifference(parts, whole.map { Double($0) }) < 1e-5)
  }

  private func gradients(
    of checkpoint: Checkpoint, _ model: BERTModel, _ batch: PackedBatch, _ labels: Labels, head: [Float]? = nil
  ) throws -> [Float] {
    let parameters = AlignedBuffer<Float>(count: model.table.count)
    try checkpoint.readEncoder(model, into: parameters.pointer, poolerSeed: 0)
    if let head {
      for (i, value) in zip(model.table.head, head) { parameters.pointer[i] = value }
    } else {
      try checkpoint.readHead(model, into: parameters.pointer)
    }
    let workspace = Workspace(model, capacity: batch.shape, purpose: .training(recomputing: false))
    let gradients = AlignedBuffer<Float>(count: model.table.count)
    model.forward(batch, parameters: parameters.pointer, workspace: workspace)
    _ = model.backward(
      batch, targets: try Targets(labels, outputs: try #require(model.table.outputs)), scale: 1 / Double(labels.count),
      parameters: parameters.pointer, workspace: workspace,
      dropout: nil, gradients: gradients.pointer)
    return Array(gradients.elements)
  }

  private func compare(
    _ got: [Float], _ model: BERTModel, _ reference: SafetensorsFile, names: Set<String>
  ) throws {
    var all = 0.0
    for name in names { all += (try reference.float64("grad.\(name)")).reduce(0) { $0 + $1 * $1 } }
    for (entry, name) in zip(model.table.entries, model.tensorNames) where names.contains(name) {
      var expected = try reference.float64("grad.\(name)")
      if entry.name.hasSuffix("word_embeddings.weight") {
        // nn.Embedding gives its padding row, 0, no gradient; the inputs do not hold token 0 either.
        for c in 0..<model.configuration.hiddenSize { expected[c] = Double(got[entry.range.lowerBound + c]) }
      }
      let mine = got[entry.range].map { Double($0) }
      let difference = zip(mine, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
      let norm = expected.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(
        difference <= 1e-4 * max(norm, 1e-6 * all.squareRoot()) + (norm < 1e-12 ? 1e-7 : 0),
        "\(name): off by \(difference) of \(norm)")
    }
  }
}
