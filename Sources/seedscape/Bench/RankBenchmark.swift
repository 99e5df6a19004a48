import BERT
import FineTuning
import Foundation
import GLUE
import LearningDynamics
import LinearAlgebra
import LossLandscape
import Tokenization

/// The measurements of one rank.
struct RankBenchmark {
  let reading: Reading
  private let options: BenchCommand
  private let task: GLUE.Task
  private let model: BERTModel
  private let data: EncodedDataset
  private let team: ThreadTeam

  /// What reading and tokenising took.
  struct Reading: Codable {
    var rows: Double
    var readSeconds: Double
    var encodedRows: Double
    var encodeSeconds: Double
    var tokens: Double
  }

  /// Rounds through the rows.
  struct Rounds: Codable {
    /// Of each round.
    var seconds: [Double]
    /// Real tokens of a round.
    var tokens: Double
    /// Examples of a round.
    var examples: Double
    /// Operations of matrix products that a round executes.
    var operations: Double
    /// Seconds by kind of work, all rounds.
    var kinds: [String: Double]
    /// The proportional set size while all memory of the work is held, MiB; nil where the system does not tell.
    var pss: Double?

    /// Of each round, ascending.
    var tokensPerSecond: [Double] { seconds.map { tokens / $0 }.sorted() }
  }

  /// Reads all that is needed; before MPI starts, so that what is wrong with it is told once.
  init(_ options: BenchCommand) throws {
    self.options = options
    team = try ThreadTeam(count: options.model.threads)
    let task = try options.task.resolve()
    self.task = task
    let configuration = try BERTConfiguration(directory: options.model.directory)
    let limits = configuration.inputLimits
    try task.checkSegments(limits, model: options.model.directory.path)
    model = BERTModel(configuration, outputs: task.labels.outputCount)
    let tokenizer = try options.model.tokenizer(for: configuration)
    let length = try maximumLength(options.maxLength, configuration)
    var rows = Dataset(examples: [])
    let readSeconds = try measure { rows = try task.read(.train, in: options.task.folder) }
    var encoded = try EncodedDataset(tokens: [], segments: [], labels: nil, limits: limits)
    let encodeSeconds = try measure {
      encoded = try EncodedDataset(
        rows.examples.prefix(20_000), tokenizer: tokenizer, maximumLength: length, limits: limits)
    }
    reading = Reading(
      rows: Double(rows.examples.count), readSeconds: readSeconds, encodedRows: Double(encoded.count),
      encodeSeconds: encodeSeconds, tokens: Double(encoded.tokenCount))
    data = encoded.sample(options.examples, seed: 0)
    guard data.labels != nil, data.count > 0 else { throw FineTuningError.noLabels }
  }

  /// The models of this rank's node; collective over its ranks.
  func models(
    isWriter: Bool, share: (String) throws -> String, wait: () throws -> Void
  ) throws -> MappedModels {
    try MappedModels(model, options.model.directory, isWriter: isWriter, share: share, wait: wait)
  }

  /// Fine-tuning. One round is thrown away: it makes memory real.
  ///
  /// - Parameter pss: reads the memory of this rank while all ranks hold theirs.
  func fineTuning(_ models: MappedModels, pss: () throws -> Double?) throws -> Rounds {
    let settings = options.settings
    let stepsPerRound = settings.stepsPerEpoch(examples: data.count)
    let rounds = (options.steps + stepsPerRound - 1) / stepsPerRound
    var whole = settings
    whole.epochs = rounds + 1
    let trainer = try Trainer(
      model, data: data, settings: whole, seeds: TrainingSeeds(head: 0, order: 0), team: team
    ) { parameters in
      let theta0 = try models.theta(0)
      withExtendedLifetime(theta0) { parameters.update(from: theta0.base, count: model.table.count) }
    }
    for _ in 0..<stepsPerRound { try trainer.advance() }
    let clock = WorkClock()
    trainer.clock = clock
    let times = try (0..<rounds).map { _ in
      try measure { for _ in 0..<stepsPerRound { try trainer.advance() } }
    }
    let held = try withExtendedLifetime(trainer) { try pss() }
    return result(times, clock, .training(recomputing: settings.recomputesLayers), held)
  }

  /// Landscape points. One is thrown away.
  ///
  /// - Parameter pss: as in ``fineTuning(_:pss:)``.
  func landscape(_ models: MappedModels, points: Int, pss: () throws -> Double?) throws -> Rounds {
    // The dev subset is the training subset's first row, to leave a point's work to one set.
    let evaluator = try PointEvaluator(
      model, task: task, training: data, dev: data.selecting([0]), batchSize: options.batch, team: team)
    let plane = try models.plane()
    func evaluate(alpha: Double) throws {
      _ = try evaluator.evaluate(Combination(alpha: alpha, beta: -0.2, scale: 1), of: plane)
    }
    try evaluate(alpha: -0.1)
    let clock = WorkClock()
    evaluator.clock = clock
    let times = try (1...points).map { point in try measure { try evaluate(alpha: 0.1 * Double(point)) } }
    let held = try withExtendedLifetime((evaluator, plane)) { try pss() }
    return result(times, clock, .inference, held)
  }

  private func result(
    _ seconds: [Double], _ clock: WorkClock, _ purpose: Workspace.Purpose, _ pss: Double?
  ) -> Rounds {
    var kinds = Dictionary(uniqueKeysWithValues: clock.seconds.map { ($0.key.rawValue, $0.value) })
    kinds["other"] = max(0, seconds.reduce(0, +) - kinds.values.reduce(0, +))
    return Rounds(
      seconds: seconds, tokens: Double(data.tokenCount), examples: Double(data.count),
      operations: model.operations(lengths: data.lengths, purpose: purpose), kinds: kinds,
      pss: pss)
  }

  /// The rates of this rank while the others sleep: matrix products in operations/s, points in tokens/s.
  func alone(_ models: MappedModels) throws -> Alone {
    let gemm = productRate()
    let points = try landscape(models, points: min(options.points, 3)) { nil }
    return Alone(gemm: max(gemm, productRate()), tokensPerSecond: points.tokensPerSecond.median)
  }

  /// See ``RankBenchmark/alone(_:)``.
  struct Alone: Codable {
    var gemm: Double
    var tokensPerSecond: Double
  }

  /// The limit of this rank, operations/s.
  func productRate() -> Double {
    let rows = max(1, data.tokenCount / data.count * min(options.batch, data.count))
    return sustainedProductRate(model.configuration, rows: rows, team: team)
  }

  /// The decomposition of one layer's features, and one distance.
  func similarity() throws -> Similarity {
    let (rows, columns) = (4096, model.configuration.hiddenSize)
    let features = (0..<rows * columns).map { Float(noise($0)) }
    var basis = FeatureBasis(rows: 0, kept: 0, vectors: [])
    let basisSeconds = try measure { basis = try FeatureBasis(features, columns: columns) }
    let distanceSeconds = try measure { _ = try SVCCA(basis, basis) }
    return Similarity(rows: Double(rows), basisSeconds: basisSeconds, distanceSeconds: distanceSeconds)
  }

  /// See ``RankBenchmark/similarity()``.
  struct Similarity: Codable {
    var rows: Double
    var basisSeconds: Double
    var distanceSeconds: Double
  }
}
