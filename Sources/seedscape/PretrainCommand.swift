import ArgumentParser
import BERT
import Coordination
import FineTuning
import Foundation
import LinearAlgebra
import Sweep
import TensorFiles
import Tokenization

struct Pretrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Pre-trains a model on a text: masked language model.",
    discussion: """
      The text has one document per line. Without --model a new model of the stated shape learns its own vocabulary from the \
      text. OUTPUT becomes a Hugging Face directory (BertForMaskedLM) from which fine-tuning goes on, with the steps' \
      losses in pretraining.csv. Ctrl-C or SIGUSR1 stop after the step under way; the same command goes on from there, with \
      the bits of an uninterrupted run.
      """)

  @OptionGroup var shape: ShapeOptions

  @Option(help: "The text: UTF-8, one document per line.", completion: .file())
  var text: String

  @Option(help: "A text apart from it, to evaluate on.", completion: .file())
  var dev: String?

  @Option(help: "The folder to write.", completion: .directory)
  var output: String

  @Option(help: "Passes over the text. (default: 10, where --steps is not given)")
  var epochs: Int?

  @Option(help: "Optimiser steps, in place of --epochs.")
  var steps: Int?

  @Option(help: "Sequences of an optimiser step.")
  var batch = 64

  @Option(help: "Sequences of a forward and backward pass. (default: 32, or a share of the batch if that is less)")
  var microBatch: Int?

  @Option(help: "Parts of a batch whose gradients are computed apart: the most processes that can share a step.")
  var shares = 1

  @Flag(help: "Compute layers again in backward passes in place of keeping their activations: less memory, same bits.")
  var recompute = false

  @Option(help: "The greatest learning rate.")
  var learningRate = 1e-4

  @Option(help: "The share of steps in which the rate rises.")
  var warmup = 0.1

  @Option(help: "Weight decay of matrices.")
  var weightDecay = 0.01

  @Option(help: "Dropout after embeddings, sub-layers and on attention. (default: the model's; of a new one 0.1)")
  var dropout: Double?

  @Option(help: "Tokens of a sequence at most; longer documents are cut into pieces.")
  var maxLength = 128

  @Option(help: "Keys new parameters, the order of the text, what is masked, and dropout.")
  var seed: UInt64 = 0

  @Option(help: "Report, and evaluate on the dev text, after every N steps. (default: a pass over the text)")
  var evaluateEvery: Int?

  @Option(help: "Threads that share the work; their number changes last bits.")
  var threads = 1

  @Flag(help: "Print one JSON object a report.")
  var json = false

  func validate() throws {
    let sizes = [
      ("--epochs", epochs ?? 1), ("--steps", steps ?? 1), ("--batch", batch), ("--micro-batch", microBatch ?? 1),
      ("--shares", shares), ("--evaluate-every", evaluateEvery ?? 1), ("--threads", threads),
    ]
    for (name, value) in sizes where value < 1 { throw ValidationError("\(name) is \(value), expected at least 1") }
    guard epochs == nil || steps == nil else { throw ValidationError("give --epochs or --steps, not both") }
    guard batch <= 65_536 else { throw ValidationError("--batch is \(batch), expected at most 65536") }
    guard threads <= 1024 else { throw ValidationError("--threads is \(threads), expected 1 to 1024") }
    guard shares <= batch else { throw ValidationError("--shares is \(shares), expected at most --batch, \(batch)") }
    guard maxLength >= 3 else { throw ValidationError("--max-length is \(maxLength), expected at least 3") }
    guard learningRate > 0, learningRate < 1 else {
      throw ValidationError("--learning-rate is \(learningRate), expected a number between 0 and 1")
    }
    guard (0...1).contains(warmup) else { throw ValidationError("--warmup is \(warmup), expected 0 to 1") }
    for (name, value) in [("--weight-decay", weightDecay), ("--dropout", dropout ?? 0)] where !(0..<1).contains(value) {
      throw ValidationError("\(name) is \(value), expected at least 0 and less than 1")
    }
  }

  private func settings(sequences: Int) -> PretrainingSettings {
    var settings = PretrainingSettings()
    settings.batchSize = batch
    settings.steps = steps ?? (epochs ?? 10) * settings.stepsPerPass(sequences: sequences)
    settings.shares = shares
    settings.microBatchSize = microBatch ?? min(32, (batch + shares - 1) / shares)
    settings.recomputesLayers = recompute
    settings.learningRate = learningRate
    settings.warmup = warmup
    settings.optimiser.weightDecay = weightDecay
    return settings
  }

  func run() throws {
    let folder = URL(filePath: output, directoryHint: .isDirectory)
    guard !FileManager.default.fileExists(atPath: folder.appending(path: "model.safetensors").path) else {
      throw InputError("\(output) holds a finished model already; choose another --output, or remove the folder")
    }
    let team = try ThreadTeam(count: threads)
    let start = try shape.start(text: URL(filePath: text), maximumLength: maxLength, folder: folder)
    var configuration = start.configuration
    if let dropout { (configuration.hiddenDropout, configuration.attentionDropout) = (dropout, dropout) }
    let network = BERTModel(configuration, head: .maskedLanguageModel)
    let length = try maximumLength(maxLength, configuration)
    let corpus = try PretrainingText(
      contentsOf: URL(filePath: text), tokenizer: start.tokenizer, maximumLength: length)
    let devCorpus = try dev.map {
      try PretrainingText(contentsOf: URL(filePath: $0), tokenizer: start.tokenizer, maximumLength: length)
    }
    let settings = settings(sequences: corpus.count)
    let trainer = try Pretrainer(
      network, text: corpus, maskToken: start.maskToken, settings: settings, seed: seed, team: team
    ) { try start.write(network, into: $0, seed: seed) }
    let evaluator = try devCorpus.map {
      try MaskedEvaluator(network, $0, maskToken: start.maskToken, seed: seed, batchSize: 32, team: team)
    }
    let interval = evaluateEvery ?? trainer.stepsPerPass
    let pretraining = try Pretraining(
      trainer, dev: evaluator, evaluationInterval: interval, folder: folder,
      identity: try identity(corpus, devCorpus, trainer, interval: interval))
    if !json {
      try standardOutput(
        "\(corpus.documents) documents, \(corpus.count) sequences, \(corpus.tokenCount) tokens; vocabulary "
          + "\(configuration.vocabularySize); \(network.table.count) parameters; \(settings.steps) steps")
    }
    let stop = try StopSignal.catchingSignals()
    let ending = try pretraining.run(
      from: start.directory, shouldStop: { stop.signal != nil },
      progress: { run in
        if run.trainer.step % interval == 0 || run.trainer.step == settings.steps { try? report(run, interval) }
      })
    try writeHistory(trainer, to: folder)
    if ending == .interrupted {
      standardError("stopped after step \(trainer.step) of \(settings.steps); the same command goes on from there")
      throw ExitCode(ExitStatus.interrupted.rawValue)
    }
  }

  /// pretraining.csv: what every step so far was like.
  private func writeHistory(_ trainer: Pretrainer, to folder: URL) throws {
    var text = "step,loss,masked_accuracy,gradient_norm,learning_rate\n"
    for (step, record) in trainer.history.enumerated() {
      text += "\(step),\(record.loss),\(record.accuracy),\(record.gradientNorm),\(record.learningRate)\n"
    }
    let bytes = Array(text.utf8)
    try AtomicFile.write(to: folder.appending(path: "pretraining.csv")) { try $0.append(bytes.span.bytes) }
  }

  /// The means of the steps since the last report, and the evaluation after the last of them.
  private func report(_ run: Pretraining, _ interval: Int) throws {
    let step = run.trainer.step
    let last = run.trainer.history.suffix((step - 1) % interval + 1)
    var values = [
      ("train_loss", last.reduce(0) { $0 + $1.loss } / Double(last.count)),
      ("train_masked_accuracy", last.reduce(0) { $0 + $1.accuracy } / Double(last.count)),
    ]
    if let evaluation = run.evaluations.last, evaluation.step == step {
      values += [("dev_loss", evaluation.loss), ("dev_masked_accuracy", evaluation.accuracy)]
    }
    if json {
      try standardOutput("{\"step\": \(step), \(values.map { "\"\($0)\": \($1)" }.joined(separator: ", "))}")
    } else {
      let figures = values.map { "\($0.replacing("_", with: " ")) \(($1 * 1e4).rounded() / 1e4)" }
      try standardOutput("step \(step): \(figures.joined(separator: ", "))")
    }
  }

  /// What fixes the result: settings, seed, texts, first parameters, kernels.
  private func identity(
    _ text: PretrainingText, _ dev: PretrainingText?, _ trainer: Pretrainer, interval: Int
  ) throws -> String {
    struct Canonical: Encodable {
      let settings: String
      let seed: UInt64
      let texts: [Identity]
      let start: Identity
      let evaluateEvery: Int
      let threads: Int
      let core: String
      let dropout: [Double]
    }
    var settings = trainer.settings
    // Changes no bit.
    settings.recomputesLayers = false
    let bytes = UnsafeRawBufferPointer(
      start: trainer.parameters, count: trainer.model.table.count * MemoryLayout<Float>.size)
    let configuration = trainer.model.configuration
    let canonical = Canonical(
      settings: "\(settings)", seed: seed, texts: [text, dev].compactMap { $0 }.map(identity),
      start: Identity(ofBytes: bytes), evaluateEvery: interval, threads: threads, core: BLAS.coreName,
      dropout: [configuration.hiddenDropout, configuration.attentionDropout])
    return try Identity(of: canonical).hex
  }

  /// Of a text's tokens, whose sequences begin with `[CLS]`.
  private func identity(_ text: PretrainingText) -> Identity {
    text.allTokens.withUnsafeBytes { Identity(ofBytes: $0) }
  }
}
