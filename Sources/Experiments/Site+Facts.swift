internal import BERT
internal import Foundation
internal import GLUE
internal import LinearAlgebra
internal import Sweep
internal import TensorFiles

extension Site {
  /// Reads and hashes model and data, checks all that can be checked before the first unit runs, and tells what a plan and
  /// a user must know.
  ///
  /// - Parameters:
  ///   - program: the program and its version.
  ///   - hashes: of the input files, as far as they are known.
  /// - Throws: ``ExperimentError``, `GLUEError`, `TokenizationError`, `ModelError`, Foundation's file errors.
  public func survey(program: String, hashes: InputHashes = .none) throws -> Survey {
    var tasks: [String: TaskFacts] = [:]
    var classes: [String: [ClassCount]] = [:]
    var notices = try Notices.of(
      checkpoint, tokenizer, for: sweep.initialisations.contains(.pretrained) ? encoder : nil)
    for entry in sweep.tasks {
      let rows = try rows(of: entry.name)
      // A thousand rows are enough for a mean that only orders and predicts.
      let lengths = Array(rows.encodedTrain.lengths.prefix(1000))
      let count = Double(max(1, lengths.count))
      tasks[entry.name] = TaskFacts(
        trainHash: try hashes.identity(of: file(of: rows.task, .train)),
        devHash: try hashes.identity(of: file(of: rows.task, .dev)),
        trainRows: rows.train.examples.count, devRows: rows.dev.examples.count,
        tokensPerExample: Double(lengths.reduce(0, +)) / count,
        operationsPerExample: model(for: rows.task).operations(lengths: lengths, purpose: .inference) / count)
      classes[entry.name] = rows.classes
      notices += self.notices(rows)
    }
    let table = BERTModel(checkpoint.configuration, outputs: nil).table
    return Survey(
      inputs: SweepInputs(
        model: ModelFacts(
          hash: try modelHash(hashes), parameterCount: table.encoder.count,
          layers: checkpoint.configuration.layers, channels: checkpoint.configuration.hiddenSize),
        tasks: tasks, environment: NumericEnvironment(program: program, blas: BLAS.version, blasCore: BLAS.coreName)),
      classes: classes, notices: notices)
  }

  /// The rows of a task's two files, encoded as long as any recipe or probe of the sweep wants them.
  private func rows(of name: String) throws -> TaskRows {
    let recipes = recipes(of: name)
    let lengths = recipes.map(\.maxLength) + sweep.probes.filter { $0.task == name }.compactMap(\.maxLength)
    let limits = checkpoint.configuration.inputLimits
    let (longest, limit) = (lengths.max() ?? 0, limits.maximumPositions)
    let task = try task(name)
    let (train, dev) = (try task.read(.train, in: data), try task.read(.dev, in: data))
    guard longest <= limit else { throw ExperimentError.maximumLength(got: longest, limit: limit) }
    return TaskRows(
      task: task, train: train, dev: dev,
      encodedTrain: try EncodedDataset(
        train.examples, tokenizer: tokenizer, maximumLength: longest, limits: limits),
      encodedDev: try EncodedDataset(dev.examples, tokenizer: tokenizer, maximumLength: longest, limits: limits))
  }

  /// The recipes of a task's cells, in the order of the sweep file.
  func recipes(of task: String) -> [Recipe] {
    kinds.map { sweep.recipe(task: task, initialisation: $0.initialisation, variant: $0.variant) }
  }

  /// Of all files that decide what the model computes.
  private func modelHash(_ hashes: InputHashes) throws -> Identity {
    try Identity(of: modelFiles().map { [$0.url.lastPathComponent, try hashes.identity(of: $0).hex] })
  }

  /// Writes every theta0 of the sweep's cells into the run directory, where it is not there yet. Rank 0 does it before the
  /// first unit.
  ///
  /// - Throws: `TensorFileError`, Foundation's file errors.
  public func prepareModels() throws {
    let model = BERTModel(checkpoint.configuration, outputs: nil)
    for (initialisation, reinitialised) in starts {
      let directory = run.theta0(initialisation, seed: sweep.initialisationSeed, reinitialised: reinitialised)
      if isWhole(directory, model) { continue }
      let seed = UInt64(sweep.initialisationSeed)
      try model.checkMemory(vectors: 1)
      let parameters = AlignedBuffer<Float>(count: model.table.count)
      switch initialisation {
      case .pretrained: try checkpoint.readEncoder(model, into: parameters.pointer, poolerSeed: seed)
      case .scratch: model.initialiseEncoder(parameters.pointer, seed: seed)
      }
      if reinitialised > 0 {
        model.initialise(topLayers: reinitialised, includingPooler: true, parameters.pointer, seed: seed)
      }
      try Checkpoint.write(model, parameters.pointer, from: checkpoint.directory, labels: nil, to: directory)
    }
  }

  /// Whether a folder has all of a model that was written there: someone may have removed a part, and a full disk may have cut
  /// one off.
  private func isWhole(_ directory: URL, _ model: BERTModel) -> Bool {
    Checkpoint.hasCompanions(of: checkpoint.directory, in: directory)
      && (try? SafetensorsFile(directory.appending(path: "model.safetensors"))).flatMap { Parameters($0, of: model) }
        != nil
      && (try? Checkpoint(directory: directory)) != nil
  }

  /// The different theta0 of the sweep's cells.
  var starts: [(Initialisation, reinitialised: Int)] {
    var starts: [(Initialisation, Int)] = []
    for task in sweep.tasks.map(\.name) {
      for (initialisation, variant) in kinds {
        let layers = sweep.recipe(task: task, initialisation: initialisation, variant: variant).reinitialise
        let top =
          switch initialisation {
          // All of it is drawn anyway.
          case .scratch: 0
          case .pretrained: layers
          }
        if !starts.contains(where: { $0 == (initialisation, top) }) { starts.append((initialisation, top)) }
      }
    }
    return starts
  }

  /// The initialisations with the plain recipe, and with each variant.
  private var kinds: [(initialisation: Initialisation, variant: String?)] {
    sweep.initialisations.flatMap { initialisation in
      ([nil] + sweep.variants.map(\.name)).map { (initialisation, $0) }
    }
  }
}
