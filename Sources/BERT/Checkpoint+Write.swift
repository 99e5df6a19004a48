public import Foundation
internal import JSONReader
internal import POSIX
internal import TensorFiles

extension Checkpoint {
  /// Files beside the weights that a copy of the model takes along.
  private static let companions = [
    "vocab.txt", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
  ]

  /// Writes a model as a Hugging Face directory that transformers loads: config.json and the tokenizer's files of the
  /// model it came from, and model.safetensors in the order of the parameter table.
  ///
  /// Each file appears complete or not at all, the weights last: a directory with model.safetensors is whole.
  ///
  /// - Parameters:
  ///   - model: the model, with or without a head.
  ///   - parameters: its flat vector.
  ///   - source: the Hugging Face directory that it was made from.
  ///   - labels: the names of the classes in id order; one name for regression; nil without a classifier.
  ///   - storage: how the weights are stored.
  ///   - directory: made when it is missing; other files in it are left alone.
  /// - Throws: ``ModelError``, `TensorFileError`, Foundation's file errors.
  public static func write(
    _ model: BERTModel, _ parameters: UnsafePointer<Float>, from source: URL, labels: [String]?,
    as storage: WeightStorage = .float32, to directory: URL
  ) throws {
    try System.makeFolder(directory.path)
    try write(
      try config(of: source, head: model.table.headKind, labels: labels, storage),
      to: directory.appending(path: "config.json"))
    for name in companions {
      let file = source.appending(path: name)
      guard FileManager.default.fileExists(atPath: file.path) else { continue }
      try write(Data(try System.read(file.path)), to: directory.appending(path: name))
    }
    try model.write(parameters, as: storage, to: directory.appending(path: "model.safetensors"))
  }

  /// Whether the files beside the weights that ``write(_:_:from:labels:as:to:)`` takes along are all in a folder.
  public static func hasCompanions(of source: URL, in directory: URL) -> Bool {
    (["config.json"] + companions).allSatisfy { name in
      !FileManager.default.fileExists(atPath: source.appending(path: name).path)
        || FileManager.default.fileExists(atPath: directory.appending(path: name).path)
    }
  }

  private static func write(_ data: Data, to url: URL) throws {
    try AtomicFile.write(to: url) { file in
      try data.withUnsafeBytes { try file.append($0.bytes) }
    }
  }

  /// The source's config.json with the keys that describe the head and the stored type set anew.
  private static func config(of source: URL, head: Head?, labels: [String]?, _ storage: WeightStorage) throws -> Data {
    let members = try ConfigurationReader(directory: source).members
    var values = Dictionary(members.map { ($0.key, $0.value.foundationValue) }) { $1 }
    values["model_type"] = "bert"
    values["architectures"] = [architecture(head)]
    for key in ["torch_dtype", "dtype", "num_labels", "problem_type", "id2label", "label2id"] { values[key] = nil }
    values["dtype"] = storage.rawValue
    // The decoder is the word embedding, and is written as such.
    if head == .maskedLanguageModel, values["tie_word_embeddings"] != nil { values["tie_word_embeddings"] = true }
    if let labels {
      values["id2label"] = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ("\($0)", $1) })
      values["label2id"] = Dictionary(labels.enumerated().map { ($1, $0) }) { first, _ in first }
      values["problem_type"] = labels.count == 1 ? "regression" : "single_label_classification"
    }
    return try JSONSerialization.data(
      withJSONObject: values, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
  }

  /// The class of transformers that has the head.
  private static func architecture(_ head: Head?) -> String {
    switch head {
    case .classifier: "BertForSequenceClassification"
    case .maskedLanguageModel: "BertForMaskedLM"
    case nil: "BertModel"
    }
  }
}

extension JSON {
  /// What `JSONSerialization` writes this value from; of equal keys the last.
  fileprivate var foundationValue: Any {
    switch self {
    case .null: NSNull()
    case .bool(let value): value
    // A whole number keeps all of its digits.
    case .number(let number): Int(number.text).map { $0 as Any } ?? number.value
    case .string(let value): value
    case .array(let values): values.map(\.foundationValue)
    case .object: Dictionary(members.map { ($0.key, $0.value.foundationValue) }) { $1 }
    }
  }
}
