public import BERT
public import Foundation
public import GLUE
internal import POSIX
internal import TensorFiles

/// One cell from start to end: steps, snapshots, evaluations, a state to resume from, the final model.
public final class FineTuning {
  /// The steps.
  public let trainer: Trainer
  /// The results of the epochs done.
  public internal(set) var epochs: [Epoch] = []

  let task: Task
  let dev: Evaluator
  let devLabels: Labels
  let folders: CellFolders
  let identity: String

  /// The result of an epoch.
  public struct Epoch: Sendable, Equatable {
    /// Epochs done, from 1.
    public var number: Int
    /// Steps done.
    public var step: Int
    /// Mean training loss per example over the epoch, dropout on.
    public var trainingLoss: Double
    /// Mean loss on the dev examples, dropout off.
    public var devLoss: Double
    /// The task's metrics on the dev examples by name; those that are undefined are absent.
    public var metrics: [String: Double]
  }

  /// How ``run(snapshotSteps:from:labels:secondsBetweenSaves:shouldStop:progress:)`` ended.
  public enum Ending: Sendable, Equatable {
    /// The final model is in its folder.
    case finished
    /// It was asked to stop; the state to resume from is in its folder.
    case interrupted
  }

  /// Prepares a fine-tuning and takes it up where a state in its resume folder left it.
  ///
  /// - Parameters:
  ///   - trainer: at step 0.
  ///   - dev: evaluates the dev examples, whose labels are `devLabels`.
  ///   - identity: what fixes the result, as text; a state of another identity is refused.
  /// - Throws: ``FineTuningError``, `TensorFileError`.
  public init(
    _ trainer: Trainer, task: Task, dev: Evaluator, devLabels: Labels, folders: CellFolders, identity: String
  ) throws {
    self.trainer = trainer
    self.task = task
    self.dev = dev
    self.devLabels = devLabels
    self.folders = folders
    self.identity = identity
    if FileManager.default.fileExists(atPath: folders.state.path) { try resume() }
  }

  /// Goes on until the last step, or until asked to stop.
  ///
  /// - Parameters:
  ///   - snapshotSteps: the numbers of steps after which the parameters are written, 1 ... `trainer.steps`; 0 for the
  ///     start.
  ///   - source: the Hugging Face directory whose configuration and vocabulary the final model takes along.
  ///   - labels: class names in id order (one for regression).
  ///   - secondsBetweenSaves: how much work a crash may cost, at least; saving takes at most a hundredth of the time.
  ///     When a state is written changes no result.
  ///   - shouldStop: asked after every step.
  ///   - progress: called after every step.
  /// - Throws: ``FineTuningError/notFinite(what:value:step:)``, `TensorFileError`, `ModelError`.
  public func run(
    snapshotSteps: Set<Int>, from source: URL, labels: [String], secondsBetweenSaves: Double = 30,
    shouldStop: () -> Bool = { false }, progress: (FineTuning) -> Void = { _ in }
  ) throws -> Ending {
    if trainer.step == 0 && snapshotSteps.contains(0) { try writeSnapshot() }
    let isDone = { [trainer] in trainer.step == trainer.steps }
    let ending = try runSteps(until: isDone, secondsBetweenSaves: secondsBetweenSaves, save: save) {
      try trainer.advance()
      if snapshotSteps.contains(trainer.step) { try writeSnapshot() }
      if trainer.isAtEpochEnd { evaluate() }
      progress(self)
      return !isDone() && shouldStop()
    }
    guard ending == .finished else { return ending }
    try Checkpoint.write(trainer.model, trainer.parameters, from: source, labels: labels, to: folders.final)
    if FileManager.default.fileExists(atPath: folders.resume.path) {
      try FileManager.default.removeItem(at: folders.resume)
    }
    return .finished
  }

  private func evaluate() {
    let evaluation = dev.evaluate(trainer.parameters)
    epochs.append(
      Epoch(
        number: trainer.epoch, step: trainer.step, trainingLoss: trainer.loss(ofEpoch: trainer.epoch - 1),
        devLoss: evaluation.loss,
        metrics: task.scores(predictions: evaluation.predictions, targets: devLabels)))
  }

  private func writeSnapshot() throws {
    try System.makeFolder(folders.snapshots.path)
    try trainer.model.write(
      trainer.parameters, to: folders.snapshot(trainer.step), metadata: ["step": "\(trainer.step)"])
  }
}

/// Where a cell's files go.
public struct CellFolders: Sendable {
  /// The finished model, a Hugging Face directory.
  public var final: URL
  /// `step-000123.safetensors`: the parameters after that many steps.
  public var snapshots: URL
  /// `state.safetensors` while the cell is unfinished.
  public var resume: URL

  /// Folders as given; each is made when it is needed.
  public init(final: URL, snapshots: URL, resume: URL) {
    self.final = final
    self.snapshots = snapshots
    self.resume = resume
  }

  /// The state to resume from.
  public var state: URL { resume.appending(path: "state.safetensors") }

  /// The snapshot after `step` steps.
  public func snapshot(_ step: Int) -> URL {
    let digits = String(step)
    return snapshots.appending(
      path: "step-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".safetensors")
  }
}
