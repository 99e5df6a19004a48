internal import BERT
internal import FineTuning
internal import Foundation
internal import GLUE
internal import LinearAlgebra
internal import Sweep
internal import TensorFiles

extension RunningUnit {
  /// The payload has `loss`, `gradient_norm` and `learning_rate` by step.
  func visit(_ work: FineTuningWork) throws -> UnitResult {
    let cell = work.cell
    let task = try site.task(cell.task)
    let model = site.model(for: task)
    let train = try worker.trainingData(of: cell)
    let dev = try worker.dataset(cell.task, .dev, maximumLength: cell.recipe.maxLength)
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
      folders: CellFolders(site.run.folder(of: cell)),
      identity: unit.id.hex)
    let ending = try fineTuning.run(
      snapshotSteps: Set(cell.snapshotSteps), from: site.checkpoint.directory,
      labels: task.labelNames, shouldStop: { context.shouldStop },
      progress: { context.report(fraction: Double($0.trainer.step) / Double($0.trainer.steps)) })
    guard ending == .finished else { return .interrupted }
    return .done(
      figures(fineTuning, task, devLabels, train: train, dev: dev), payload: try Safetensors.encode(history(trainer)))
  }

  private func figures(
    _ fineTuning: FineTuning, _ task: GLUE.Task, _ devLabels: Labels, train: EncodedDataset, dev: EncodedDataset
  ) -> Figures<FineTuningWork.Figure> {
    let majority = task.majorityBaseline(targets: devLabels)
    var figures = Figures<FineTuningWork.Figure>()
    figures[.steps] = Double(fineTuning.trainer.steps)
    (figures[.trainExamples], figures[.devExamples]) = (Double(train.count), Double(dev.count))
    (figures[.trainTruncated], figures[.devTruncated]) = (Double(train.truncated), Double(dev.truncated))
    figures[.majorityBaseline] = majority
    for epoch in fineTuning.epochs {
      let results: [FineTuningWork.Figure: Double] = epoch.metrics.reduce(
        into: [.trainingLoss: epoch.trainingLoss, .devLoss: epoch.devLoss]
      ) { $0[.dev(metric: $1.key)] = $1.value }
      for (name, value) in results {
        figures[.epoch(epoch.number, name)] = value
        if epoch.number == fineTuning.epochs.count { figures[name] = value }
      }
    }
    // A degenerate cell learned nothing that the majority does not know. [METHODS 7]
    figures[.isDegenerate] = (figures[.dev(metric: task.mainMetric.rawValue)] ?? -.infinity) > majority ? 0 : 1
    return figures
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

extension FootprintOfWork {
  func visit(_ work: FineTuningWork) throws -> Needed {
    let (cell, recipe) = (work.cell, work.cell.recipe)
    let memory = try once([Work.Kind.fineTuning, AnyHashable(cell.task), recipe]) {
      let model = try site.model(of: cell)
      let train = try worker.trainingData(of: cell)
      let size = min(recipe.microBatch ?? recipe.batch, train.count)
      let dev = try worker.dataset(cell.task, .dev, maximumLength: recipe.maxLength).batches(of: recipe.batch)
      let training = Workspace.bytes(
        model, capacity: BatchShape(typicalOf: train.lengths, size: size),
        purpose: .training(recomputing: recipe.recompute), threads: recipe.threads)
      let evaluation = Workspace.bytes(
        model, capacity: BatchShape(fitting: dev), purpose: .inference, threads: recipe.threads)
      return Double(training + evaluation) + vectors(model, train)
    }
    return Needed(memory: memory, disk: vector * Double(1 + cell.snapshotSteps.count))
  }

  /// Parameters; gradients and two moments, which of the word embedding have the rows that training uses.
  private func vectors(_ model: BERTModel, _ train: EncodedDataset) -> Double {
    let configuration = model.configuration
    let row = 4.0 * Double(configuration.hiddenSize)
    let words = row * Double(configuration.vocabularySize)
    // A page becomes real with the first of its rows: 4096 bytes hold some rows, or part of one.
    let used = Double(Set(train.sequences.allTokens).count) / Double(configuration.vocabularySize)
    let touched = 1 - pow(1 - used, 1 + 4096 / row)
    let all = 4.0 * Double(model.table.count)
    return all + 3 * (all - words * (1 - touched))
  }
}
