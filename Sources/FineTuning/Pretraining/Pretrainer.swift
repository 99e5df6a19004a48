public import BERT
public import LinearAlgebra
internal import Randomness

/// A pre-training under way: parameters, moments, and how far it is.
///
/// What a step does is a function of the settings, the seed, the text, the start and the step's number alone, whoever
/// computes its shares.
public final class Pretrainer {
  /// The masked language model.
  public let model: BERTModel
  /// The settings.
  public let settings: PretrainingSettings
  /// The records of the steps done, in order.
  public internal(set) var history: [PretrainingRecord] = []

  var state: TrainingState
  let gang: Gang
  private let text: PretrainingText
  private let masking: Masking
  private let seed: UInt64
  private let dropout: Philox
  private let workspace: Workspace
  private let shareGradient: AlignedBuffer<Float>
  private var order: (pass: Int, sequences: [Int])?

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
  public init(
    _ model: BERTModel, text: PretrainingText, maskToken: Int32, settings: PretrainingSettings, seed: UInt64,
    gang: Gang? = nil, team: ThreadTeam = .single, start: (UnsafeMutablePointer<Float>) throws -> Void
  ) throws {
    precondition(model.table.headKind == .maskedLanguageModel, "the model predicts masked tokens")
    let text = try text.checked(for: model.configuration.inputLimits)
    self.model = model
    self.settings = settings
    self.text = text
    self.seed = seed
    self.gang = gang ?? .alone(shares: settings.shares, team: team)
    masking = try Masking(
      seed: seed, share: settings.maskedShare, vocabularySize: text.vocabularySize, maskToken: maskToken,
      limits: model.configuration.inputLimits)
    dropout = Philox(seed: seed, purpose: .dropout)
    let inPass = min(settings.microBatchSize, (settings.batchSize + settings.shares - 1) / settings.shares)
    let capacity = text.capacity(of: inPass, masking)
    let purpose = Workspace.Purpose.training(recomputing: settings.recomputesLayers)
    // Parameters, gradients, two moments; those of a share.
    try model.checkMemory(
      vectors: settings.shares > 1 ? 5 : 4, capacity: capacity, purpose: purpose, threads: team.count)
    state = TrainingState(model.table)
    shareGradient = AlignedBuffer(count: model.table.count)
    workspace = Workspace(model, capacity: capacity, purpose: purpose, team: team)
    try start(state.parameters.pointer)
  }

  /// The parameters as they are.
  public var parameters: UnsafePointer<Float> { UnsafePointer(state.parameters.pointer) }

  /// Where the time of steps is noted by kind of work; nil: nowhere.
  public var clock: WorkClock? {
    get { workspace.clock }
    set { workspace.clock = newValue }
  }

  /// The number of the next step, from 0; equal to `settings.steps` at the end.
  public var step: Int { history.count }

  /// How many steps a pass over the text has.
  public var stepsPerPass: Int { settings.stepsPerPass(sequences: text.count) }

  /// The sequences of a step: the pass's permutation of the text in pieces of the batch size.
  package func sequences(step: Int) -> ArraySlice<Int> {
    let pass = step / stepsPerPass
    if order?.pass != pass {
      var stream = RandomStream(Philox(seed: seed, purpose: .dataOrder), UInt32(pass))
      order = (pass, stream.permutation(of: text.count))
    }
    let first = step % stepsPerPass * settings.batchSize
    return order?.sequences[first..<min(first + settings.batchSize, text.count)] ?? []
  }

  /// Does the next step.
  ///
  /// - Parameter shouldStop: tells, when the own shares are computed, whether this process was asked to stop.
  /// - Returns: whether any process of the gang was.
  /// - Throws: ``FineTuningError/notFinite(what:value:step:)``, the parameters then being those before the step; what the
  ///   gang throws.
  @discardableResult
  public func advance(shouldStop: () -> Bool = { false }) throws -> Bool {
    let step = self.step
    let sequences = Array(sequences(step: step))
    let predictions = sequences.reduce(0) { $0 + text.predictions(of: $1, masking) }
    let total = state.gradients.pointer
    var figures: [ShareFigures] = []
    for share in gang.shares {
      let part = sequences.count * share / settings.shares..<sequences.count * (share + 1) / settings.shares
      // A sole share needs no memory of its own.
      let gradient = settings.shares == 1 ? total : shareGradient.pointer
      let (loss, right) = addGradient(of: part, sequences, scale: 1 / Double(predictions), to: gradient)
      figures.append(ShareFigures(loss: loss, right: right, stops: false))
      if settings.shares > 1 {
        try gang.collect(gradient, total, model.table.count)
        gradient.update(repeating: 0, count: model.table.count)
      }
    }
    if shouldStop(), !figures.isEmpty { figures[0].stops = true }
    figures = try gang.complete(figures, total, model.table.count)
    try update(step, figures, predictions)
    return figures.contains { $0.stops }
  }

  /// Adds the gradient of a share, sequences at `part` of the step's, micro-batch by micro-batch.
  private func addGradient(
    of part: Range<Int>, _ sequences: [Int], scale: Double, to gradient: UnsafeMutablePointer<Float>
  ) -> (loss: Double, right: Int) {
    var (loss, right) = (0.0, 0)
    for first in stride(from: part.lowerBound, to: part.upperBound, by: settings.microBatchSize) {
      let places = first..<min(first + settings.microBatchSize, part.upperBound)
      let (batch, masked) = text.batch(sequences[places], masking, pass: step / stepsPerPass)
      let dropout = Dropout(model.configuration, generator: dropout, step: step, firstExample: first)
      model.forward(batch, masked: masked, parameters: parameters, workspace: workspace, dropout: dropout)
      let scores = model.backward(
        batch, masked: masked, scale: scale, parameters: parameters, workspace: workspace, dropout: dropout,
        gradients: gradient)
      for score in scores {
        loss += score.loss
        right += score.isRight ? 1 : 0
      }
    }
    return (loss, right)
  }

  private func update(_ step: Int, _ figures: [ShareFigures], _ predictions: Int) throws(FineTuningError) {
    let (model, team) = (model, workspace.team)
    let loss = figures.reduce(0) { $0 + $1.loss } / Double(predictions)
    let norm = state.squaredNorm(of: 0..<model.table.count, team: team).squareRoot()
    try FineTuningError.checkFinite(loss: loss, gradientNorm: norm, step: step)
    let rate = settings.learningRate(step: step)
    settings.optimiser.update(
      model.table, step: step + 1, rate: rate, clip: settings.optimiser.clipFactor(norm: norm), &state, team: team)
    workspace.clock?.charge(.optimiser)
    let right = figures.reduce(0) { $0 + $1.right }
    history.append(
      PretrainingRecord(
        loss: loss, accuracy: Double(right) / Double(predictions), gradientNorm: norm, learningRate: rate))
  }
}
