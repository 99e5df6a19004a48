public import BERT
public import GLUE
public import LinearAlgebra
internal import Randomness

/// One fine-tuning under way: parameters, moments, and how far it is.
///
/// What a step does is a function of the settings, the seeds, the data, the start and the step's number alone.
public final class Trainer {
  /// The model.
  public let model: BERTModel
  /// The settings.
  public let settings: TrainingSettings
  /// The records of the steps done, in order.
  public internal(set) var history: [StepRecord] = []
  /// How many steps the whole fine-tuning has.
  public let steps: Int

  var state: TrainingState
  let stepsPerEpoch: Int
  private let data: EncodedDataset
  private let targets: Targets
  private let seeds: TrainingSeeds
  private let workspace: Workspace
  private let dropout: Philox
  private let factors: LearningRateFactors
  private var order: (epoch: Int, examples: [Int])?

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
  public init(
    _ model: BERTModel, data: EncodedDataset, settings: TrainingSettings, seeds: TrainingSeeds,
    team: ThreadTeam = .single, start: (UnsafeMutablePointer<Float>) throws -> Void
  ) throws {
    guard let labels = data.labels, data.count > 0 else { throw FineTuningError.noLabels }
    targets = try Targets(labels, outputs: model.table.outputs ?? 0)
    self.data = try data.checked(for: model.configuration.inputLimits)
    factors = try settings.learningRateFactors(for: model)
    self.model = model
    self.settings = settings
    self.seeds = seeds
    steps = settings.steps(examples: data.count)
    stepsPerEpoch = settings.stepsPerEpoch(examples: data.count)
    // Any examples may meet in a micro-batch: the largest that could come is sized for. Untouched pages cost nothing.
    let lengths = data.lengths.sorted(by: >)
    let capacity = BatchShape(lengths: lengths.prefix(settings.microBatchSize))
    let purpose = Workspace.Purpose.training(recomputing: settings.recomputesLayers)
    // Parameters; a gradient and two moments.
    try model.checkMemory(
      vectors: 1, others: 3 * factors.trainedCount, capacity: capacity,
      typical: BatchShape(typicalOf: lengths, size: capacity.sequences), purpose: purpose, threads: team.count)
    state = TrainingState(model.table)
    workspace = Workspace(model, capacity: capacity, purpose: purpose, team: team)
    dropout = Philox(seed: seeds.head, purpose: .dropout)
    try start(state.parameters.pointer)
  }

  /// The parameters as they are.
  public var parameters: UnsafePointer<Float> { UnsafePointer(state.parameters.pointer) }

  /// Where the time of steps is noted by kind of work; nil: nowhere.
  public var clock: WorkClock? {
    get { workspace.clock }
    set { workspace.clock = newValue }
  }

  /// The number of the next step, from 0; equal to `steps` at the end.
  public var step: Int { history.count }

  /// The epoch of the next step, from 0.
  public var epoch: Int { step / stepsPerEpoch }

  /// Whether the last step ended an epoch.
  public var isAtEpochEnd: Bool { step > 0 && step % stepsPerEpoch == 0 }

  /// The mean training loss per example over an epoch that is done, from 0.
  func loss(ofEpoch epoch: Int) -> Double {
    let steps = epoch * stepsPerEpoch..<(epoch + 1) * stepsPerEpoch
    let sum = steps.reduce(0.0) { $0 + history[$1].loss * Double(batchSize(step: $1)) }
    return sum / Double(data.count)
  }

  /// The examples of a step: the epoch's permutation in pieces of the batch size.
  package func examples(step: Int) -> ArraySlice<Int> {
    let epoch = step / stepsPerEpoch
    if order?.epoch != epoch {
      var stream = RandomStream(Philox(seed: seeds.order, purpose: .dataOrder), UInt32(epoch))
      order = (epoch, stream.permutation(of: data.count))
    }
    let first = step % stepsPerEpoch * settings.batchSize
    return order?.examples[first..<first + batchSize(step: step)] ?? []
  }

  private func batchSize(step: Int) -> Int {
    let first = step % stepsPerEpoch * settings.batchSize
    return min(settings.batchSize, data.count - first)
  }

  /// Does the next step.
  ///
  /// - Throws: ``FineTuningError/notFinite(what:value:step:)``; the parameters are then those before the step.
  public func advance() throws(FineTuningError) {
    let step = self.step
    let examples = examples(step: step)
    let rate = settings.learningRate(step: step, of: steps)
    var loss = 0.0
    var squares = 0.0
    var first = examples.startIndex
    while first < examples.endIndex {
      let part = examples[first..<min(first + settings.microBatchSize, examples.endIndex)]
      let batch = data.batch(part)
      let dropout = Dropout(
        model.configuration, generator: dropout, step: step, firstExample: first - examples.startIndex)
      let isLast = part.endIndex == examples.endIndex
      state.use(batch)
      model.forward(batch, parameters: parameters, workspace: workspace, dropout: dropout)
      let losses = model.backward(
        batch, targets: targets.selecting(part), scale: 1 / Double(examples.count), parameters: parameters,
        workspace: workspace, dropout: dropout, factors: factors, gradients: state.gradients.pointer,
        finished: { if isLast { squares += state.squaredNorm(of: $0, team: workspace.team) } })
      loss += losses.reduce(0, +)
      first = part.endIndex
    }
    loss /= Double(examples.count)
    let norm = squares.squareRoot()
    try FineTuningError.checkFinite(loss: loss, gradientNorm: norm, step: step)
    settings.optimiser.update(
      model.table, step: step + 1, rate: rate, factors: factors,
      clip: settings.optimiser.clipFactor(norm: norm), &state, team: workspace.team)
    workspace.clock?.charge(.optimiser)
    history.append(StepRecord(loss: loss, gradientNorm: norm, learningRate: rate))
  }
}
