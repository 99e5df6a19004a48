import BERT
import FineTuning
import Foundation
import GLUE

/// The state from which stopped training resumes.
let stateTargets = [
  Target(name: "fine-tuning-state") { scratch in
    _ = try scratch.folder("resume")
    let source = try scratch.source()
    let model = BERTModel(try tinyConfiguration(), outputs: 2)
    let data = try EncodedDataset(
      tokens: [[2, 5, 3], [2, 6, 3], [2, 9, 3]], segments: [[0, 0, 0], [0, 0, 0], [0, 0, 0]],
      labels: .classes([0, 1, 1]), limits: model.configuration.inputLimits)
    var settings = TrainingSettings()
    settings.epochs = 2
    settings.batchSize = 2
    func fineTuning() throws -> FineTuning {
      let trainer = try Trainer(model, data: data, settings: settings, seeds: TrainingSeeds(head: 1, order: 1)) {
        model.initialiseEncoder($0, seed: 1)
        model.initialiseHead($0, seed: 1)
      }
      return try FineTuning(
        trainer, task: try GLUE.Task.named("SST-2"), dev: try Evaluator(model, data, batchSize: 2),
        devLabels: .classes([0, 1, 1]),
        folders: CellFolders(
          final: scratch.url("final"), snapshots: scratch.url("snapshots"), resume: scratch.url("resume")),
        identity: "fuzz")
    }
    /// Resumes from the state, if there is one, and stops after `steps` steps.
    func run(steps: Int) throws {
      var left = steps
      _ = try fineTuning().run(snapshotSteps: [], from: source, labels: ["0", "1"]) {
        left -= 1
        return left <= 0
      }
    }
    return Reader(seeds: try [1, 2, 3].map { try scratch.state(after: $0, run) }) { input in
      _ = try scratch.folder("resume")
      scratch.write(input, to: "resume/state.safetensors")
      try run(steps: 10)
    }
  },

  Target(name: "pre-training-state") { scratch in
    _ = try scratch.folder("resume")
    let source = try scratch.source()
    let tokenizer = try scratch.tokenizer()
    scratch.write(Array("a good a\nb a b\ngood\ta\n".utf8), to: "text.txt")
    let model = BERTModel(try tinyConfiguration(), head: .maskedLanguageModel)
    let text = try PretrainingText(
      contentsOf: scratch.url("text.txt"), tokenizer: tokenizer, maximumLength: 8,
      limits: model.configuration.inputLimits)
    var settings = PretrainingSettings()
    settings.steps = 4
    settings.batchSize = 2
    func run(steps: Int) throws {
      let trainer = try Pretrainer(model, text: text, maskToken: 4, settings: settings, seed: 1) {
        model.initialiseEncoder($0, seed: 1)
        model.initialiseHead($0, seed: 1)
      }
      let dev = try MaskedEvaluator(model, text, maskToken: 4, maskedShare: 0.15, seed: 1, batchSize: 2)
      var left = steps
      _ = try Pretraining(trainer, dev: dev, evaluationInterval: 1, folder: scratch.root, identity: "fuzz").run(
        from: source,
        shouldStop: {
          left -= 1
          return left <= 0
        })
    }
    return Reader(seeds: try [1, 3].map { try scratch.state(after: $0, run) }) { input in
      _ = try scratch.folder("resume")
      scratch.write(input, to: "resume/state.safetensors")
      try run(steps: 10)
    }
  },
]

extension Scratch {
  /// The state that a run leaves when it stops after `steps` steps.
  fileprivate func state(after steps: Int, _ run: (Int) throws -> Void) throws -> [UInt8] {
    _ = try folder("resume")
    try run(steps)
    return Array(try Data(contentsOf: url("resume/state.safetensors")))
  }

  /// A directory whose configuration is copied to the final model.
  fileprivate func source() throws -> URL {
    let folder = try folder("source")
    write(try tinyConfiguration().json(), to: "source/config.json")
    return folder
  }
}
