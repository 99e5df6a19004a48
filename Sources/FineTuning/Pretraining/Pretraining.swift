public import BERT
public import Foundation
internal import TensorFiles

/// One pre-training from start to end: steps, evaluations, a state to resume from, the final model.
public final class Pretraining {
  /// The steps.
  public let trainer: Pretrainer
  /// The results on the dev text so far.
  public internal(set) var evaluations: [Evaluation] = []

  let dev: MaskedEvaluator?
  let evaluationInterval: Int
  let folder: URL
  let identity: String

  /// The result of an evaluation.
  public struct Evaluation: Sendable, Equatable {
    /// Steps done.
    public var step: Int
    /// The mean cross-entropy of the dev text's masked tokens, dropout off.
    public var loss: Double
    /// The share of them that was predicted right.
    public var accuracy: Double
  }

  /// Prepares a pre-training and takes it up where a state in its folder left it.
  ///
  /// - Parameters:
  ///   - trainer: at step 0.
  ///   - dev: evaluates a text apart from the training text, in the process that writes; nil: nothing is evaluated.
  ///   - evaluationInterval: steps from one evaluation to the next, >= 1; the last step is evaluated anyway.
  ///   - folder: where the final model goes; the state is in its folder `resume` while the run is unfinished.
  ///   - identity: what fixes the result, as text; a state of another identity is refused.
  /// - Throws: ``FineTuningError``, `TensorFileError`.
  public init(
    _ trainer: Pretrainer, dev: MaskedEvaluator?, evaluationInterval: Int, folder: URL, identity: String
  ) throws {
    self.trainer = trainer
    self.dev = dev
    self.evaluationInterval = evaluationInterval
    self.folder = folder
    self.identity = identity
    if FileManager.default.fileExists(atPath: stateURL.path) { try resume() }
  }

  /// The state to resume from.
  var stateURL: URL { folder.appending(path: "resume/state.safetensors") }

  /// Goes on until the last step, or until a process of the gang is asked to stop.
  ///
  /// - Parameters:
  ///   - source: the Hugging Face directory whose configuration and vocabulary the final model takes along; may be the
  ///     folder itself.
  ///   - storage: how the final model's weights are stored.
  ///   - secondsBetweenSaves: how much work a crash may cost, at least; saving takes at most a hundredth of the time.
  ///     When a state is written changes no result.
  ///   - shouldStop: asked during every step; the run ends after that step.
  ///   - progress: called after every step, after the last one before the final model is written.
  /// - Throws: ``FineTuningError/notFinite(what:value:step:)``, `TensorFileError`, `ModelError`, what the gang throws.
  public func run(
    from source: URL, storage: WeightStorage = .float32, secondsBetweenSaves: Double = 30,
    shouldStop: () -> Bool = { false },
    progress: (Pretraining) throws -> Void = { _ in }
  ) throws -> FineTuning.Ending {
    let steps = trainer.steps
    let ending = try runSteps(
      until: { trainer.step == steps }, secondsBetweenSaves: secondsBetweenSaves, save: trainer.writes ? save : nil
    ) {
      let stops = try trainer.advance(shouldStop: shouldStop)
      if trainer.step % evaluationInterval == 0 || trainer.step == steps { evaluate() }
      try progress(self)
      return stops
    }
    guard ending == .finished && trainer.writes else { return ending }
    try Checkpoint.write(trainer.model, trainer.parameters, from: source, labels: nil, as: storage, to: folder)
    let resume = stateURL.deletingLastPathComponent()
    if FileManager.default.fileExists(atPath: resume.path) { try FileManager.default.removeItem(at: resume) }
    return .finished
  }

  private func evaluate() {
    guard trainer.writes, let result = dev?.evaluate(trainer.parameters) else { return }
    evaluations.append(Evaluation(step: trainer.step, loss: result.loss, accuracy: result.accuracy))
  }
}

extension Pretraining {
  private var file: StateFile { StateFile(url: stateURL, identity: identity) }

  /// Writes all that the rest of the run depends on.
  private func save() throws {
    let history = trainer.history.flatMap { [$0.loss, $0.accuracy, $0.gradientNorm, $0.learningRate] }
    let results = evaluations.flatMap { [Double($0.step), $0.loss, $0.accuracy] }
    try file.write(
      trainer.state,
      [
        .init(name: "history", columns: 4, numbers: history),
        .init(name: "evaluations", columns: 3, numbers: results),
      ])
  }

  /// Takes up the run where ``save()`` left it.
  private func resume() throws {
    let tables = [(name: "history", columns: 4), (name: "evaluations", columns: 3)]
    try file.read(&trainer.state, count: trainer.model.table.count, tables) { rows throws(StateFile.Damage) in
      try take(history: rows[0], evaluations: rows[1])
    }
  }

  private func take(
    history: [ArraySlice<Double>], evaluations results: [ArraySlice<Double>]
  ) throws(StateFile.Damage) {
    let steps = trainer.steps
    guard history.count <= steps else {
      throw .init("\(history.count) steps are done, at most \(steps) are expected")
    }
    trainer.history = history.map {
      let first = $0.startIndex
      return PretrainingRecord(
        loss: $0[first], accuracy: $0[first + 1], gradientNorm: $0[first + 2], learningRate: $0[first + 3])
    }
    for (step, record) in trainer.history.enumerated() {
      try StateFile.check(
        step: step, figures: [record.loss, record.accuracy, record.gradientNorm], rate: record.learningRate,
        expected: trainer.plan.schedule.rate(step: step, of: steps))
    }
    let done = stride(from: evaluationInterval, through: history.count, by: evaluationInterval)
    let expected =
      dev == nil ? [] : Array(done) + (history.count == steps && steps % evaluationInterval != 0 ? [steps] : [])
    guard results.map({ $0[$0.startIndex] }) == expected.map({ Double($0) }) else {
      throw .init("the evaluations are not those after \(history.count) steps, one every \(evaluationInterval)")
    }
    evaluations = zip(expected, results).map { step, row in
      Evaluation(step: step, loss: row[row.startIndex + 1], accuracy: row[row.startIndex + 2])
    }
  }
}
