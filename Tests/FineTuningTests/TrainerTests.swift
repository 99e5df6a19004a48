import BERT
import FineTuning
import Foundation
import GLUE
import LinearAlgebra
import TensorFiles
import Testing

/// BERT's fixtures, made by tools/fixtures/bert_reference.py.
func fixture(_ path: String) -> URL {
  URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "BERTTests/Fixtures").appending(path: path)
}

/// Random sentences of the tiny model's vocabulary with labels.
struct TinyTask {
  let checkpoint: Checkpoint
  let model: BERTModel
  let data: EncodedDataset
  let task: GLUE.Task

  init(dropout: Double = 0.1) throws {
    checkpoint = try Checkpoint(directory: fixture("tiny"))
    var configuration = checkpoint.configuration
    configuration.hiddenDropout = dropout
    configuration.attentionDropout = dropout
    model = BERTModel(configuration, outputs: 3)
    task = try GLUE.Task.named("MNLI")
    let file = try SafetensorsFile(fixture("training.safetensors"))
    let tokens = try file.int32("input_ids")
    let segments = try file.int64("token_type_ids").map { UInt8($0) }
    let offsets = try file.int64("offsets").map { Int($0) }
    let labels = try file.int64("labels").map { Int($0) }
    data = try EncodedDataset(
      tokens: zip(offsets, offsets.dropFirst()).map { Array(tokens[$0..<$1]) },
      segments: zip(offsets, offsets.dropFirst()).map { Array(segments[$0..<$1]) }, labels: .classes(labels),
      limits: configuration.inputLimits)
  }

  func trainer(_ settings: TrainingSettings, seed: UInt64 = 5, threads: Int = 1) throws -> Trainer {
    let seeds = TrainingSeeds(head: seed, order: seed)
    let team = try ThreadTeam(count: threads)
    return try Trainer(model, data: data, settings: settings, seeds: seeds, team: team) { parameters in
      try checkpoint.readEncoder(model, into: parameters, poolerSeed: 0)
      model.initialiseHead(parameters, seed: seed)
    }
  }

  /// Trains as training.safetensors did: its data order, its head, batches of 4, dropout off.
  ///
  /// - Parameter progress: gets each step's number from 0, loss, gradient norm and learning rate.
  /// - Returns: the last parameters.
  func trainAsReference(
    steps: Int, _ settings: TrainingSettings, progress: (Int, Double, Double, Double) throws -> Void
  ) throws -> [Float] {
    let order = try SafetensorsFile(fixture("training.safetensors")).int64("order").map { Int($0) }
    var state = TrainingState(model.table)
    try checkpoint.readEncoder(model, into: state.parameters.pointer, poolerSeed: 0)
    try checkpoint.readHead(model, into: state.parameters.pointer)
    let targets = try Targets(try #require(data.labels), outputs: 3)
    let workspace = Workspace(
      model, capacity: BatchShape(sequences: 4, tokens: 80, longest: 20, attention: 80 * 32),
      purpose: .training(recomputing: false))
    let factors = try settings.learningRateFactors(for: model)
    for step in 0..<steps {
      let examples = Array(order[step * 4..<step * 4 + 4])
      let batch = data.batch(examples)
      state.use(batch)
      model.forward(batch, parameters: state.parameters.pointer, workspace: workspace)
      let losses = model.backward(
        batch, targets: targets.selecting(examples), scale: 0.25, parameters: state.parameters.pointer,
        workspace: workspace, dropout: nil, factors: factors, gradients: state.gradients.pointer)
      let norm = state.squaredNorm(of: 0..<model.table.count).squareRoot()
      let rate = settings.learningRate(step: step, of: steps)
      try progress(step, losses.reduce(0, +) / 4, norm, rate)
      settings.optimiser.update(
        model.table, step: step + 1, rate: rate, factors: factors, clip: settings.optimiser.clipFactor(norm: norm),
        &state)
    }
    return Array(state.parameters.elements)
  }

  func fineTuning(_ trainer: Trainer, in folder: URL, identity: String = "one") throws -> FineTuning {
    guard let labels = data.labels else { throw FineTuningError.noLabels }
    return try FineTuning(
      trainer, task: task, dev: try Evaluator(model, data, batchSize: 8), devLabels: labels,
      folders: CellFolders(
        final: folder.appending(path: "final"), snapshots: folder.appending(path: "snapshots"),
        resume: folder.appending(path: "resume")),
      identity: identity)
  }
}

var quick: TrainingSettings {
  var settings = TrainingSettings()
  settings.epochs = 4
  settings.batchSize = 6
  settings.microBatchSize = 6
  settings.learningRate = 3e-3
  return settings
}

@Suite struct TrainerTests {
  /// 60 steps, dropout off, the data order of the reference, against PyTorch in Float64. The losses fall from 1.5 to
  /// 0.01, and Float32 runs of PyTorch itself stay within 6e-7 of them.
  @Test func sixtyStepsAgreeWithPyTorch() throws {
    let reference = try SafetensorsFile(fixture("training.safetensors"))
    let rates = try reference.float64("learning_rates")
    let losses = try reference.float64("losses")
    let norms = try reference.float64("gradient_norms")
    let tiny = try TinyTask(dropout: 0)
    var settings = TrainingSettings()
    settings.learningRate = 3e-3
    let final = try tiny.trainAsReference(steps: 60, settings) { step, loss, norm, rate in
      #expect(abs(loss - losses[step]) < 1e-5, "step \(step)")
      #expect(abs(norm - norms[step]) < 1e-4 * norms[step] + 1e-5, "step \(step)")
      #expect(abs(rate - rates[step]) < 1e-12)
    }
    for (entry, name) in zip(tiny.model.table.entries, tiny.model.tensorNames) where !entry.name.hasSuffix("key.bias") {
      // Adam divides by the root of tiny second moments, which magnifies rounding to a few 1e-5 of a 3e-3 step.
      let expected = try reference.float32("final.\(name)")
      #expect(zip(final[entry.range], expected).allSatisfy { abs($0 - $1) < 5e-5 }, "\(name)")
    }
  }

  @Test func scheduleIsTransformersLinearOne() {
    var settings = TrainingSettings()
    settings.learningRate = 1
    #expect(settings.learningRate(step: 0, of: 100) == 0)
    #expect(settings.learningRate(step: 5, of: 100) == 0.5)
    #expect(settings.learningRate(step: 10, of: 100) == 1)
    #expect(settings.learningRate(step: 55, of: 100) == 0.5)
    #expect(abs(settings.learningRate(step: 99, of: 100) - 1.0 / 90) < 1e-15)
    #expect(settings.learningRate(step: 0, of: 5) == 1, "int(0.5) steps of warm-up are none")
    #expect(settings.steps(examples: 33) == 6)
  }

  @Test func everyEpochSeesEveryExampleOnceInAnotherOrder() throws {
    let trainer = try TinyTask().trainer(quick)
    #expect(trainer.steps == 16, "20 examples in batches of 6, 6, 6 and 2")
    let epochs = (0..<2).map { epoch in (0..<4).flatMap { trainer.examples(step: epoch * 4 + $0) } }
    #expect(epochs[0].sorted() == Array(0..<20))
    #expect(epochs[1].sorted() == Array(0..<20))
    #expect(epochs[0] != epochs[1])
  }

  @Test func notFiniteLossIsAnError() throws {
    var settings = quick
    settings.learningRate = 1e30
    settings.optimiser.maximumNorm = 1e30
    let trainer = try TinyTask().trainer(settings)
    let error = try #require(throws: FineTuningError.self) {
      while trainer.step < trainer.steps { try trainer.advance() }
    }
    guard case .notFinite(_, let value, _) = error else { Issue.record("\(error)"); return }
    #expect(["nan", "inf"].contains(value))
  }
}

@Suite struct FineTuningTests {
  private func folder() throws -> URL {
    let url = FileManager.default.temporaryDirectory.appending(path: "seedscape-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return url
  }

  private func bytes(_ url: URL) throws -> Data { try Data(contentsOf: url) }

  /// Interrupted after any number of steps, even several times, the final model and every record have the same bits, with
  /// or without frozen parts.
  @Test(arguments: [[1], [4], [7, 8], [15]], [quick, intervening])
  func resumedBitsEqualUninterruptedBits(stops: [Int], settings: TrainingSettings) throws {
    let tiny = try TinyTask()
    let whole = try folder()
    let parts = try folder()
    defer { for url in [whole, parts] { try? FileManager.default.removeItem(at: url) } }
    let one = try tiny.fineTuning(try tiny.trainer(settings), in: whole)
    #expect(try one.run(snapshotSteps: [0, 9], from: fixture("tiny"), labels: ["a", "b", "c"]) == .finished)
    #expect(one.epochs.count == 4)

    for stop in stops {
      let trainer = try tiny.trainer(settings)
      let part = try tiny.fineTuning(trainer, in: parts)
      let ending = try part.run(
        snapshotSteps: [0, 9], from: fixture("tiny"), labels: ["a", "b", "c"], shouldStop: { trainer.step >= stop })
      #expect(ending == .interrupted)
      #expect(trainer.step == stop)
    }
    let last = try tiny.fineTuning(try tiny.trainer(settings), in: parts)
    #expect(last.trainer.step == stops.last)
    #expect(try last.run(snapshotSteps: [0, 9], from: fixture("tiny"), labels: ["a", "b", "c"]) == .finished)
    #expect(last.trainer.history == one.trainer.history)
    #expect(last.epochs == one.epochs)
    for file in [
      "final/model.safetensors", "final/config.json", "snapshots/step-000000.safetensors",
      "snapshots/step-000009.safetensors",
    ] {
      #expect(try bytes(whole.appending(path: file)) == bytes(parts.appending(path: file)), "\(file)")
    }
    #expect(!FileManager.default.fileExists(atPath: parts.appending(path: "resume").path))
  }

  @Test func stateOfAnotherFineTuningIsRefused() throws {
    let tiny = try TinyTask()
    let place = try folder()
    defer { try? FileManager.default.removeItem(at: place) }
    let first = try tiny.fineTuning(try tiny.trainer(quick), in: place)
    _ = try first.run(snapshotSteps: [], from: fixture("tiny"), labels: ["a", "b", "c"], shouldStop: { true })
    #expect(throws: FineTuningError.self) {
      _ = try tiny.fineTuning(try tiny.trainer(quick), in: place, identity: "two")
    }
  }

  /// What is written is read back in place, with the same bits and labels.
  @Test func finalModelIsAHuggingFaceDirectory() throws {
    let tiny = try TinyTask()
    let place = try folder()
    defer { try? FileManager.default.removeItem(at: place) }
    let run = try tiny.fineTuning(try tiny.trainer(quick), in: place)
    _ = try run.run(snapshotSteps: [], from: fixture("tiny"), labels: ["a", "b", "c"])
    let read = try Checkpoint(directory: place.appending(path: "final"))
    #expect(read.configuration.labels == ["a", "b", "c"])
    let parameters = try read.parameters(for: tiny.model, poolerSeed: 9)
    #expect(parameters.isMapped)
    #expect((0..<parameters.count).allSatisfy { parameters.base[$0] == run.trainer.parameters[$0] })
  }

  @Test func seedsChangeTheResultAndNothingElseDoes() throws {
    let tiny = try TinyTask()
    func losses(_ seed: UInt64) throws -> [Double] {
      let trainer = try tiny.trainer(quick, seed: seed)
      for _ in 0..<5 { try trainer.advance() }
      return trainer.history.map(\.loss)
    }
    #expect(try losses(1) == losses(1))
    #expect(try losses(1) != losses(2))
  }
}
