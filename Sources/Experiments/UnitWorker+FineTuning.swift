internal import BERT
internal import FineTuning
internal import Foundation
internal import GLUE
internal import LinearAlgebra
internal import Sweep
internal import TensorFiles

extension UnitWorker {
  /// A fine-tuning: measurements `epoch.N.NAME` and the last epoch's NAME; payload `loss`, `gradient_norm` and
  /// `learning_rate` by step.
  func fineTune(_ cell: Cell, _ unit: WorkUnit, _ context: Context) throws -> Result {
    // A surface's memory is not held beside a fine-tuning's.
    forgetEvaluator()
    let task = try site.task(cell.task)
    let model = site.model(for: task)
    let train = try trainingData(of: cell)
    let dev = try dataset(cell.task, .dev, maximumLength: cell.recipe.maxLength)
    guard let devLabels = dev.labels else { throw FineTuningError.noLabels }
    let theta0 = try Checkpoint(directory: site.run.theta0(of: cell))
    let seeds = TrainingSeeds(head: UInt64(cell.headSeed), order: UInt64(cell.orderSeed))
    let trainer = try Trainer(
      model, data: train, settings: try TrainingSettings(cell.recipe, layers: model.configuration.layers), seeds: seeds,
      team: team
    ) {
      parameters in
      try theta0.readEncoder(model, into: parameters, poolerSeed: UInt64(cell.initialisationSeed))
      model.initialiseHead(parameters, seed: seeds.head)
    }
    let fineTuning = try FineTuning(
      trainer, task: task, dev: try Evaluator(model, dev, batchSize: cell.recipe.batch, team: team),
      devLabels: devLabels,
      folders: CellFolders(site.run.cell(cell, unit.id)),
      identity: unit.id.hex)
    let ending = try fineTuning.run(
      snapshotSteps: Set(cell.recipe.snapshotSteps(examples: train.count)), from: site.checkpoint.directory,
      labels: task.labelNames, shouldStop: context.shouldStop,
      progress: { context.report(Double($0.trainer.step) / Double($0.trainer.steps)) })
    guard ending == .finished else { return .interrupted }
    return .done(
      measurements: measurements(fineTuning, task, devLabels, train: train, dev: dev),
      payload: try Safetensors.encode(history(trainer)))
  }

  private func measurements(
    _ fineTuning: FineTuning, _ task: GLUE.Task, _ devLabels: Labels, train: EncodedDataset, dev: EncodedDataset
  ) -> [String: Double] {
    let majority = task.majorityBaseline(targets: devLabels)
    var values: [String: Double] = [
      "steps": Double(fineTuning.trainer.steps), "train_examples": Double(train.count),
      "dev_examples": Double(dev.count), "train_truncated": Double(train.truncated),
      "dev_truncated": Double(dev.truncated), "majority_baseline": majority,
    ]
    for epoch in fineTuning.epochs {
      var results = ["training_loss": epoch.trainingLoss, "dev_loss": epoch.devLoss]
      for (name, value) in epoch.metrics { results["dev_\(name)"] = value }
      for (name, value) in results { values["epoch.\(epoch.number).\(name)"] = value }
      if epoch.number == fineTuning.epochs.count { values.merge(results) { _, new in new } }
    }
    // A degenerate cell learned nothing that the majority does not know. [METHODS 7]
    values["degenerate"] = (values["dev_\(task.mainMetric.rawValue)"] ?? -.infinity) > majority ? 0 : 1
    return values
  }

  private func history(_ trainer: Trainer) -> [NamedArray] {
    func column(_ name: String, _ value: (StepRecord) -> Double) -> NamedArray {
      NamedArray(name: name, shape: [trainer.steps], elements: .float64(trainer.history.map(value)))
    }
    return [
      column("loss") { $0.loss }, column("gradient_norm") { $0.gradientNorm },
      column("learning_rate") { $0.learningRate },
    ]
  }
}
