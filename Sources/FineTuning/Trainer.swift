public import BERT
public import GLUE
public import LinearAlgebra

/// One fine-tuning under way: parameters, moments, and how far it is.
public typealias Trainer = TrainingLoop<LabelledExamples>

extension TrainingLoop where Objective == LabelledExamples {
  /// Starts a fine-tuning.
  ///
  /// - Parameters:
  ///   - model: a model with a head for the data's labels.
  ///   - data: training examples that the model can read; at least one.
  ///   - team: the threads that share each step; their number is part of what fixes the result's bits.
  ///   - start: writes the first parameters, encoder and head, into the flat vector it gets.
  /// - Throws: ``FineTuningError`` for data without labels and for settings that do not fit the model, `ModelError` for an
  ///   example that the model cannot read or whose label its head does not know, `LinearAlgebraError` for more memory than
  ///   there is, and what `start` throws.
  public convenience init(
    _ model: BERTModel, data: EncodedDataset, settings: TrainingSettings, seeds: TrainingSeeds,
    team: ThreadTeam = .single, start: (UnsafeMutablePointer<Float>) throws -> Void
  ) throws {
    guard let labels = data.labels, data.count > 0 else { throw FineTuningError.noLabels }
    let targets = try Targets(labels, outputs: model.table.outputs ?? 0)
    let examples = LabelledExamples(data: try data.checked(for: model.configuration.inputLimits), targets: targets)
    let factors = try settings.learningRateFactors(for: model)
    // Any examples may meet in a micro-batch: the largest that could come is sized for. Untouched pages cost nothing.
    let lengths = data.lengths.sorted(by: >)
    let capacity = BatchShape(lengths: lengths.prefix(settings.microBatchSize))
    let purpose = Workspace.Purpose.training(recomputing: settings.recomputesLayers)
    // Parameters; a gradient and two moments.
    try model.checkMemory(
      vectors: 1, others: 3 * factors.trainedCount, capacity: capacity,
      typical: BatchShape(typicalOf: lengths, size: capacity.sequences), purpose: purpose, threads: team.count)
    try self.init(
      model, examples,
      StepPlan(
        steps: settings.steps(examples: data.count), batchSize: settings.batchSize,
        microBatchSize: settings.microBatchSize, shares: 1, schedule: settings.schedule,
        optimiser: settings.optimiser, factors: factors),
      seeds: seeds, gang: nil, workspace: Workspace(model, capacity: capacity, purpose: purpose, team: team),
      start: start)
  }

  /// The epoch of the next step, from 0.
  public var epoch: Int { order.pass(of: step) }

  /// Whether the last step ended an epoch.
  public var isAtEpochEnd: Bool { step > 0 && step % order.stepsPerPass == 0 }

  /// The mean training loss per example over an epoch that is done, from 0.
  func loss(ofEpoch epoch: Int) -> Double {
    let steps = epoch * order.stepsPerPass..<(epoch + 1) * order.stepsPerPass
    let sum = steps.reduce(0.0) { $0 + history[$1].loss * Double(order.places(of: $1).count) }
    return sum / Double(order.count)
  }

  /// The examples of a step.
  package func examples(step: Int) -> [Int] { items(step: step) }
}

/// Examples whose labels a model's head learns.
public struct LabelledExamples: TrainingObjective {
  /// Checked for the model.
  let data: EncodedDataset
  /// Of all of them.
  let targets: Targets

  /// How many examples there are.
  public var count: Int { data.count }

  /// One for each example.
  public func predictions(of items: ArraySlice<Int>) -> Int { items.count }

  /// The examples with their labels; every epoch shows them alike.
  public func batch(of items: ArraySlice<Int>, pass: Int) -> (batch: PackedBatch, expected: Targets) {
    (data.batch(items), targets.selecting(items))
  }

  /// Adds the gradient of the examples' losses.
  public func addGradient(
    _ batch: PackedBatch, _ expected: Targets, _ passes: TrainingPasses, figures: inout ShareFigures,
    finished: (Range<Int>) -> Void
  ) {
    let (model, workspace) = (passes.model, passes.workspace)
    model.forward(batch, parameters: passes.parameters, workspace: workspace, dropout: passes.dropout)
    let losses = model.backward(
      batch, targets: expected, scale: passes.scale, parameters: passes.parameters, workspace: workspace,
      dropout: passes.dropout, factors: passes.factors, gradients: passes.gradients, finished: finished)
    figures.loss += losses.reduce(0, +)
  }

  /// The step's loss, norm and rate.
  public func record(_ figures: StepFigures) -> StepRecord {
    StepRecord(loss: figures.loss, gradientNorm: figures.gradientNorm, learningRate: figures.learningRate)
  }
}
