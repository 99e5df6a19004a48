public import BERT
internal import LinearAlgebra
internal import Randomness

/// The steps of a training: of fine-tuning and pre-training alike, which differ in their objective and in who shares a step.
///
/// A step takes the next items of the data's order in micro-batches, adds up their gradients, clips the sum by its norm,
/// and lets AdamW move the parameters at the schedule's rate. What it does is a function of the plan, the seeds, the
/// data, the start and the step's number alone.
public final class TrainingLoop<Objective: TrainingObjective> {
  /// The model.
  public let model: BERTModel
  let objective: Objective
  let plan: StepPlan
  /// Who computes the shares of a step; nil: this process alone, and a step is one share.
  let gang: Gang?
  /// Parameters, gradients and moments.
  var state: TrainingState
  /// The records of the steps done, in order.
  public internal(set) var history: [Objective.Record] = []

  private(set) var order: StepOrder
  private let workspace: Workspace
  private let dropout: Philox
  private let shareGradient: AlignedBuffer<Float>

  /// Starts a training, for which there is memory: the caller has checked it.
  ///
  /// - Parameters:
  ///   - seeds: key dropout and the order of the data.
  ///   - workspace: for the largest micro-batch that may come.
  ///   - start: writes the first parameters into the flat vector it gets.
  init(
    _ model: BERTModel, _ objective: Objective, _ plan: StepPlan, seeds: TrainingSeeds, gang: Gang?,
    workspace: Workspace, start: (UnsafeMutablePointer<Float>) throws -> Void
  ) throws {
    precondition(gang != nil || plan.shares == 1, "a step without a gang is one share")
    (self.model, self.objective, self.plan, self.gang) = (model, objective, plan, gang)
    self.workspace = workspace
    state = TrainingState(model.table)
    order = StepOrder(count: objective.count, batchSize: plan.batchSize, seed: seeds.order)
    dropout = Philox(seed: seeds.head, purpose: .dropout)
    shareGradient = AlignedBuffer(count: plan.shares > 1 ? model.table.count : 0)
    try start(state.parameters.pointer)
  }

  /// The parameters as they are.
  public var parameters: UnsafePointer<Float> { UnsafePointer(state.parameters.pointer) }

  /// Where the time of steps is noted by kind of work; nil: nowhere.
  public var clock: WorkClock? {
    get { workspace.clock }
    set { workspace.clock = newValue }
  }

  /// How many steps the whole training has.
  public var steps: Int { plan.steps }

  /// The number of the next step, from 0; equal to `steps` at the end.
  public var step: Int { history.count }

  /// Whether this process is the one of its gang that writes files.
  var writes: Bool { gang?.shares.lowerBound ?? 0 == 0 }

  /// The items of a step.
  func items(step: Int) -> [Int] { order.items(of: step) }

  /// Does the next step.
  ///
  /// - Parameter shouldStop: tells, when the own shares are computed, whether this process was asked to stop.
  /// - Returns: whether any process of the gang was.
  /// - Throws: ``FineTuningError/notFinite(what:value:step:)``, the parameters then being those before the step; what the
  ///   gang throws.
  @discardableResult
  public func advance(shouldStop: () -> Bool = { false }) throws -> Bool {
    let items = items(step: step)
    let predictions = objective.predictions(of: items[...])
    let total = state.gradients.pointer
    var figures: [ShareFigures] = []
    var squares = 0.0
    for share in gang?.shares ?? 0..<1 {
      let part = items.count * share / plan.shares..<items.count * (share + 1) / plan.shares
      // A sole share needs no memory of its own.
      let gradient = plan.shares == 1 ? total : shareGradient.pointer
      figures.append(addGradient(of: items[part], scale: 1 / Double(predictions), to: gradient, squares: &squares))
      if let gang, plan.shares > 1 {
        try gang.collect(gradient, total, model.table.count)
        gradient.update(repeating: 0, count: model.table.count)
      }
    }
    if let gang {
      if shouldStop(), !figures.isEmpty { figures[0].stops = true }
      figures = try gang.complete(figures, total, model.table.count)
      squares = state.squaredNorm(of: 0..<model.table.count, team: workspace.team)
    }
    try update(figures, predictions, gradientNorm: squares.squareRoot())
    return figures.contains { $0.stops }
  }

  /// Adds the gradient of a share of the step's items, micro-batch by micro-batch.
  ///
  /// - Parameter squares: without a gang, gets the squared norm of the gradient, range by range while each is still near.
  private func addGradient(
    of items: ArraySlice<Int>, scale: Double, to gradients: UnsafeMutablePointer<Float>, squares: inout Double
  ) -> ShareFigures {
    var figures = ShareFigures(loss: 0, right: 0, stops: false)
    for first in stride(from: items.startIndex, to: items.endIndex, by: plan.microBatchSize) {
      let part = items[first..<min(first + plan.microBatchSize, items.endIndex)]
      let (batch, expected) = objective.batch(of: part, pass: order.pass(of: step))
      let passes = TrainingPasses(
        model: model, parameters: parameters, workspace: workspace,
        dropout: Dropout(model.configuration, generator: dropout, step: step, firstExample: first),
        factors: plan.factors, scale: scale, gradients: gradients)
      let isFinal = gang == nil && part.endIndex == items.endIndex
      state.use(batch)
      objective.addGradient(batch, expected, passes, figures: &figures) { range in
        if isFinal { squares += state.squaredNorm(of: range, team: workspace.team) }
      }
    }
    return figures
  }

  private func update(_ figures: [ShareFigures], _ predictions: Int, gradientNorm norm: Double) throws {
    let loss = figures.reduce(0) { $0 + $1.loss } / Double(predictions)
    try FineTuningError.checkFinite(loss: loss, gradientNorm: norm, step: step)
    let rate = plan.schedule.rate(step: step, of: plan.steps)
    plan.optimiser.update(
      model.table, step: step + 1, rate: rate, factors: plan.factors,
      clip: plan.optimiser.clipFactor(norm: norm), &state, team: workspace.team)
    workspace.clock?.charge(.optimiser)
    history.append(
      objective.record(
        StepFigures(
          loss: loss, right: figures.reduce(0) { $0 + $1.right }, predictions: predictions, gradientNorm: norm,
          learningRate: rate)))
  }
}

/// What of a training's settings its steps go by.
struct StepPlan {
  /// How many steps there are.
  let steps: Int
  /// Items of a step.
  let batchSize: Int
  /// Items of a forward and backward pass; gradients accumulate.
  let microBatchSize: Int
  /// In how many parts a step's items are split whose gradients are computed apart and added in order.
  let shares: Int
  let schedule: LearningRateSchedule
  let optimiser: AdamW
  /// What is frozen or slowed down; nil: nothing.
  let factors: LearningRateFactors?
}
