import BERT
import Coordination
import Diagnostics
import FineTuning
import Foundation
import LinearAlgebra
import MPI
import POSIX
import Progress
import Sweep
import TensorFiles
import Tokenization

/// A pre-training that is ready to go, as one of its ranks sees it.
struct PretrainJob {
  private let command: Pretrain
  private let folder: URL
  private let pretraining: Pretraining
  /// The directory whose configuration and vocabulary the final model takes along.
  private let source: URL
  private let interval: Int
  /// What fixes the result.
  private let identity: String
  /// Whether this rank writes and tells.
  private let leads: Bool

  /// Reads what the command names. Rank 0 makes vocabulary and configuration, and is ready before any other begins.
  init(_ command: Pretrain, _ communicator: Communicator) throws {
    self.command = command
    leads = communicator.rank == 0
    folder = URL(filePath: command.output, directoryHint: .isDirectory)
    guard !FileManager.default.fileExists(atPath: folder.appending(path: "model.safetensors").path) else {
      throw InputError(
        "\(command.output) holds a finished model already; choose another --output, or remove the folder")
    }
    guard communicator.size <= command.shares else {
      throw InputError(
        "\(communicator.size) ranks, but a step has \(command.shares) share\(command.shares == 1 ? "" : "s"); start "
          + "fewer, or choose greater --shares, which changes last bits of the result")
    }
    let team = try ThreadTeam(count: command.threads)
    let text = URL(filePath: command.text)
    let start = try command.shape.start(
      text: text, maximumLength: command.maxLength, folder: folder, writes: leads)
    source = start.directory
    var configuration = start.configuration
    if let dropout = command.dropout {
      (configuration.hiddenDropout, configuration.attentionDropout) = (dropout, dropout)
    }
    let network = BERTModel(configuration, head: .maskedLanguageModel)
    let length = try maximumLength(command.maxLength, configuration)
    let corpus = try PretrainingText(contentsOf: text, tokenizer: start.tokenizer, maximumLength: length)
    let devCorpus = try command.dev.map {
      try PretrainingText(contentsOf: URL(filePath: $0), tokenizer: start.tokenizer, maximumLength: length)
    }
    let settings = command.settings(sequences: corpus.count)
    let seed = command.seed
    let trainer = try Pretrainer(
      network, text: corpus, maskToken: start.maskToken, settings: settings, seed: seed,
      gang: Gang(communicator, shares: settings.shares, team: team), team: team
    ) { try start.write(network, into: $0, seed: seed) }
    let evaluator = try devCorpus.map {
      try MaskedEvaluator(
        network, $0, maskToken: start.maskToken, maskedShare: settings.maskedShare, seed: seed, batchSize: 32,
        team: team)
    }
    interval = command.evaluateEvery ?? trainer.stepsPerPass
    identity = try Self.identity(command, corpus, devCorpus, trainer, interval: interval)
    pretraining = try Pretraining(
      trainer, dev: evaluator, evaluationInterval: interval, folder: folder, identity: identity)
    guard leads else { return }
    for notice in start.notices(network) { standardError("seedscape: \(notice)") }
    guard !command.json else { return }
    let from = trainer.step > 0 ? ", \(trainer.step) of them done" : ""
    try standardOutput(
      "\(corpus.documents) documents, \(corpus.count) sequences, \(corpus.tokenCount) tokens; vocabulary "
        + "\(corpus.vocabularySize); \(network.table.count) parameters; \(settings.steps) steps\(from)")
  }

  /// What all ranks must have alike before they begin: what fixes the result, and the step that is next.
  var state: String { "\(identity.prefix(8)) at step \(pretraining.trainer.step)" }

  /// Goes on until the end or until asked to stop.
  ///
  /// - Returns: the exit code.
  func run(_ stop: StopSignal) throws -> Int32 {
    // A reader of the reports may go before the last step.
    signal(SIGPIPE, SIG_IGN)
    let trainer = pretraining.trainer
    let (first, steps) = (trainer.step, trainer.settings.steps)
    let start = ContinuousClock.now
    var output = ProgressOutput(leads && !command.json ? .auto : .none, name: "seedscape")
    let ending = try pretraining.run(
      from: source, storage: command.store, shouldStop: { stop.signal != nil },
      progress: { run in
        let (step, seconds) = (run.trainer.step, (ContinuousClock.now - start) / .seconds(1))
        if leads, step % interval == 0 || step == steps {
          output.clear()
          try? report(run)
        }
        // Before the final model, whose presence says that all is there.
        if leads, step == steps { try writeHistory() }
        output.show(
          ProgressBar(
            title: "pre-training", done: step, total: steps, perSecond: Double(step - first) / seconds, unit: "steps"),
          at: seconds)
      })
    output.clear()
    guard ending == .interrupted else { return 0 }
    guard leads else { return ExitStatus.interrupted.rawValue }
    try writeHistory()
    standardError("stopped after step \(trainer.step) of \(steps); the same command goes on from there")
    return ExitStatus.interrupted.rawValue
  }

  /// pretraining.csv: what every step so far was like.
  private func writeHistory() throws {
    var text = "step,loss,masked_accuracy,gradient_norm,learning_rate\n"
    for (step, record) in pretraining.trainer.history.enumerated() {
      text += "\(step),\(record.loss),\(record.accuracy),\(record.gradientNorm),\(record.learningRate)\n"
    }
    let bytes = Array(text.utf8)
    try AtomicFile.write(to: folder.appending(path: "pretraining.csv")) { try $0.append(bytes.span.bytes) }
  }

  /// The means of the steps since the last report, and the evaluation after the last of them.
  private func report(_ run: Pretraining) throws {
    let step = run.trainer.step
    let last = run.trainer.history.suffix((step - 1) % interval + 1)
    var values = [
      ("train_loss", last.reduce(0) { $0 + $1.loss } / Double(last.count)),
      ("train_masked_accuracy", last.reduce(0) { $0 + $1.accuracy } / Double(last.count)),
    ]
    if let evaluation = run.evaluations.last, evaluation.step == step {
      values += [("dev_loss", evaluation.loss), ("dev_masked_accuracy", evaluation.accuracy)]
    }
    if command.json {
      try standardOutput("{\"step\": \(step), \(values.map { "\"\($0)\": \($1)" }.joined(separator: ", "))}")
    } else {
      let figures = values.map { "\($0.replacing("_", with: " ")) \(($1 * 1e4).rounded() / 1e4)" }
      try standardOutput("step \(step): \(figures.joined(separator: ", "))")
    }
  }

  /// What fixes the result: settings, seed, texts, model and first parameters, kernels.
  private static func identity(
    _ command: Pretrain, _ text: PretrainingText, _ dev: PretrainingText?, _ trainer: Pretrainer, interval: Int
  ) throws -> String {
    struct Canonical: Encodable {
      let settings: String
      let seed: UInt64
      let texts: [Identity]
      let start: Identity
      let evaluateEvery: Int
      let threads: Int
      let core: String
      let model: String
    }
    var settings = trainer.settings
    // Changes no bit.
    settings.recomputesLayers = false
    let bytes = UnsafeRawBufferPointer(
      start: trainer.parameters, count: trainer.model.table.count * MemoryLayout<Float>.size)
    let canonical = Canonical(
      settings: "\(settings)", seed: command.seed, texts: [text, dev].compactMap { $0 }.map(identity),
      start: Identity(ofBytes: bytes), evaluateEvery: interval, threads: command.threads, core: BLAS.coreName,
      model: "\(trainer.model.configuration)")
    return try Identity(of: canonical).hex
  }

  /// Of a text's tokens, whose sequences begin with `[CLS]`, and their segments.
  private static func identity(_ text: PretrainingText) -> Identity {
    (text.allTokens + text.allSegments.map { Int32($0) }).withUnsafeBytes { Identity(ofBytes: $0) }
  }
}
