import BERT
import Coordination
import Diagnostics
import FineTuning
import Foundation
import LinearAlgebra
import MPI
import Progress
import Sweep
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
    let limits = configuration.inputLimits
    let corpus = try PretrainingText(
      contentsOf: text, tokenizer: start.tokenizer, maximumLength: length, limits: limits)
    let devCorpus = try command.dev.map {
      try PretrainingText(
        contentsOf: URL(filePath: $0), tokenizer: start.tokenizer, maximumLength: length, limits: limits)
    }
    if leads {
      try OutputFolder.prepare(
        folder, files: ["model.safetensors", "config.json", "pretraining.csv"], folders: ["resume"])
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
    identity = try Self.identity(
      command, trainer, texts: [corpus, devCorpus].compactMap(\.self), maskToken: start.maskToken, interval: interval)
    pretraining = try Pretraining(
      trainer, dev: evaluator, evaluationInterval: interval, folder: folder, identity: identity)
    guard leads else { return }
    printNotes(try start.notices(network))
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
    try HistoryFile.write(
      ["loss", "masked_accuracy", "gradient_norm", "learning_rate"],
      pretraining.trainer.history.lazy.map { [$0.loss, $0.accuracy, $0.gradientNorm, $0.learningRate] },
      to: folder.appending(path: "pretraining.csv"))
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
      var figures: [String: JSONFigure] = ["step": .count(step)]
      for (name, value) in values { figures[name] = .number(value) }
      try standardOutput(jsonLine(figures))
    } else {
      let figures = values.map { "\($0.replacing("_", with: " ")) \(rounded($1))" }
      try standardOutput("step \(step): \(figures.joined(separator: ", "))")
    }
  }

  /// What fixes the result, but where it goes and how it is stored.
  private static func identity(
    _ command: Pretrain, _ trainer: Pretrainer, texts: [PretrainingText], maskToken: Int32, interval: Int
  ) throws -> String {
    struct Settings: Encodable {
      var training: PretrainingSettings
      let evaluateEvery: Int
      let maskToken: Int32
      let vocabularySizes: [Int]
    }
    var settings = Settings(
      training: trainer.settings, evaluateEvery: interval, maskToken: maskToken,
      vocabularySizes: texts.map(\.vocabularySize))
    // Changes no bit.
    settings.training.recomputesLayers = false
    let form = TrainingIdentity(
      trainer.model, settings: settings, seeds: [command.seed], threads: command.threads, start: trainer.parameters,
      data: try texts.map { try Identity(of: $0.sequences) })
    return try Identity(of: form).hex
  }
}
