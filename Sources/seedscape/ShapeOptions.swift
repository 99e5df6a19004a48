import ArgumentParser
import BERT
import Experiments
import Foundation
import POSIX
import TensorFiles
import Tokenization

/// What pre-training starts from: a checkpoint, or a new model and a vocabulary of the text's own.
struct ShapeOptions: ParsableArguments {
  @Option(help: .init("A Hugging Face BERT directory to go on from.", valueName: "dir"), completion: .directory)
  var model: String?

  @Option(help: .init("Tokens of a new vocabulary at most.", valueName: "n"))
  var vocabularySize = 8192

  @Flag(help: "Keep upper case and accents in a new vocabulary.")
  var cased = false

  @Option(help: .init("Layers of a new model, 1 to 255.", valueName: "n"))
  var layers = 4

  @Option(help: .init("Channels of a new model's hidden states, 1 to 65536.", valueName: "n"))
  var hidden = 256

  @Option(help: .init("Attention heads of a new model; a divisor of --hidden.", valueName: "n"))
  var heads = 4

  @Option(help: .init("Channels between a new model's feed-forward matrices. (default: 4 x --hidden)", valueName: "n"))
  var intermediate: Int?

  @Option(
    help: .init(
      "The standard deviation of a new model's weights, 1e-12 to 100; narrow models learn sooner with 1/sqrt(--hidden).",
      valueName: "deviation"))
  var initializerRange = 0.02

  func validate() throws {
    let sizes = [
      ("--vocabulary-size", vocabularySize, 1_000_000_000), ("--layers", layers, 255), ("--hidden", hidden, 65_536),
      ("--heads", heads, 65_536), ("--intermediate", intermediate ?? 1, 1_000_000),
    ]
    for (name, value, most) in sizes where !(1...most).contains(value) {
      throw ValidationError("\(name) is \(value), expected 1 to \(most)")
    }
    guard hidden % heads == 0 else {
      throw ValidationError("--heads is \(heads), expected a divisor of --hidden, \(hidden)")
    }
    guard (1e-12...100).contains(initializerRange) else {
      throw ValidationError("--initializer-range is \(initializerRange), expected 1e-12 to 100")
    }
  }

  /// A start that is ready.
  struct Start {
    /// The Hugging Face directory with configuration and vocabulary.
    let directory: URL
    let configuration: BERTConfiguration
    let tokenizer: WordPieceTokenizer
    /// The id of `[MASK]`.
    let maskToken: Int32
    /// What the parameters are read from; nil: they are drawn.
    let checkpoint: Checkpoint?

    init(
      directory: URL, configuration: BERTConfiguration, tokenizer: WordPieceTokenizer, checkpoint: Checkpoint?
    ) throws {
      guard let maskToken = tokenizer.maskToken else {
        throw InputError("\(directory.path): the tokenizer has no [MASK], which hides words; name one as mask_token")
      }
      (self.directory, self.configuration, self.tokenizer) = (directory, configuration, tokenizer)
      (self.maskToken, self.checkpoint) = (maskToken, checkpoint)
    }

    /// What a user would want to know of how the checkpoint is taken, one line each.
    ///
    /// - Throws: `TensorFileError`, `LinearAlgebraError` for more memory than there is.
    func notices(_ network: BERTModel) throws -> [String] {
      guard let checkpoint else { return [] }
      var notices = try Notices.about(numbersOf: checkpoint, network)
      if !checkpoint.predictsMaskedTokens {
        notices.append(
          "\(directory.path) has no head that predicts masked tokens (`cls.predictions...`); a new one starts")
      }
      let unused = checkpoint.tensors(unusedBy: network)
      if !unused.isEmpty {
        let names = unused.prefix(4).joined(separator: ", ") + (unused.count > 4 ? ", ..." : "")
        notices.append("\(directory.path): left aside, as a masked language model has no place for them: \(names)")
      }
      return notices
    }

    /// Writes the first parameters; the head of a checkpoint that has none is drawn.
    func write(_ network: BERTModel, into parameters: UnsafeMutablePointer<Float>, seed: UInt64) throws {
      if let checkpoint {
        try checkpoint.readEncoder(network, into: parameters, poolerSeed: seed)
      } else {
        network.initialiseEncoder(parameters, seed: seed)
      }
      if let checkpoint, checkpoint.predictsMaskedTokens {
        try checkpoint.readHead(network, into: parameters)
      } else {
        network.initialiseHead(parameters, seed: seed)
      }
    }
  }

  /// Opens the checkpoint, or learns the vocabulary and writes it with the configuration into `folder`.
  ///
  /// - Parameter writes: whether this process does so; otherwise another one has.
  func start(text: URL, maximumLength: Int, folder: URL, writes: Bool) throws -> Start {
    guard let model else {
      if writes { try makeStart(text: text, maximumLength: maximumLength, folder: folder) }
      return try Start(
        directory: folder, configuration: try BERTConfiguration(directory: folder),
        tokenizer: try WordPieceTokenizer(directory: folder), checkpoint: nil)
    }
    let directory = URL(filePath: model, directoryHint: .isDirectory)
    let checkpoint = try Checkpoint(directory: directory)
    return try Start(
      directory: directory, configuration: checkpoint.configuration,
      tokenizer: try WordPieceTokenizer(directory: directory), checkpoint: checkpoint)
  }

  private func makeStart(text: URL, maximumLength: Int, folder: URL) throws {
    var options = Options()
    options.lowercases = !cased
    var learner = VocabularyLearner(options: options)
    try TextFile(text).forEachDocument { learner.read($0) }
    let tokens = try learner.tokens(size: vocabularySize)
    let configuration = try BERTConfiguration(
      vocabularySize: tokens.count, hiddenSize: hidden, layers: layers, heads: heads,
      intermediateSize: intermediate ?? 4 * hidden, maximumPositions: maximumLength,
      initializerRange: initializerRange)
    // Before anything is written: parameters, a gradient, two moments.
    try BERTModel(configuration, head: .maskedLanguageModel).checkMemory(vectors: 4)
    let files = [
      ("config.json", [UInt8](try configuration.json())),
      ("vocab.txt", Array(tokens.map { $0 + "\n" }.joined().utf8)),
      ("tokenizer_config.json", try options.configurationFile(maximumLength: maximumLength)),
    ]
    try OutputFolder.prepare(folder, files: files.map(\.0))
    // Nothing is written over: it may be another model's, or that of a job under way.
    for (name, bytes) in files {
      let file = folder.appending(path: name)
      guard let present = try? Data(contentsOf: file) else { continue }
      guard Array(present) == bytes else {
        throw InputError("\(file.path) is of another text or shape; give the same ones, or choose another --output")
      }
    }
    for (name, bytes) in files {
      try AtomicFile.write(to: folder.appending(path: name)) { try $0.append(bytes.span.bytes) }
    }
  }
}
