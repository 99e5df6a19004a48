import BERT
import Foundation
import LinearAlgebra
import Randomness
import TensorFiles
import Testing

/// The masked language model of tools/fixtures/masked_reference.py.
private struct MaskedCase {
  let reference: SafetensorsFile
  let checkpoint: Checkpoint
  let model: BERTModel
  let batch: PackedBatch
  let masked: MaskedTokens

  init() throws {
    reference = try Fixture.file("masked/reference.safetensors")
    checkpoint = try Checkpoint(directory: Fixture.directory("masked"))
    model = BERTModel(checkpoint.configuration, head: .maskedLanguageModel)
    batch = try Fixture.batch(reference)
    masked = try MaskedTokens(
      rows: try reference.int64("rows").map { Int($0) }, words: try reference.int64("words").map { Int32($0) },
      limits: model.configuration.inputLimits)
  }

  func workspace(recomputing: Bool = false, threads: Int = 1) throws -> Workspace {
    var capacity = batch.shape
    capacity.predictions = masked.count
    return Workspace(
      model, capacity: capacity, purpose: .training(recomputing: recomputing), team: try ThreadTeam(count: threads))
  }
}

@Suite struct MaskedTokensTests {
  /// Logits, losses and every parameter's gradient against transformers' BertForMaskedLM in Float64.
  @Test func againstPyTorch() throws {
    let tiny = try MaskedCase()
    let (model, masked) = (tiny.model, tiny.masked)
    let parameters = try tiny.checkpoint.parameters(for: model, poolerSeed: 0)
    let workspace = try tiny.workspace()
    let logits = model.forward(tiny.batch, masked: masked, parameters: parameters.base, workspace: workspace)
    let expected = try tiny.reference.float64("logits")
    #expect(maximumDifference(logits, expected) < 1e-5)
    let scores = model.scores(masked, workspace: workspace)
    let loss = scores.reduce(0) { $0 + $1.loss } / Double(masked.count)
    #expect(abs(loss - (try tiny.reference.float64("loss")[0])) < 1e-6)
    for (row, score) in scores.enumerated() {
      let all = expected[row * 37..<(row + 1) * 37]
      #expect(score.isRight == (all.max() == all[all.startIndex + Int(masked.words[row])]))
    }

    let gradients = AlignedBuffer<Float>(count: model.table.count)
    let again = model.backward(
      tiny.batch, masked: masked, scale: 1 / Double(masked.count), parameters: parameters.base, workspace: workspace,
      dropout: nil, gradients: gradients.pointer)
    #expect(again == scores)
    let names = model.tensorNames
    let all = try names.reduce(0) { $0 + (try tiny.reference.float32("grad.\($1)")).reduce(0) { $0 + $1 * $1 } }
    for (entry, name) in zip(model.table.entries, names) {
      let reference = try tiny.reference.float32("grad.\(name)").map { Double($0) }
      let difference = zip(gradients.elements[entry.range], reference)
        .reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }.squareRoot()
      let norm = reference.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(
        difference <= 1e-4 * norm + (name.hasSuffix("key.bias") ? 1e-6 * Double(all).squareRoot() : 0),
        "\(name): off by \(difference) of \(norm)")
    }
  }

  /// Twelve steps on one batch against PyTorch's AdamW in Float64: the tied embedding moves through both of its uses.
  @Test func trainingAgreesWithPyTorch() throws {
    let tiny = try MaskedCase()
    let (model, masked) = (tiny.model, tiny.masked)
    let losses = try tiny.reference.float64("losses")
    var state = TrainingState(model.table)
    try tiny.checkpoint.readEncoder(model, into: state.parameters.pointer, poolerSeed: 0)
    try tiny.checkpoint.readHead(model, into: state.parameters.pointer)
    let workspace = try tiny.workspace()
    let optimiser = AdamW()
    for (step, expected) in losses.enumerated() {
      state.use(tiny.batch)
      model.forward(tiny.batch, masked: masked, parameters: state.parameters.pointer, workspace: workspace)
      let scores = model.backward(
        tiny.batch, masked: masked, scale: 1 / Double(masked.count), parameters: state.parameters.pointer,
        workspace: workspace, dropout: nil, gradients: state.gradients.pointer)
      let loss = scores.reduce(0) { $0 + $1.loss } / Double(masked.count)
      #expect(abs(loss - expected) < 1e-4, "step \(step)")
      let norm = state.squaredNorm(of: 0..<model.table.count).squareRoot()
      optimiser.update(
        model.table, step: step + 1, rate: 1e-2 * Double(losses.count - step) / Double(losses.count),
        clip: optimiser.clipFactor(norm: norm), &state)
    }
    model.forward(tiny.batch, masked: masked, parameters: state.parameters.pointer, workspace: workspace)
    let last = model.scores(masked, workspace: workspace).reduce(0) { $0 + $1.loss } / Double(masked.count)
    #expect(abs(last - (try tiny.reference.float64("final_loss")[0])) < 1e-4)
  }

  /// With dropout on, the gradient is the derivative of the loss under the same masks, along a random direction of every
  /// tensor.
  @Test func gradientUnderDropoutIsTheDerivative() throws {
    let tiny = try MaskedCase()
    var configuration = tiny.checkpoint.configuration
    configuration.hiddenDropout = 0.3
    configuration.attentionDropout = 0.3
    let model = BERTModel(configuration, head: .maskedLanguageModel)
    let start = try tiny.checkpoint.parameters(for: model, poolerSeed: 0)
    let dropout = Dropout(configuration, generator: Philox(seed: 4, purpose: .dropout), step: 3)
    let workspace = try tiny.workspace()
    let scale = 1 / Double(tiny.masked.count)
    let gradients = AlignedBuffer<Float>(count: model.table.count)
    model.forward(
      tiny.batch, masked: tiny.masked, parameters: start.base, workspace: workspace, dropout: dropout)
    _ = model.backward(
      tiny.batch, masked: tiny.masked, scale: scale, parameters: start.base, workspace: workspace, dropout: dropout,
      gradients: gradients.pointer)
    let moved = AlignedBuffer<Float>(count: model.table.count)
    func loss(_ direction: [Double], _ step: Double) -> Double {
      for i in 0..<moved.count { moved.pointer[i] = Float(Double(start.base[i]) + step * direction[i]) }
      model.forward(
        tiny.batch, masked: tiny.masked, parameters: moved.pointer, workspace: workspace, dropout: dropout)
      return model.scores(tiny.masked, workspace: workspace).reduce(0) { $0 + $1.loss } * scale
    }
    for entry in model.table.entries where !entry.name.hasSuffix("key.bias") {
      var stream = RandomStream(Philox(seed: 9, purpose: .direction), UInt32(entry.range.lowerBound))
      var direction = [Double](repeating: 0, count: model.table.count)
      let size = 1 / Double(entry.range.count).squareRoot()
      for i in entry.range { direction[i] = size * stream.normal() }
      let analytic = entry.range.reduce(0) { $0 + Double(gradients.pointer[$1]) * direction[$1] }
      let h = 4e-3
      let numeric = (loss(direction, h) - loss(direction, -h)) / (2 * h)
      // Float32 losses of order 4 carry about 5e-7 of error, 1e-4 after the division; the rest is the third derivative.
      #expect(abs(analytic - numeric) < 5e-4 + 2e-3 * abs(numeric), "\(entry.name): \(analytic) and \(numeric)")
    }
  }

  private func gradients(
    _ tiny: MaskedCase, _ workspace: Workspace
  ) throws -> (scores: [TokenScore], gradients: [Float], finished: [Range<Int>]) {
    let parameters = try tiny.checkpoint.parameters(for: tiny.model, poolerSeed: 0)
    let dropout = Dropout(tiny.model.configuration, generator: Philox(seed: 2, purpose: .dropout), step: 1)
    let gradients = AlignedBuffer<Float>(count: tiny.model.table.count)
    var finished: [Range<Int>] = []
    tiny.model.forward(
      tiny.batch, masked: tiny.masked, parameters: parameters.base, workspace: workspace, dropout: dropout)
    let scores = tiny.model.backward(
      tiny.batch, masked: tiny.masked, scale: 0.1, parameters: parameters.base, workspace: workspace,
      dropout: dropout, gradients: gradients.pointer, finished: { finished.append($0) })
    return (scores, Array(gradients.elements), finished)
  }

  @Test(arguments: [1, 3]) func recomputationChangesNoBit(threads: Int) throws {
    let tiny = try MaskedCase()
    let kept = try gradients(tiny, try tiny.workspace(threads: threads))
    let recomputed = try gradients(tiny, try tiny.workspace(recomputing: true, threads: threads))
    #expect(kept.scores == recomputed.scores && kept.gradients == recomputed.gradients)
  }

  /// The same number of threads gives the same bits, another the same to rounding.
  @Test(arguments: [2, 5]) func threads(count: Int) throws {
    let tiny = try MaskedCase()
    let workspace = try tiny.workspace(threads: count)
    let (one, first) = (try gradients(tiny, try tiny.workspace()), try gradients(tiny, workspace))
    for _ in 0..<10 {
      let again = try gradients(tiny, workspace)
      #expect(again.scores == first.scores && again.gradients == first.gradients)
    }
    #expect(maximumDifference(first.gradients, one.gradients.map { Double($0) }) < 1e-5)
  }

  @Test(arguments: [1, 3]) func finishedRangesCoverTheVector(threads: Int) throws {
    let tiny = try MaskedCase()
    let finished = try gradients(tiny, try tiny.workspace(threads: threads)).finished
      .sorted { $0.lowerBound < $1.lowerBound }
    #expect(finished.first?.lowerBound == 0 && finished.last?.upperBound == tiny.model.table.count)
    for (a, b) in zip(finished, finished.dropFirst()) { #expect(a.upperBound == b.lowerBound) }
  }

  /// A batch without masked tokens changes nothing and has no scores.
  @Test func nothingMasked() throws {
    let tiny = try MaskedCase()
    let parameters = try tiny.checkpoint.parameters(for: tiny.model, poolerSeed: 0)
    let workspace = try tiny.workspace()
    let gradients = AlignedBuffer<Float>(count: tiny.model.table.count)
    let logits = tiny.model.forward(
      tiny.batch, masked: MaskedTokens(), parameters: parameters.base, workspace: workspace)
    let scores = tiny.model.backward(
      tiny.batch, masked: MaskedTokens(), scale: 1, parameters: parameters.base, workspace: workspace, dropout: nil,
      gradients: gradients.pointer)
    #expect(logits.isEmpty && scores.isEmpty && gradients.elements.allSatisfy { $0 == 0 })
  }

  /// A head that a masked language model has is read where there is one, and is asked for in vain where there is none.
  @Test func headOfACheckpoint() throws {
    let tiny = try MaskedCase()
    #expect(tiny.checkpoint.predictsMaskedTokens && !tiny.checkpoint.hasPooler && tiny.checkpoint.outputs == nil)
    // As the first BERT releases were converted, LayerNorm's names included.
    let old = try Checkpoint(directory: Fixture.directory("variants/gamma_beta"))
    #expect(old.predictsMaskedTokens && old.hasPooler)
    let plain = try Checkpoint(directory: Fixture.directory("variants/plain"))
    #expect(!plain.predictsMaskedTokens)
    let model = BERTModel(plain.configuration, head: .maskedLanguageModel)
    #expect(throws: ModelError.missingPredictionHead(path: plain.directory.path)) {
      try plain.parameters(for: model, poolerSeed: 0)
    }
  }

  /// What is written is mapped in place when it is read, and is a BertForMaskedLM by its config.json.
  @Test func writeThenRead() throws {
    let tiny = try MaskedCase()
    let parameters = try tiny.checkpoint.parameters(for: tiny.model, poolerSeed: 0)
    let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: directory) }
    try Checkpoint.write(
      tiny.model, parameters.base, from: tiny.checkpoint.directory, labels: nil, to: directory)
    let read = try Checkpoint(directory: directory)
    let again = try read.parameters(for: tiny.model, poolerSeed: 0)
    #expect(again.isMapped && (0..<again.count).allSatisfy { again.base[$0] == parameters.base[$0] })
    let data = try Data(contentsOf: directory.appending(path: "config.json"))
    let config = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(config["architectures"] as? [String] == ["BertForMaskedLM"] && config["id2label"] == nil)
    // For fine-tuning its encoder has the same numbers, and a pooler of the seed.
    let classifier = BERTModel(read.configuration, outputs: 2)
    var theta = [Float](repeating: 0, count: classifier.table.count)
    try read.readEncoder(classifier, into: &theta, poolerSeed: 3)
    #expect(tiny.model.table.encoder.allSatisfy { theta[$0] == parameters.base[$0] })
  }
}
