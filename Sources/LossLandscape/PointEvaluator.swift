public import BERT
internal import FineTuning
public import GLUE
public import LinearAlgebra

/// What a point of a curve or surface is like: one placement of the weights, all answers.
public struct PointValues: Sendable, Equatable {
  /// The mean loss on the training subset, dropout off.
  public var trainingLoss: Estimate
  /// The mean loss on the dev subset.
  public var devLoss: Estimate
  /// 1 - accuracy on the dev subset (regression: 1 - Pearson); nil where that is undefined.
  public var devError: Estimate?
}

/// A mean over the examples of a fixed subset.
public struct Estimate: Sendable, Equatable {
  /// The mean, or another figure of the examples.
  public var value: Double
  /// The standard error of a mean over examples drawn alike: sample deviation / sqrt(n); nil for one example, and for
  /// figures that are no mean.
  public var standardError: Double?

  /// A figure with a standard error that is known otherwise, or none.
  public init(value: Double, standardError: Double? = nil) {
    self.value = value
    self.standardError = standardError
  }

  /// The mean of `values`, summed in order as everywhere.
  public init(meanOf values: [Double]) {
    let (count, mean) = (Double(values.count), values.reduce(0, +) / Double(values.count))
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.init(value: mean, standardError: values.count > 1 ? (squares / (count - 1) / count).squareRoot() : nil)
  }
}

/// Evaluates points of planes with a fixed head, in memory that is taken once.
public final class PointEvaluator {
  private let model: BERTModel
  private let task: Task
  /// What the examples read, the head included.
  private let places: [Range<Int>]
  private let workspace: Workspace
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
  /// - Throws: `FineTuningError.noLabels`, `ModelError`, `LinearAlgebraError` for more memory than there is.
  public init(
    _ model: BERTModel, task: Task, training: EncodedDataset, dev: EncodedDataset, batchSize: Int,
    team: ThreadTeam = .single
  ) throws {
    guard let devLabels = dev.labels else { throw FineTuningError.noLabels }
    self.model = model
    self.task = task
    self.devLabels = devLabels
    let limits = model.configuration.inputLimits
    let (training, dev) = (try training.checked(for: limits), try dev.checked(for: limits))
    let batches = training.batches(of: batchSize) + dev.batches(of: batchSize)
    let capacity = BatchShape(fitting: batches)
    try model.checkMemory(vectors: 1, capacity: capacity, threads: team.count)
    workspace = Workspace(model, capacity: capacity, purpose: .inference, team: team)
    self.training = try Evaluator(model, training, batchSize: batchSize, workspace: workspace)
    self.dev = try Evaluator(model, dev, batchSize: batchSize, workspace: workspace)
    places = model.table.ranges(readBy: batches)
    parameters = AlignedBuffer(count: model.table.count)
  }

  /// Where the time of points is noted by kind of work; nil: nowhere.
  public var clock: WorkClock? {
    get { workspace.clock }
    set { workspace.clock = newValue }
  }

  /// The values at a point of a plane. Losses that are not finite are results.
  ///
  /// - Throws: ``LandscapeError/sizesDiffer(got:expected:)`` when the head is not of a vector of the model.
  public func evaluate(_ point: Combination, of plane: Plane) throws(LandscapeError) -> PointValues {
    let isWhole = plane.encoder == 0..<model.table.count
    guard plane.head.count == model.table.count, isWhole || plane.encoder == model.table.encoder else {
      throw .sizesDiffer(got: plane.head.count, expected: model.table.count)
    }
    workspace.clock?.skip()
    plane.place(
      point, at: places.map { $0.clamped(to: plane.encoder) }, into: parameters.pointer, team: workspace.team)
    let head = isWhole ? model.table.count..<model.table.count : model.table.head
    (parameters.pointer + head.lowerBound).update(from: plane.head.base + head.lowerBound, count: head.count)
    workspace.clock?.charge(.forming)
    let training = training.evaluate(parameters.pointer)
    let dev = dev.evaluate(parameters.pointer)
    return PointValues(
      trainingLoss: Estimate(meanOf: training.losses), devLoss: Estimate(meanOf: dev.losses),
      devError: devError(dev.predictions))
  }

  private func devError(_ predictions: Labels) -> Estimate? {
    guard let error = task.error(predictions: predictions, targets: devLabels) else { return nil }
    guard case .classes(let targets) = devLabels, case .classes(let predicted) = predictions else {
      return Estimate(value: error)
    }
    // Wrong or right, example by example.
    let wrong = zip(predicted, targets).map { $0 == $1 ? 0.0 : 1.0 }
    return Estimate(value: error, standardError: Estimate(meanOf: wrong).standardError)
  }
}
