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
  /// Whether it has a pooler; BERT models saved for token tasks have none.
  public let hasPooler: Bool
  /// The names of tensors that nothing here reads, in the order of the files: of other heads, of heads that cannot be used,
  /// and buffers such as `position_ids`.
  public let ignoredTensors: [String]
  private let tensors: SafetensorsCollection
  /// Table name to the name in the files.
  private let names: [String: String]
  private let heads: StoredHeads

  /// How many outputs its classifier has; nil without one, and for one that cannot be used: ``readHead(_:into:)`` says why.
  public var outputs: Int? { (try? heads.classifier.get()) ?? nil }

  /// Whether it has the head of a masked language model, whose decoder is the word embedding, or parts of it:
  /// ``readHead(_:into:)`` says what is wrong with those.
  public var predictsMaskedTokens: Bool {
    if case .success(false) = heads.predictions { false } else { true }
  }

  /// Opens a checkpoint and checks that it holds the encoder that its config.json calls for. What is wrong with a head is
  /// an error when the head is asked for.
  ///
  /// - Throws: ``ModelError`` or `TensorFileError`.
  public init(directory: URL) throws {
    self.directory = directory
    let reader = try ConfigurationReader(directory: directory)
    configuration = try BERTConfiguration(reader)
    let tensors = try SafetensorsCollection(directory: directory)
    self.tensors = tensors
    let model = BERTModel(configuration, outputs: nil)
    let prefix = try Self.prefix(of: tensors, directory)
    var names: [String: String] = [:]
    for entry in model.table.entries { names[entry.name] = tensors.name(of: prefix + entry.name) }
    let heads = StoredHeads(tensors, configuration, reader, directory)
    if names[StoredHeads.words] == nil { names[StoredHeads.words] = heads.wordsOfDecoder }
    hasPooler = names["pooler.dense.weight"] != nil || names["pooler.dense.bias"] != nil
    for entry in model.table.entries {
      guard let name = names[entry.name] else {
        if entry.group == .pooler && !hasPooler { continue }
        throw ModelError.missingTensor(path: directory.path, name: prefix + entry.name)
      }
      try Self.checkShape(tensors.entry(name), expected: entry.shape, directory)
    }
    names.merge(heads.names) { encoder, _ in encoder }
    let known = Set(names.values).union(heads.copies)
    let ignored = tensors.entries.map(\.name).filter { !known.contains($0) }
    let strangers = ignored.filter { name in
      ["embeddings.", "encoder.", "pooler."].contains { name.hasPrefix(prefix + $0) } && !Self.isBuffer(name)
    }
    guard strangers.isEmpty else { throw ModelError.unexpectedTensors(path: directory.path, names: strangers) }
    ignoredTensors = ignored
    self.names = names
    self.heads = heads
  }

  /// The names of tensors in the files that `model` does not take, in the order of the files: ``ignoredTensors``, and
  /// those of a pooler or head that it has no place for.
  public func tensors(unusedBy model: BERTModel) -> [String] {
    let copies = model.table.headKind == .maskedLanguageModel ? heads.copies : []
    let used = copies.union(model.table.entries.compactMap { names[$0.name] })
    return tensors.entries.map(\.name).filter { !used.contains($0) }
  }

  /// The parameters in the order of `model`'s table: in place when the file's bytes are that vector, else a converted
  /// copy.
  ///
  /// - Parameters:
  ///   - model: this checkpoint's configuration, with its head or without one.
  ///   - poolerSeed: keys the pooler where the checkpoint has none.
  /// - Throws: ``ModelError`` for a head that `model` has and the checkpoint has not, or in another form;
  ///   `LinearAlgebraError` for more memory than there is; `TensorFileError`.
  public func parameters(for model: BERTModel, poolerSeed: UInt64) throws -> Parameters {
    if model.table.outputs != nil { try checkClassifier(of: model) }
    if let first = tensors.entries.first, let file = try? tensors.file(holding: first.name),
      let mapped = Parameters(file, of: model)
    {
      return mapped
    }
    try model.checkMemory(vectors: 1)
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
  /// - Throws: ``ModelError`` for a head that the checkpoint has not, or in a form that cannot be used;
  ///   `TensorFileError`.
  public func readHead(_ model: BERTModel, into parameters: UnsafeMutablePointer<Float>) throws {
    if model.table.headKind == .maskedLanguageModel {
      guard try heads.predictions.get() else { throw ModelError.missingPredictionHead(path: directory.path) }
      try heads.checkCopies(tensors, words: names[StoredHeads.words], directory)
    } else {
      try checkClassifier(of: model)
    }
    try read(model, into: parameters) { $0 == .head }
  }

  private func checkClassifier(of model: BERTModel) throws(ModelError) {
    guard let outputs = try heads.classifier.get() else { throw .missingHead(path: directory.path) }
    guard outputs == model.table.outputs else {
      throw .headSize(path: directory.path, got: outputs, expected: model.table.outputs ?? 0)
    }
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

  /// The tensors of `model` that hold NaN or infinity, by the checkpoint's names: what a loss that is none comes from.
  ///
  /// - Throws: `TensorFileError`, `LinearAlgebraError` for more memory than there is.
  public func tensorsWithoutNumbers(of model: BERTModel) throws -> [String] {
    let stored = model.table.entries.compactMap { entry in
      names[entry.name].map { (name: $0, count: entry.range.count) }
    }
    let buffer = AlignedBuffer<Float>(count: stored.map(\.count).max() ?? 0)
    return try stored.filter { name, count in
      try tensors.copyFloat32(name, into: UnsafeMutableBufferPointer(start: buffer.pointer, count: count))
      return !areFinite(buffer.pointer, 0..<count)
    }.map(\.name)
  }

  /// What stands before the names of the encoder's tensors: `bert.` or nothing.
  private static func prefix(of tensors: SafetensorsCollection, _ directory: URL) throws(ModelError) -> String {
    let landmarks = [
      StoredHeads.words, "embeddings.position_embeddings.weight", "encoder.layer.0.attention.self.query.weight",
    ]
    for landmark in landmarks {
      let prefixes = tensors.entries.map(\.name).filter { $0 == landmark || $0.hasSuffix("." + landmark) }
        .map { String($0.dropLast(landmark.count)) }
      if let known = ["bert.", ""].first(where: prefixes.contains) { return known }
      if let other = prefixes.min() { throw .prefix(path: directory.path, prefix: other, name: other + landmark) }
    }
    return ""
  }

  /// Whether a tensor is a buffer that transformers makes anew, whatever a file says.
  private static func isBuffer(_ name: String) -> Bool {
    [".position_ids", ".token_type_ids"].contains { ("." + name).hasSuffix($0) }
  }

  private static func checkShape(_ entry: TensorEntry?, expected: [Int], _ directory: URL) throws(ModelError) {
    guard let entry, entry.shape != expected else { return }
    throw .wrongShape(path: directory.path, name: entry.name, got: entry.shape, expected: expected)
  }
}

/// Whether the numbers of a range are neither NaN nor infinite.
private func areFinite(_ numbers: UnsafePointer<Float>, _ range: Range<Int>) -> Bool {
  // 0 x a finite number is 0; everything else leaves NaN.
  var sum = Lanes.zero
  for i in stride(from: range.lowerBound, to: range.upperBound, by: 16) {
    sum += numbers.lanes(at: i, end: range.upperBound) * 0
  }
  return sum == Lanes.zero
}
