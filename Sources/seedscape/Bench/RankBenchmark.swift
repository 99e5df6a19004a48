import BERT
import FineTuning
import Foundation
import GLUE
import LearningDynamics
import LinearAlgebra
import LossLandscape
import TensorFiles
import Tokenization

/// The measurements of one rank.
final class RankBenchmark {
  let reading: Reading
  let operationsOfTraining: Double
  let operationsOfPoint: Double
  private let options: BenchCommand
  private let task: GLUE.Task
  private let model: BERTModel
  private let data: EncodedDataset
  private let team: ThreadTeam
  private let directions: Directions
  private var trainer: Trainer?

  /// What reading and tokenising took.
  struct Reading: Codable {
    var rows: Double
    var readSeconds: Double
    var tokenizeSeconds: Double
    var tokens: Double
  }

  /// Passes through the rows.
  struct Passes: Codable {
    /// Of each pass.
    var seconds: [Double]
    /// Real tokens of a pass.
    var tokens: Double
    /// Examples of a pass.
    var examples: Double
    /// Operations of matrix products that a pass executes.
    var operations: Double
    /// Seconds by kind of work, all passes.
    var kinds: [String: Double]

    /// Of each pass, ascending.
    var tokensPerSecond: [Double] { seconds.map { tokens / $0 }.sorted() }
  }

  /// - Parameters:
  ///   - leadsNode: whether this rank writes the files that all ranks of its node map.
  ///   - waitForNode: returns when all ranks of the node have called it.
  init(_ options: BenchCommand, leadsNode: Bool, waitForNode: () throws -> Void) throws {
    self.options = options
    team = ThreadTeam(count: options.model.threads)
    let task = try options.task.resolve()
    self.task = task
    let configuration = try BERTConfiguration(directory: options.model.directory)
    model = BERTModel(configuration, outputs: task.labels.outputCount)
    let tokenizer = try options.model.tokenizer(for: configuration)
    let length = try maximumLength(options.maxLength, configuration)
    var rows = Dataset(examples: [])
    let readSeconds = try measure { rows = try task.read(.train, in: options.task.folder) }
    var all = EncodedDataset(tokens: [], segments: [], labels: nil)
    let tokenizeSeconds = try measure {
      all = try EncodedDataset(rows.examples, tokenizer: tokenizer, maximumLength: length)
    }
    reading = Reading(
      rows: Double(all.count), readSeconds: readSeconds, tokenizeSeconds: tokenizeSeconds,
      tokens: Double(all.tokenCount)
    )
    data = all.sample(options.examples, seed: 0)
    guard data.labels != nil, data.count > 0 else { throw FineTuningError.noLabels }
    let lengths = data.tokens.map(\.count)
    operationsOfTraining = model.operations(
      lengths: lengths, purpose: .training(recomputing: options.recompute))
    operationsOfPoint = model.operations(lengths: lengths, purpose: .inference)
    directions = try Directions(model, options.model.directory, isWriter: leadsNode, waitForNode)
  }

  /// One pass is thrown away: it makes memory real.
  func fineTuning() throws -> Passes {
    var settings = TrainingSettings()
    settings.batchSize = options.batch
    settings.microBatchSize = min(options.microBatch ?? options.batch, options.batch)
    settings.recomputesLayers = options.recompute
    let stepsPerPass = settings.stepsPerEpoch(examples: data.count)
    let passes = (options.steps + stepsPerPass - 1) / stepsPerPass
    settings.epochs = passes + 1
    let trainer = try Trainer(
      model, data: data, settings: settings, seeds: TrainingSeeds(head: 0, order: 0), team: team
    ) { parameters in
      parameters.update(from: directions.theta0.base, count: model.table.count)
    }
    self.trainer = trainer
    for _ in 0..<stepsPerPass { try trainer.advance() }
    let clock = WorkClock()
    trainer.clock = clock
    let times = try (0..<passes).map { _ in
      try measure { for _ in 0..<stepsPerPass { try trainer.advance() } }
    }
    return result(times, clock, operationsOfTraining)
  }

  /// Gives the memory of fine-tuning back.
  func freeFineTuning() { trainer = nil }

  /// One point is thrown away.
  func landscape(points: Int) throws -> Passes {
    let plane = try directions.plane(model)
    // The dev subset is the training subset's first row, to leave a point's work to one set.
    let evaluator = try PointEvaluator(
      plane, model: model, task: task, training: data, dev: data.selecting([0]), batchSize: options.batch, team: team)
    _ = evaluator.evaluate(Combination(alpha: 0.1, beta: 0.2, scale: 1))
    let clock = WorkClock()
    evaluator.clock = clock
    let times = (1...points).map { point in
      measure { _ = evaluator.evaluate(Combination(alpha: 0.1 * Double(point), beta: -0.2, scale: 1)) }
    }
    return result(times, clock, operationsOfPoint)
  }

  private func result(_ seconds: [Double], _ clock: WorkClock, _ operations: Double) -> Passes {
    Passes(
      seconds: seconds, tokens: Double(data.tokenCount), examples: Double(data.count), operations: operations,
      kinds: Dictionary(uniqueKeysWithValues: clock.seconds.map { ($0.key.rawValue, $0.value) }))
  }

  /// The rates of this rank while the others sleep: matrix products in operations/s, points in tokens/s.
  func alone() throws -> Alone {
    let gemm = matrixProducts()
    let points = try landscape(points: min(options.points, 3))
    return Alone(gemm: max(gemm, matrixProducts()), tokensPerSecond: points.tokensPerSecond.median)
  }

  /// See ``RankBenchmark/alone()``.
  struct Alone: Codable {
    var gemm: Double
    var tokensPerSecond: Double
  }

  /// The limit of this rank, operations/s.
  func matrixProducts() -> Double {
    let rows = max(1, data.tokenCount / data.count * min(options.batch, data.count))
    return sustainedProductRate(model.configuration, rows: rows, team: team)
  }

  /// The decomposition of one layer's features and one distance, in seconds.
  func dynamics() throws -> Dynamics {
    let (rows, columns) = (4096, model.configuration.hiddenSize)
    var features = [Float](repeating: 0, count: rows * columns)
    for i in features.indices { features[i] = Float(Directions.noise(i)) }
    var basis = FeatureBasis(rows: 0, kept: 0, vectors: [])
    let basisSeconds = try measure { basis = try FeatureBasis(features, columns: columns) }
    let distanceSeconds = try measure { _ = try SVCCA(basis, basis) }
    return Dynamics(rows: Double(rows), basisSeconds: basisSeconds, distanceSeconds: distanceSeconds)
  }

  /// See ``RankBenchmark/dynamics()``.
  struct Dynamics: Codable {
    var rows: Double
    var basisSeconds: Double
    var distanceSeconds: Double
  }

  /// Removes what the ranks of the node mapped.
  func removeDirections() throws { try directions.remove() }
}
