public import BERT
public import LinearAlgebra

/// A pre-training under way: parameters, moments, and how far it is.
public typealias Pretrainer = TrainingLoop<MaskedText>

extension TrainingLoop where Objective == MaskedText {
  /// Starts a pre-training.
  ///
  /// - Parameters:
  ///   - model: a masked language model.
  ///   - text: what it learns; a text that the model can read.
  ///   - maskToken: the id of `[MASK]`.
  ///   - seed: keys the order of the sequences, what is masked, and dropout.
  ///   - gang: who else computes shares of a step; nil: nobody.
  ///   - team: the threads that share a pass; their number is part of what fixes the result's bits.
  ///   - start: writes the first parameters, encoder and head, into the flat vector it gets.
  /// - Throws: `ModelError` for a text that the model cannot read, `LinearAlgebraError` for more memory than there is, and
  ///   what `start` throws.
  public convenience init(
    _ model: BERTModel, text: PretrainingText, maskToken: Int32, settings: PretrainingSettings, seed: UInt64,
    gang: Gang? = nil, team: ThreadTeam = .single, start: (UnsafeMutablePointer<Float>) throws -> Void
  ) throws {
    precondition(model.table.headKind == .maskedLanguageModel, "the model predicts masked tokens")
    let text = try text.checked(for: model.configuration.inputLimits)
    let masking = try Masking(
      seed: seed, share: settings.maskedShare, vocabularySize: text.vocabularySize, maskToken: maskToken,
      limits: model.configuration.inputLimits)
    let inPass = min(settings.microBatchSize, (settings.batchSize + settings.shares - 1) / settings.shares)
    let capacity = text.capacity(of: inPass, masking)
    let purpose = Workspace.Purpose.training(recomputing: settings.recomputesLayers)
    // Parameters, gradients, two moments; those of a share.
    try model.checkMemory(
      vectors: settings.shares > 1 ? 5 : 4, capacity: capacity, purpose: purpose, threads: team.count)
    try self.init(
      model, MaskedText(text: text, masking: masking, settings: settings),
      StepPlan(
        steps: settings.steps, batchSize: settings.batchSize, microBatchSize: settings.microBatchSize,
        shares: settings.shares, schedule: settings.schedule, optimiser: settings.optimiser, factors: nil),
      seeds: TrainingSeeds(head: seed, order: seed), gang: gang ?? .alone(shares: settings.shares, team: team),
      workspace: Workspace(model, capacity: capacity, purpose: purpose, team: team), start: start)
  }

  /// The settings.
  public var settings: PretrainingSettings { objective.settings }

  /// How many steps a pass over the text has.
  public var stepsPerPass: Int { order.stepsPerPass }

  /// The sequences of a step.
  package func sequences(step: Int) -> [Int] { items(step: step) }
}

/// A text whose masked tokens a masked language model learns, hidden anew in each pass over it.
public struct MaskedText: TrainingObjective {
  /// Checked for the model.
  let text: PretrainingText
  let masking: Masking
  let settings: PretrainingSettings

  /// How many sequences there are.
  public var count: Int { text.count }

  /// How many of the sequences' tokens are masked.
  public func predictions(of items: ArraySlice<Int>) -> Int {
    items.reduce(0) { $0 + text.predictions(of: $1, masking) }
  }

  /// The sequences with some of their tokens hidden, in each pass others.
  public func batch(of items: ArraySlice<Int>, pass: Int) -> (batch: PackedBatch, expected: MaskedTokens) {
    let (batch, masked) = text.batch(items, masking, pass: pass)
    return (batch, masked)
  }

  /// Adds the gradient of the masked tokens' losses.
  public func addGradient(
    _ batch: PackedBatch, _ expected: MaskedTokens, _ passes: TrainingPasses, figures: inout ShareFigures,
    finished: (Range<Int>) -> Void
  ) {
    let (model, workspace) = (passes.model, passes.workspace)
    model.forward(
      batch, masked: expected, parameters: passes.parameters, workspace: workspace, dropout: passes.dropout)
    let scores = model.backward(
      batch, masked: expected, scale: passes.scale, parameters: passes.parameters, workspace: workspace,
      dropout: passes.dropout, gradients: passes.gradients, finished: finished)
    for score in scores {
      figures.loss += score.loss
      figures.right += score.isRight ? 1 : 0
    }
  }

  /// The step's loss, accuracy, norm and rate.
  public func record(_ figures: StepFigures) -> PretrainingRecord {
    PretrainingRecord(
      loss: figures.loss, accuracy: Double(figures.right) / Double(figures.predictions),
      gradientNorm: figures.gradientNorm, learningRate: figures.learningRate)
  }
}
