public import Foundation
internal import LinearAlgebra
internal import TensorFiles

/// A BERT checkpoint as Hugging Face lays it out: config.json and safetensors, with or without the `bert.` prefix, in
/// any floating-point type, in one file or in shards, with old or new LayerNorm names.
public struct Checkpoint: Sendable {
  /// Where it lies.
  public let directory: URL
  /// Its config.json.
  public let configuration: BERTConfiguration
  /// How many outputs its classifier has; nil without one.
  public let outputs: Int?
  /// Whether it has the head of a masked language model, whose decoder is the word embedding.
  public let predictsMaskedTokens: Bool
  /// Whether it has a pooler; BERT models saved for token tasks have none.
  public let hasPooler: Bool
  private let tensors: SafetensorsCollection
  /// Table name to the name in the files.
  private let names: [String: String]

  /// Opens a checkpoint and checks that it holds what its config.json calls for.
  ///
  /// - Throws: ``ModelError`` or `TensorFileError`.
  public init(directory: URL) throws {
    self.directory = directory
    configuration = try BERTConfiguration(directory: directory)
    let tensors = try SafetensorsCollection(directory: directory)
    self.tensors = tensors
    let model = BERTModel(configuration, outputs: nil)
    let prefix = tensors.entry("bert.embeddings.word_embeddings.weight") == nil ? "" : "bert."
    func find(_ name: String) -> String? { Self.spellings(name).first { tensors.entry($0) != nil } }
    var names: [String: String] = [:]
    for entry in model.table.entries { names[entry.name] = find(prefix + entry.name) }
    hasPooler = names["pooler.dense.weight"] != nil || names["pooler.dense.bias"] != nil
    for entry in model.table.entries {
      guard let name = names[entry.name] else {
        if entry.group == .pooler && !hasPooler { continue }
        throw ModelError.missingTensor(path: directory.path, name: prefix + entry.name)
      }
      try Self.checkShape(tensors.entry(name), expected: entry.shape, directory)
    }
    let known = Set(names.values)
    let strangers = tensors.entries.map(\.name).filter { name in
      ["embeddings.", "encoder.", "pooler."].contains { name.hasPrefix(prefix + $0) } && !known.contains(name)
        && !name.hasSuffix("position_ids")
    }
    guard strangers.isEmpty else { throw ModelError.unexpectedTensors(path: directory.path, names: strangers) }
    if let weight = tensors.entry("classifier.weight"), let outputs = weight.shape.first, outputs > 0 {
      try Self.checkShape(weight, expected: [outputs, configuration.hiddenSize], directory)
      guard let bias = tensors.entry("classifier.bias") else {
        throw ModelError.missingTensor(path: directory.path, name: "classifier.bias")
      }
      try Self.checkShape(bias, expected: [outputs], directory)
      names["classifier.weight"] = "classifier.weight"
      names["classifier.bias"] = "classifier.bias"
      self.outputs = outputs
    } else {
      outputs = nil
    }
    let predictions = ParameterTable(configuration, head: .maskedLanguageModel).entries.filter { $0.group == .head }
    for entry in predictions { names[entry.name] = find(entry.name) }
    predictsMaskedTokens = predictions.allSatisfy { names[$0.name] != nil }
    self.names = names
  }

  /// The parameters in the order of `model`'s table: in place when the file's bytes are that vector, else a converted
  /// copy.
  ///
  /// - Parameters:
  ///   - model: this checkpoint's configuration, with its head or without one.
  ///   - poolerSeed: keys the pooler where the checkpoint has none.
  /// - Throws: ``ModelError/missingHead(path:)``, ``ModelError/missingPredictionHead(path:)``,
  ///   ``ModelError/headSize(path:got:expected:)``, `TensorFileError`.
  public func parameters(for model: BERTModel, poolerSeed: UInt64) throws -> Parameters {
    if let wanted = model.table.outputs, let outputs, outputs != wanted {
      throw ModelError.headSize(path: directory.path, got: outputs, expected: wanted)
    }
    if let first = tensors.entries.first, let file = try? tensors.file(holding: first.name),
      let mapped = Parameters(file, of: model)
    {
      return mapped
    }
    let buffer = AlignedBuffer<Float>(count: model.table.count)
    try readEncoder(model, into: buffer.pointer, poolerSeed: poolerSeed)
    if model.table.headKind != nil { try readHead(model, into: buffer.pointer) }
    return Parameters(buffer)
  }

  /// Writes the encoder's part of the flat vector.
  ///
  /// - Parameter poolerSeed: keys the pooler where the checkpoint has none.
  /// - Throws: `TensorFileError`.
  public func readEncoder(
    _ model: BERTModel, into parameters: UnsafeMutablePointer<Float>, poolerSeed: UInt64
  ) throws {
    try read(model, into: parameters) { $0 != .head }
    if !hasPooler { model.initialisePooler(parameters, seed: poolerSeed) }
  }

  /// Writes the head's part of the flat vector.
  ///
  /// - Throws: ``ModelError/missingHead(path:)``, ``ModelError/headSize(path:got:expected:)``,
  ///   ``ModelError/missingPredictionHead(path:)``, ``ModelError/wrongShape(path:name:got:expected:)``, `TensorFileError`.
  public func readHead(_ model: BERTModel, into parameters: UnsafeMutablePointer<Float>) throws {
    if model.table.headKind == .maskedLanguageModel {
      guard predictsMaskedTokens else { throw ModelError.missingPredictionHead(path: directory.path) }
      for entry in model.table.entries where entry.group == .head {
        try Self.checkShape(names[entry.name].flatMap { tensors.entry($0) }, expected: entry.shape, directory)
      }
    } else {
      guard let outputs else { throw ModelError.missingHead(path: directory.path) }
      guard outputs == model.table.outputs else {
        throw ModelError.headSize(path: directory.path, got: outputs, expected: model.table.outputs ?? 0)
      }
    }
    try read(model, into: parameters) { $0 == .head }
  }

  private func read(
    _ model: BERTModel, into parameters: UnsafeMutablePointer<Float>,
    where isWanted: (ParameterTable.Group) -> Bool
  ) throws {
    for entry in model.table.entries where isWanted(entry.group) {
      guard let name = names[entry.name] else { continue }
      try tensors.copyFloat32(
        name,
        into: UnsafeMutableBufferPointer(start: parameters + entry.range.lowerBound, count: entry.range.count))
    }
  }

  /// The names a tensor may have: LayerNorm's were gamma and beta once.
  private static func spellings(_ name: String) -> [String] {
    guard name.contains("LayerNorm") else { return [name] }
    return [
      name,
      name.replacing("LayerNorm.weight", with: "LayerNorm.gamma").replacing("LayerNorm.bias", with: "LayerNorm.beta"),
    ]
  }

  private static func checkShape(_ entry: TensorEntry?, expected: [Int], _ directory: URL) throws {
    guard let entry, entry.shape != expected else { return }
    throw ModelError.wrongShape(path: directory.path, name: entry.name, got: entry.shape, expected: expected)
  }
}
