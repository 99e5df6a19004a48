internal import Foundation
internal import TensorFiles

/// The heads of a checkpoint's files: each is there, or not, or is there in a form that cannot be used, which is an error
/// when it is asked for and nobody's business before.
struct StoredHeads {
  /// How many outputs the classifier has; nil without one.
  let classifier: Result<Int?, ModelError>
  /// Whether there is the head of a masked language model.
  let predictions: Result<Bool, ModelError>
  /// Of the heads that can be used: table name to the name in the files.
  private(set) var names: [String: String] = [:]
  /// Tensors of the masked language model's head that must be equal to others, which are read in their place.
  private(set) var copies: Set<String> = []
  /// The name of the decoder, where the embedding of words may be stored under it alone, as the two are one.
  let wordsOfDecoder: String?

  /// The table's name of the word embedding.
  static let words = "embeddings.word_embeddings.weight"
  private static let decoder = "cls.predictions.decoder.weight"
  private static let bias = "cls.predictions.bias"
  private static let decoderBias = "cls.predictions.decoder.bias"

  init(
    _ tensors: SafetensorsCollection, _ configuration: BERTConfiguration, _ reader: ConfigurationReader,
    _ directory: URL
  ) {
    let path = directory.path
    classifier = Result { () throws(ModelError) in try Self.classifier(tensors, configuration, reader, path) }
    let isTied = Result { () throws(ModelError) in try reader.flag("tie_word_embeddings", default: true) }
    wordsOfDecoder = (try? isTied.get()) == true ? tensors.name(of: Self.decoder) : nil
    let found = Result { () throws(ModelError) in
      try Self.predictions(tensors, configuration, isTied: try isTied.get(), path)
    }
    predictions = found.map { !$0.isEmpty }
    if case .success(.some) = classifier {
      for name in ["classifier.weight", "classifier.bias"] { names[name] = name }
    }
    if let found = try? found.get(), !found.isEmpty {
      names.merge(found) { $1 }
      copies = Set([Self.decoder, Self.decoderBias, Self.bias].filter { tensors.entry($0) != nil })
    }
  }

  /// The number of outputs, when tensors and config.json agree on a classifier that is implemented.
  private static func classifier(
    _ tensors: SafetensorsCollection, _ configuration: BERTConfiguration, _ reader: ConfigurationReader, _ path: String
  ) throws(ModelError) -> Int? {
    let (weight, bias) = (tensors.entry("classifier.weight"), tensors.entry("classifier.bias"))
    guard weight != nil || bias != nil else { return nil }
    guard let weight else { throw .partialHead(path: path, missing: "classifier.weight") }
    guard let bias else { throw .partialHead(path: path, missing: "classifier.bias") }
    let outputs = max(1, weight.shape.first ?? 1)
    for (tensor, expected) in [(weight, [outputs, configuration.hiddenSize]), (bias, [outputs])] {
      try check(tensor, expected, path)
    }
    if let labels = try reader.labels(), labels.count != outputs {
      throw .configurationValue(
        path: reader.path, key: "id2label", got: "of \(labels.count) labels",
        expected: "one for each of the \(outputs) outputs of `classifier.weight`")
    }
    if reader.isSet("problem_type") {
      let expected = outputs == 1 ? "regression" : "single_label_classification"
      guard try reader.string("problem_type", default: "") == expected else {
        throw .unsupported(
          path: reader.path, key: "problem_type", got: reader.show("problem_type"),
          expected: "\"\(expected)\", as the classifier has \(outputs) output\(outputs == 1 ? "" : "s")")
      }
    }
    return outputs
  }

  /// Table name to the name in the files; empty when there is no such head.
  private static func predictions(
    _ tensors: SafetensorsCollection, _ configuration: BERTConfiguration, isTied: Bool, _ path: String
  ) throws(ModelError) -> [String: String] {
    guard tensors.entries.contains(where: { $0.name.hasPrefix("cls.predictions.") }) else { return [:] }
    if !isTied, tensors.entry(decoder) == nil {
      throw .untiedDecoder(path: path, why: "`tie_word_embeddings` is false, and there is no `\(decoder)`")
    }
    var names: [String: String] = [:]
    for entry in ParameterTable(configuration, head: .maskedLanguageModel).entries where entry.group == .head {
      var name = tensors.name(of: entry.name)
      // Of an untied head transformers reads the decoder's own bias and leaves the other aside.
      if entry.name == bias, name == nil || !isTied { name = tensors.name(of: decoderBias) }
      guard let name, let tensor = tensors.entry(name) else {
        throw .partialHead(path: path, missing: entry.name == bias && !isTied ? decoderBias : entry.name)
      }
      try check(tensor, entry.shape, path)
      names[entry.name] = name
    }
    return names
  }

  /// Checks that the decoder and its bias, where they are stored beside what the table has for them, are the same.
  ///
  /// - Parameter words: the name in the files under which the word embedding is read.
  func checkCopies(_ tensors: SafetensorsCollection, words: String?, _ directory: URL) throws {
    let pairs = [(Self.decoder, words), (Self.decoderBias, tensors.name(of: Self.bias))]
    for case (let copy, let original?) in pairs where copies.contains(copy) && copy != original {
      guard try tensors.areEqual(copy, original) else {
        throw ModelError.untiedDecoder(path: directory.path, why: "`\(copy)` differs from `\(original)`")
      }
    }
  }

  private static func check(_ tensor: TensorEntry, _ shape: [Int], _ path: String) throws(ModelError) {
    guard tensor.shape != shape else { return }
    throw .wrongShape(path: path, name: tensor.name, got: tensor.shape, expected: shape)
  }
}

extension SafetensorsCollection {
  /// The name under which a tensor is stored, if it is: LayerNorm's were gamma and beta once.
  func name(of name: String) -> String? {
    if entry(name) != nil { return name }
    let old = name.replacing("LayerNorm.weight", with: "LayerNorm.gamma")
      .replacing("LayerNorm.bias", with: "LayerNorm.beta")
    return entry(old) == nil ? nil : old
  }
}
