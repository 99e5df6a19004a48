public import BERT
internal import FineTuning
public import GLUE
public import LinearAlgebra

/// What a point of a surface is like: one placement of the weights, all answers.
public struct PointValues: Sendable, Equatable {
  /// The mean loss on the training subset, dropout off.
  public var trainingLoss: Double
  /// The mean loss on the dev subset.
  public var devLoss: Double
  /// 1 - accuracy on the dev subset (regression: 1 - Pearson); nil where that is undefined.
  public var devError: Double?
}

/// Evaluates points of a plane with theta1's head, in memory that is taken once.
public final class PointEvaluator {
  private let plane: Plane
  private let places: [Range<Int>]
  private let workspace: Workspace
  private let task: Task
  private let parameters: AlignedBuffer<Float>
  private let training: Evaluator
  private let dev: Evaluator
  private let devLabels: Labels

  /// Prepares to evaluate points.
  ///
  /// - Parameters:
  ///   - model: the model of theta1, head included.
  ///   - task: theta1's task.
  ///   - training: the training subset.
  ///   - dev: the dev subset.
  ///   - batchSize: examples of a batch; part of a result's identity.
  ///   - team: the threads that share the work; their number is part of what fixes the result's bits.
  /// - Throws: ``LandscapeError/sizesDiffer(got:expected:)`` when theta1 is not a vector of `model`;
  ///   `FineTuningError.noLabels`, `ModelError`.
  public init(
    _ plane: Plane, model: BERTModel, task: Task, training: EncodedDataset, dev: EncodedDataset, batchSize: Int,
    team: ThreadTeam = .single
  ) throws {
    guard plane.theta1.count == model.table.count, plane.encoder == model.table.encoder else {
      throw LandscapeError.sizesDiffer(got: plane.theta1.count, expected: model.table.count)
    }
    guard let devLabels = dev.labels else { throw FineTuningError.noLabels }
    self.plane = plane
    self.task = task
    self.devLabels = devLabels
    let batches = training.batches(of: batchSize) + dev.batches(of: batchSize)
    workspace = Workspace(model, capacity: BatchShape(fitting: batches), purpose: .inference, team: team)
    self.training = try Evaluator(model, training, batchSize: batchSize, workspace: workspace)
    self.dev = try Evaluator(model, dev, batchSize: batchSize, workspace: workspace)
    // The evaluators have made sure that the model knows all tokens.
    places = model.table.ranges(readBy: batches).map { $0.clamped(to: plane.encoder) }
    parameters = AlignedBuffer(count: model.table.count)
    (parameters.pointer + model.table.head.lowerBound)
      .update(from: plane.theta1.base + model.table.head.lowerBound, count: model.table.head.count)
  }

  /// Where the time of points is noted by kind of work; nil: nowhere.
  public var clock: WorkClock? {
    get { workspace.clock }
    set { workspace.clock = newValue }
  }

  /// The values at a point. Losses that are not finite are results.
  public func evaluate(_ point: Combination) -> PointValues {
    workspace.clock?.skip()
    plane.place(point, at: places, into: parameters.pointer, team: workspace.team)
    workspace.clock?.charge(.forming)
    let training = training.evaluate(parameters.pointer)
    let dev = dev.evaluate(parameters.pointer)
    return PointValues(
      trainingLoss: training.loss, devLoss: dev.loss,
      devError: task.error(predictions: dev.predictions, targets: devLabels))
  }
}
