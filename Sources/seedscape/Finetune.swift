import ArgumentParser
import BERT
import Coordination
import Diagnostics
import Experiments
import FineTuning
import Foundation
import GLUE
import LinearAlgebra
import Sweep

struct Finetune: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fine-tunes one model on one task.",
    discussion: """
      --output becomes a Hugging Face directory that transformers loads, with the steps' losses in training.csv. Ctrl-C \
      or SIGUSR1 stop after the step under way; the same command goes on from there, with the bits of an uninterrupted run. \
      Options mean what the keys of a sweep file's recipe mean: seedscape sweep-file recipe.

      Example: seedscape finetune --model models/minilm --task SST-2 --data glue --output models/minilm-sst2
      """)

  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Task") var task: TaskOptions

  @Option(
    help: .init("The folder to write; it must not hold a finished model.", valueName: "dir"), completion: .directory)
  var output: String

  @Option(help: .init("Keys head, dropout and data order.", valueName: "seed"))
  var seed: UInt64 = 0

  @Option(help: .init("Keys head and dropout. (default: --seed)", valueName: "seed"))
  var headSeed: UInt64?

  @Option(help: .init("Keys the data order. (default: --seed)", valueName: "seed"))
  var orderSeed: UInt64?

  @Option(help: .init("Passes over the training rows, 1 to 1000000.", valueName: "n"))
  var epochs = 3

  @Option(help: .init("Examples of an optimiser step, 1 to 65536.", valueName: "n"))
  var batch = 32

  @Option(
    help: .init(
      "Examples of a forward and backward pass; more than --batch mean --batch. (default: --batch)", valueName: "n"))
  var microBatch: Int?

  @Flag(help: "Compute layers again in backward passes in place of keeping their activations: less memory, same bits.")
  var recompute = false

  @Option(help: .init("The greatest learning rate, above 0, below 1.", valueName: "rate"))
  var learningRate = 5e-5

  @Option(help: .init("The share of steps in which the rate rises, 0 to 1.", valueName: "share"))
  var warmup = 0.1

  @Option(help: .init("Weight decay of matrices, from 0 to below 1.", valueName: "decay"))
  var weightDecay = 0.01

  @Option(
    help: .init("Tokens of an example at most, special tokens included; at most the model's positions.", valueName: "n")
  )
  var maxLength = 128

  @Option(help: .init("The first N training rows only. (default: all)", valueName: "N"))
  var trainRows: Int?

  @Flag(help: "Start from random parameters instead of the checkpoint's.")
  var scratch = false

  @Option(help: .init("Keys random parameters and the pooler of a checkpoint that has none.", valueName: "seed"))
  var initialisationSeed: UInt64 = 0

  @OptionGroup(title: "Interventions") var interventions: InterventionOptions

  @Option(
    help: .init(
      "Write a snapshot, as large as the model, at the start and after every N steps, into snapshots/. (default: none)",
      valueName: "N"))
  var snapshotEvery: Int?

  @Flag(help: "Print one JSON object per epoch, one a line.")
  var json = false

  func validate() throws {
    let sizes = [
      ("--epochs", epochs, 1_000_000), ("--batch", batch, 65_536), ("--micro-batch", microBatch ?? 1, .max),
      ("--train-rows", trainRows ?? 1, .max), ("--snapshot-every", snapshotEvery ?? 1, .max),
      ("--max-length", maxLength, .max),
    ]
    for (name, value, most) in sizes where !(1...most).contains(value) {
      throw ValidationError("\(name) is \(value), expected at least 1\(most == .max ? "" : " and at most \(most)")")
    }
    guard learningRate > 0, learningRate < 1 else {
      throw ValidationError("--learning-rate is \(learningRate), expected a number between 0 and 1")
    }
    guard (0...1).contains(warmup) else { throw ValidationError("--warmup is \(warmup), expected 0 to 1") }
    guard (0..<1).contains(weightDecay) else {
      throw ValidationError("--weight-decay is \(weightDecay), expected at least 0 and less than 1")
    }
  }

  private var recipe: Recipe {
    var recipe = Recipe()
    recipe.epochs = epochs
    recipe.batch = batch
    recipe.microBatch = min(microBatch ?? batch, batch)
    recipe.recompute = recompute
    recipe.learningRate = learningRate
    recipe.warmup = warmup
    recipe.weightDecay = weightDecay
    recipe.threads = model.threads
    recipe.freeze = interventions.freeze
    recipe.freezeQueryKey = interventions.freezeQueryKey
    recipe.layerDecay = interventions.layerDecay
    return recipe
  }

  func run() throws {
    try RankAgreement.refuseRanks(of: "finetune")
    let folder = URL(filePath: output, directoryHint: .isDirectory)
    guard !FileManager.default.fileExists(atPath: folder.appending(path: "model.safetensors").path) else {
      throw InputError("\(output) holds a finished model already; choose another --output, or remove the folder")
    }
    let team = try ThreadTeam(count: model.threads)
    let checkpoint = try Checkpoint(directory: model.directory)
    let layers = checkpoint.configuration.layers
    guard interventions.reinitialise <= layers else {
      throw SweepError.tooManyLayers(got: interventions.reinitialise, layers: layers)
    }
    let settings = try TrainingSettings(recipe, layers: layers)
    let task = try self.task.resolve()
    let limits = checkpoint.configuration.inputLimits
    try task.checkSegments(limits, model: checkpoint.directory.path)
    let network = BERTModel(checkpoint.configuration, outputs: task.labels.outputCount)
    let tokenizer = try model.tokenizer(for: checkpoint.configuration)
    let length = try maximumLength(maxLength, checkpoint.configuration)
    let rows = try task.read(.train, in: self.task.folder)
    let train = try EncodedDataset(
      rows.examples.prefix(trainRows ?? .max), tokenizer: tokenizer, maximumLength: length, limits: limits)
    let devRows = try task.read(.dev, in: self.task.folder)
    let dev = try EncodedDataset(devRows.examples, tokenizer: tokenizer, maximumLength: length, limits: limits)
    let classes = task.classCounts(train: rows.examples, dev: devRows.examples)
    if let line = listing(classesOf: task.name, classes) { standardError("seedscape: \(line)") }
    printNotes(
      try Notices.of(checkpoint, tokenizer, for: scratch ? nil : BERTModel(checkpoint.configuration, outputs: nil))
        + task.notices([(.train, rows), (.dev, devRows)])
        + (trainRows.map { task.notices(first: $0, of: rows, called: "--train-rows") } ?? [])
        + Notices.of(
          task.name, [(.train, train), (.dev, dev)], maxLengths: [length], tokenizer: tokenizer))
    guard let devLabels = dev.labels else { throw FineTuningError.noLabels }
    try OutputFolder.prepare(
      folder, files: ["model.safetensors", "config.json", "training.csv"], folders: ["resume", "snapshots"])
    let seeds = TrainingSeeds(head: headSeed ?? seed, order: orderSeed ?? seed)
    let trainer = try Trainer(network, data: train, settings: settings, seeds: seeds, team: team) { parameters in
      if scratch {
        network.initialiseEncoder(parameters, seed: initialisationSeed)
      } else {
        try checkpoint.readEncoder(network, into: parameters, poolerSeed: initialisationSeed)
      }
      if interventions.reinitialise > 0 {
        network.initialise(
          topLayers: interventions.reinitialise, includingPooler: true, parameters, seed: initialisationSeed)
      }
      network.initialiseHead(parameters, seed: seeds.head)
    }
    let parts = CellDirectory(root: folder)
    let fineTuning = try FineTuning(
      trainer, task: task, dev: try Evaluator(network, dev, batchSize: 32, team: team), devLabels: devLabels,
      folders: CellFolders(final: folder, snapshots: parts.snapshots, resume: parts.resume),
      identity: try identity(task, trainer, data: [train, dev], seeds))
    if let snapshotEvery, trainer.steps / snapshotEvery > Recipe.mostSnapshots {
      throw InputError(
        "--snapshot-every \(snapshotEvery) makes \(trainer.steps / snapshotEvery) snapshots, each as large as the model, in "
          + "\(trainer.steps) steps, expected at most \(Recipe.mostSnapshots); make it more")
    }
    let snapshots = snapshotEvery.map { Set(stride(from: 0, through: trainer.steps, by: $0)) } ?? []
    let stop = try StopSignal.catchingSignals()
    var told = 0
    let ending = try fineTuning.run(
      snapshotSteps: snapshots, from: model.directory, labels: task.labelNames,
      shouldStop: { stop.signal != nil },
      progress: { run in
        for epoch in run.epochs.dropFirst(told) { try? report(epoch, of: task.metrics.map(\.rawValue)) }
        told = run.epochs.count
      })
    try writeHistory(trainer, to: folder)
    if ending == .interrupted {
      standardError("stopped after step \(trainer.step) of \(trainer.steps); the same command goes on from there")
      throw ExitCode(ExitStatus.interrupted.rawValue)
    }
  }

  /// training.csv: what every step so far was like.
  private func writeHistory(_ trainer: Trainer, to folder: URL) throws {
    try HistoryFile.write(
      ["loss", "gradient_norm", "learning_rate"],
      trainer.history.lazy.map { [$0.loss, $0.gradientNorm, $0.learningRate] },
      to: folder.appending(path: "training.csv"))
  }

  private func report(_ epoch: FineTuning.Epoch, of metricNames: [String]) throws {
    let metrics = epoch.metrics.sorted { $0.key < $1.key }
    if json {
      var figures: [String: JSONFigure] = [
        "epoch": .count(epoch.number), "step": .count(epoch.step), "train_loss": .number(epoch.trainingLoss),
        "dev_loss": .number(epoch.devLoss),
      ]
      for metric in metricNames { figures["dev_" + metric] = .number(epoch.metrics[metric]) }
      try standardOutput(jsonLine(figures))
    } else {
      let values = metrics.map { "\($0.key) \(rounded($0.value))" }.joined(separator: ", ")
      try standardOutput(
        "epoch \(epoch.number) (step \(epoch.step)): training loss \(rounded(epoch.trainingLoss)), "
          + "dev loss \(rounded(epoch.devLoss)), \(values)")
    }
  }

  /// What fixes the result, but where it goes and how often it is saved.
  private func identity(
    _ task: Task, _ trainer: Trainer, data: [EncodedDataset], _ seeds: TrainingSeeds
  ) throws -> String {
    struct Settings: Encodable {
      let recipe: Recipe
      let labels: LabelKind
      let metrics: [Metric]
      let positiveClass: Int
    }
    var recipe = recipe
    // Changes no bit.
    recipe.recompute = false
    let settings = Settings(
      recipe: recipe, labels: task.labels, metrics: task.metrics, positiveClass: task.positiveClass)
    let form = TrainingIdentity(
      trainer.model, settings: settings, seeds: [seeds.head, seeds.order], threads: model.threads,
      start: trainer.parameters, data: try data.map { try Identity(of: $0) })
    return try Identity(of: form).hex
  }
}
