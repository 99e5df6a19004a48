import BERT
import FineTuning
import Foundation
import LinearAlgebra
import Tokenization

/// A text of a language with few rules, its vocabulary, and a small model.
struct TinyText {
  let model: BERTModel
  let text: PretrainingText
  let tokens: [String]
  let maskToken: Int32 = 4

  static let documents = (0..<60).map { index in
    let subject = ["the cat", "a dog", "the bird"][index % 3]
    let verb = ["sees", "likes", "follows", "hears"][index % 4]
    let object = ["a mouse", "the moon", "water", "old bread", "songs"][index % 5]
    return index % 7 == 0 ? "\(subject) \(verb)." : "\(subject) \(verb) \(object) and \(subject) sleeps, often."
  }

  init(dropout: Double = 0.1) throws {
    var learner = VocabularyLearner()
    for document in Self.documents { learner.read(document) }
    tokens = try learner.tokens(size: 70)
    let tokenizer = try WordPieceTokenizer(vocabulary: Vocabulary(tokens: tokens), options: Options())
    var configuration = try BERTConfiguration(
      vocabularySize: tokens.count, hiddenSize: 24, layers: 2, heads: 2, intermediateSize: 48, maximumPositions: 16)
    configuration.hiddenDropout = dropout
    configuration.attentionDropout = dropout
    model = BERTModel(configuration, head: .maskedLanguageModel)
    text = try Self.text(
      Self.documents.joined(separator: "\n"), tokenizer, maximumLength: 16, limits: configuration.inputLimits)
  }

  static func text(
    _ content: String, _ tokenizer: WordPieceTokenizer, maximumLength: Int,
    limits: InputLimits = InputLimits(vocabularySize: 1000, maximumPositions: 64, segmentTypes: 2)
  ) throws -> PretrainingText {
    try withFolder { folder in
      let file = folder.appending(path: "text.txt")
      try Data(content.utf8).write(to: file)
      return try PretrainingText(contentsOf: file, tokenizer: tokenizer, maximumLength: maximumLength, limits: limits)
    }
  }

  var settings: PretrainingSettings {
    var settings = PretrainingSettings()
    settings.steps = 12
    settings.batchSize = 14
    settings.learningRate = 3e-3
    return settings
  }

  func trainer(
    _ settings: PretrainingSettings, seed: UInt64 = 5, gang: Gang? = nil, threads: Int = 1
  ) throws -> Pretrainer {
    try Pretrainer(
      model, text: text, maskToken: maskToken, settings: settings, seed: seed, gang: gang,
      team: try ThreadTeam(count: threads)
    ) { parameters in
      model.initialiseEncoder(parameters, seed: seed)
      model.initialiseHead(parameters, seed: seed)
    }
  }

  func pretraining(_ trainer: Pretrainer, in folder: URL, identity: String = "one") throws -> Pretraining {
    try model.configuration.json().write(to: folder.appending(path: "config.json"))
    try Data(tokens.joined(separator: "\n").utf8).write(to: folder.appending(path: "vocab.txt"))
    let dev = try MaskedEvaluator(model, text, maskToken: maskToken, maskedShare: 0.15, seed: 1, batchSize: 8)
    return try Pretraining(trainer, dev: dev, evaluationInterval: 5, folder: folder, identity: identity)
  }
}

/// Calls `body` with a folder that is gone afterwards.
func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}
