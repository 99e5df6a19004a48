public import ArgumentParser
public import BERT
import Coordination
import Diagnostics
import Experiments
import FineTuning
import Foundation
import MPI
import Tokenization

struct Pretrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Pre-trains a model on a text: masked language model.",
    discussion: """
      The text has one document per line; a tab in it parts two segments, as the texts of a pair are. Without --model a new \
      model of the stated shape learns its own vocabulary from the text. --output becomes a Hugging Face directory \
      (BertForMaskedLM) from which fine-tuning goes on, with the steps' losses in pretraining.csv. Under mpirun the ranks \
      share each step, as many as it has --shares; their number changes no bit. Ctrl-C (without mpirun) or SIGUSR1 stop \
      after the step under way; the same command goes on from there, on any number of ranks, with the bits of an \
      uninterrupted run.

      Example: mpirun -n 4 seedscape pretrain --text corpus.txt --output models/mine --steps 10000
      """)

  @OptionGroup var shape: ShapeOptions

  @Option(help: .init("The text: UTF-8, one document per line.", valueName: "file"), completion: .file())
  var text: String

  @Option(help: .init("A text apart from it, likewise, to evaluate on.", valueName: "file"), completion: .file())
  var dev: String?

  @Option(
    help: .init("The folder to write; it must not hold a finished model.", valueName: "dir"), completion: .directory)
  var output: String

  @Option(help: .init("Passes over the text, 1 or more. (default: 10, where --steps is not given)", valueName: "n"))
  var epochs: Int?

  @Option(help: .init("Optimiser steps, 1 or more, in place of --epochs.", valueName: "n"))
  var steps: Int?

  @Option(help: .init("Sequences of an optimiser step, 1 to 65536.", valueName: "n"))
  var batch = 64

  @Option(
    help: .init(
      "Sequences of a forward and backward pass. (default: 32, or a share of the batch if that is less)", valueName: "n"
    ))
  var microBatch: Int?

  @Option(
    help: .init(
      "Parts of a batch whose gradients are computed apart, 1 to --batch: the most ranks that can share a step.",
      valueName: "n"))
  var shares = 4

  @Flag(help: "Compute layers again in backward passes in place of keeping their activations: less memory, same bits.")
  var recompute = false

  @Option(help: .init("The share of tokens that are hidden or changed, and predicted, 0 to 1.", valueName: "share"))
  var masked = 0.15

  @Option(help: .init("The greatest learning rate, above 0, below 1.", valueName: "rate"))
  var learningRate = 1e-4

  @Option(help: .init("The share of steps in which the rate rises, 0 to 1.", valueName: "share"))
  var warmup = 0.1

  @Option(help: .init("Weight decay of matrices, from 0 to below 1.", valueName: "decay"))
  var weightDecay = 0.01

  @Option(
    help: .init(
      "Dropout after embeddings, sub-layers and on attention, from 0 to below 1. (default: the model's; of a new one 0.1)",
      valueName: "share"))
  var dropout: Double?

  @Option(
    help: .init(
      "Tokens of a sequence at most, 3 to 16384; longer documents are cut into pieces. A new model reads as many.",
      valueName: "n"))
  var maxLength = 128

  @Option(help: .init("Keys new parameters, the order of the text, what is masked, and dropout.", valueName: "seed"))
  var seed: UInt64 = 0

  @Option(
    help: .init(
      "Report, and evaluate on the dev text, after every N steps. (default: a pass over the text)", valueName: "N"))
  var evaluateEvery: Int?

  @Option(help: .init("Threads that share the work, 1 to 1024; their number changes last bits.", valueName: "n"))
  var threads = 1

  @Option(help: .init("How the final model's weights are stored.", valueName: "type"))
  var store = WeightStorage.float32

  @Flag(help: "Print one JSON object per report, one a line.")
  var json = false

  func validate() throws {
    let sizes = [
      ("--epochs", epochs ?? 1), ("--steps", steps ?? 1), ("--batch", batch), ("--micro-batch", microBatch ?? 1),
      ("--shares", shares), ("--evaluate-every", evaluateEvery ?? 1), ("--threads", threads),
    ]
    for (name, value) in sizes where !(1...1_000_000_000).contains(value) {
      throw ValidationError("\(name) is \(value), expected 1 to 1000000000")
    }
    guard epochs == nil || steps == nil else { throw ValidationError("give --epochs or --steps, not both") }
    guard batch <= 65_536 else { throw ValidationError("--batch is \(batch), expected at most 65536") }
    guard threads <= 1024 else { throw ValidationError("--threads is \(threads), expected 1 to 1024") }
    guard shares <= batch else { throw ValidationError("--shares is \(shares), expected at most --batch, \(batch)") }
    guard (3...16_384).contains(maxLength) else {
      throw ValidationError("--max-length is \(maxLength), expected 3 to 16384")
    }
    guard learningRate > 0, learningRate < 1 else {
      throw ValidationError("--learning-rate is \(learningRate), expected a number between 0 and 1")
    }
    guard (0...1).contains(masked) else { throw ValidationError("--masked is \(masked), expected 0 to 1") }
    guard (0...1).contains(warmup) else { throw ValidationError("--warmup is \(warmup), expected 0 to 1") }
    for (name, value) in [("--weight-decay", weightDecay), ("--dropout", dropout ?? 0)] where !(0..<1).contains(value) {
      throw ValidationError("\(name) is \(value), expected at least 0 and less than 1")
    }
  }

  func settings(sequences: Int) -> PretrainingSettings {
    var settings = PretrainingSettings()
    settings.batchSize = batch
    settings.steps = steps ?? (epochs ?? 10) * settings.stepsPerPass(sequences: sequences)
    settings.shares = shares
    settings.microBatchSize = microBatch ?? min(32, (batch + shares - 1) / shares)
    settings.recomputesLayers = recompute
    settings.maskedShare = masked
    settings.learningRate = learningRate
    settings.warmup = warmup
    settings.optimiser.weightDecay = weightDecay
    return settings
  }

  func run() throws {
    let stop = try StopSignal.catchingSignals()
    let world = try World()
    let code: Int32
    do { code = try run(on: world.communicator, try RankAgreement(world), stop) } catch let error as Disagreement {
      // All ranks have come to it; one of them tells.
      if world.rank == 0 { standardError("seedscape: \(error)") }
      code = error.exitStatus.rawValue
    } catch {
      // The other ranks may be waiting for this one.
      World.abort(
        code: ExitStatus(error).rawValue, because: "seedscape: rank \(world.rank): \(ExitStatus.message(error))")
    }
    try world.finalize()
    if code != 0 { throw ExitCode(code) }
  }

  /// Rank 0 tries the input, and makes vocabulary and configuration, before the others open it.
  ///
  /// - Throws: `Disagreement`, of which all ranks know; else only what leaves other ranks waiting.
  private func run(
    on communicator: Communicator, _ agreement: RankAgreement, _ stop: StopSignal
  ) throws -> Int32 {
    _ = try agreement.hashes(of: inputFiles)
    var code: [Int64] = [0]
    var job: PretrainJob?
    if communicator.rank == 0 {
      do { job = try PretrainJob(self, communicator) } catch {
        standardError("seedscape: \(ExitStatus.message(error))")
        code = [Int64(ExitStatus(error).rawValue)]
      }
    }
    try communicator.barrier()
    try communicator.broadcast(&code, from: 0)
    guard code[0] == 0 else { return Int32(code[0]) }
    try agreement.shareFolder(URL(filePath: output, directoryHint: .isDirectory))
    let prepared = Result { try job ?? PretrainJob(self, communicator) }
    try agreement.share(prepared.map(\.state), at: output)
    return try prepared.get().run(stop)
  }

  /// What all ranks must read alike.
  private func inputFiles() throws -> [InputFile] {
    let texts = [text, dev].compactMap { $0 }.map { InputFile(name: $0, url: URL(filePath: $0)) }
    let model = shape.model.map { URL(filePath: $0, directoryHint: .isDirectory) }
    return try texts + (model.map { try InputFile.ofModel(in: $0, WordPieceTokenizer(directory: $0)) } ?? [])
  }
}

extension WeightStorage: ExpressibleByArgument {}
