internal import BERT
internal import Foundation
internal import GLUE
internal import LinearAlgebra
public import Sweep
internal import TensorFiles

extension Site {
  /// Reads and hashes model and data, checks all that can be checked before the first unit runs, and tells what a plan
  /// must know.
  ///
  /// - Parameters:
  ///   - program: the program and its version.
  ///   - hashes: of the input files, as far as they are known.
  /// - Throws: ``ExperimentError``, `GLUEError`, `TokenizationError`, `ModelError`, Foundation's file errors.
  public func facts(program: String, hashes: InputHashes = .none) throws -> SweepInputs {
    var tasks: [String: TaskFacts] = [:]
    for entry in sweep.tasks {
      let task = try self.task(entry.name)
      let train = try task.read(.train, in: data).examples
      let dev = try task.read(.dev, in: data).examples
      let recipes = kinds.map { sweep.recipe(task: entry.name, initialisation: $0.initialisation, variant: $0.variant) }
      let lengths = recipes.map(\.maxLength) + sweep.probes.filter { $0.task == entry.name }.compactMap(\.maxLength)
      let longest = lengths.max() ?? 0
      let limits = checkpoint.configuration.inputLimits
      let limit = limits.maximumPositions
      guard longest <= limit else { throw ExperimentError.maximumLength(got: longest, limit: limit) }
      // A thousand rows are enough for a mean that only orders and predicts.
      let sample = try EncodedDataset(train.prefix(1000), tokenizer: tokenizer, maximumLength: longest, limits: limits)
      tasks[entry.name] = TaskFacts(
        trainHash: try hashes.identity(of: file(of: task, .train)),
        devHash: try hashes.identity(of: file(of: task, .dev)), trainRows: train.count, devRows: dev.count,
        tokensPerExample: Double(sample.tokenCount) / Double(max(1, sample.count)),
        operationsPerExample: model(for: task).operations(lengths: sample.lengths, purpose: .inference)
          / Double(max(1, sample.count)))
    }
    let table = BERTModel(checkpoint.configuration, outputs: nil).table
    return SweepInputs(
      model: ModelFacts(
        hash: try modelHash(hashes), parameterCount: table.encoder.count,
        layers: checkpoint.configuration.layers, channels: checkpoint.configuration.hiddenSize),
      tasks: tasks, environment: NumericEnvironment(program: program, blas: BLAS.version, blasCore: BLAS.coreName))
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
