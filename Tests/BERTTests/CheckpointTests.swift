import BERT
import Foundation
import TensorFiles
import Testing

@Suite struct CheckpointTests {
  private func json(_ directory: URL) throws -> [String: Any] {
    let data = try Data(contentsOf: directory.appending(path: "config.json"))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test(arguments: [
    "bert.embeddings.LayerNorm.weight", "bert.encoder.layer.1.attention.self.value.bias", "bert.pooler.dense.bias",
  ])
  func missingTensor(name: String) throws {
    try withCopy(changing: { $0.filter { $0.name != name } }) { directory in
      #expect(throws: ModelError.missingTensor(path: directory.path, name: name)) {
        try Checkpoint(directory: directory)
      }
    }
  }

  @Test(arguments: [
    ("bert.encoder.layer.0.intermediate.dense.weight", [12, 8]), ("bert.pooler.dense.bias", [8]),
  ])
  func wrongShape(name: String, expected: [Int]) throws {
    let got = expected.count == 2 ? [expected[0], 9] : [9]
    let replacement = NamedArray(
      name: name, shape: got, elements: .float32([Float](repeating: 0, count: got.reduce(1, *))))
    try withCopy(changing: { $0.map { $0.name == name ? replacement : $0 } }) { directory in
      #expect(throws: ModelError.wrongShape(path: directory.path, name: name, got: got, expected: expected)) {
        try Checkpoint(directory: directory)
      }
    }
  }

  /// A third layer that config.json does not know is refused; other heads and Hugging Face's buffers are left aside and named.
  @Test func tensorsWithoutAPlace() throws {
    func extra(_ name: String) -> NamedArray { NamedArray(name: name, shape: [1], elements: .float32([0])) }
    let name = "bert.encoder.layer.2.output.dense.bias"
    try withCopy(changing: { $0 + [extra(name)] }) { directory in
      #expect(throws: ModelError.unexpectedTensors(path: directory.path, names: [name])) {
        try Checkpoint(directory: directory)
      }
    }
    let harmless = [
      "bert.embeddings.position_ids", "bert.embeddings.token_type_ids", "cls.seq_relationship.weight",
      "qa_outputs.bias",
    ]
    try withCopy(changing: { $0 + harmless.map(extra) }) { directory in
      let checkpoint = try Checkpoint(directory: directory)
      #expect(checkpoint.outputs == 2 && checkpoint.ignoredTensors == harmless)
      let bare = BERTModel(checkpoint.configuration, outputs: nil)
      #expect(checkpoint.tensors(unusedBy: bare) == ["classifier.bias", "classifier.weight"] + harmless)
    }
  }

  /// What wrappers put before the names is named, with the way out.
  @Test(arguments: [
    ("module.bert.", "DataParallel puts `module.` there: save what it wraps, `model.module.save_pretrained(...)`"),
    ("_orig_mod.", "torch.compile puts `_orig_mod.` there: save what it wraps, `model._orig_mod.save_pretrained(...)`"),
    ("model.bert.", "a class around the model puts `model.` there"), ("encoder.", "save the BERT model alone"),
  ])
  func prefixes(prefix: String, advice: String) throws {
    let change = { (arrays: [NamedArray]) in
      arrays.map { NamedArray(name: $0.name.replacing("bert.", with: prefix), shape: $0.shape, elements: $0.elements) }
    }
    try withCopy(changing: change) { directory in
      let name = prefix + "embeddings.word_embeddings.weight"
      let error = #expect(throws: ModelError.self) { try Checkpoint(directory: directory) }
      #expect(error == .prefix(path: directory.path, prefix: prefix, name: name))
      #expect(error?.description.contains(advice) == true && error?.description.contains("`\(name)`") == true)
    }
  }

  /// NaN and infinity are found where parameters are read or mapped, and the tensor is named.
  @Test(arguments: ["bert.encoder.layer.1.output.dense.weight", "classifier.bias"], [Float.nan, -.infinity])
  func numbersThatAreNone(name: String, value: Float) throws {
    let change = { (arrays: [NamedArray]) in
      arrays.map { array in
        guard array.name == name, case .float32(var values) = array.elements else { return array }
        values[values.count - 1] = value
        return NamedArray(name: name, shape: array.shape, elements: .float32(values))
      }
    }
    try withCopy(changing: change) { directory in
      let checkpoint = try Checkpoint(directory: directory)
      let model = BERTModel(checkpoint.configuration, outputs: 2)
      #expect(try checkpoint.tensorsWithoutNumbers(of: model) == [name])
      // They are read as they are: a loss that is not finite is a result.
      _ = try checkpoint.parameters(for: model, poolerSeed: 0)
    }
  }

  @Test func missingHead() throws {
    let checkpoint = try Checkpoint(directory: Fixture.directory("variants/bare"))
    #expect(checkpoint.outputs == nil)
    let model = BERTModel(checkpoint.configuration, outputs: 2)
    #expect(throws: ModelError.missingHead(path: checkpoint.directory.path)) {
      try checkpoint.parameters(for: model, poolerSeed: 0)
    }
  }

  @Test func headSize() throws {
    let checkpoint = try Checkpoint(directory: Fixture.directory("variants/plain"))
    let model = BERTModel(checkpoint.configuration, outputs: 3)
    let expected = ModelError.headSize(path: checkpoint.directory.path, got: 2, expected: 3)
    #expect(throws: expected) { try checkpoint.parameters(for: model, poolerSeed: 0) }
    var parameters = [Float](repeating: 7, count: model.table.count)
    #expect(throws: expected) { try checkpoint.readHead(model, into: &parameters) }
    #expect(parameters.allSatisfy { $0 == 7 })
  }

  /// The encoder alone of a checkpoint with a head, and the two parts one after the other.
  @Test func partsOfACheckpoint() throws {
    let checkpoint = try Checkpoint(directory: Fixture.directory("variants/plain"))
    let (bare, whole) = (
      BERTModel(checkpoint.configuration, outputs: nil), BERTModel(checkpoint.configuration, outputs: 2)
    )
    let all = try checkpoint.parameters(for: whole, poolerSeed: 0)
    let theta = try checkpoint.parameters(for: bare, poolerSeed: 0)
    var parts = [Float](repeating: .nan, count: whole.table.count)
    try checkpoint.readEncoder(whole, into: &parts, poolerSeed: 0)
    #expect(parts[whole.table.head].allSatisfy { $0.isNaN })
    try checkpoint.readHead(whole, into: &parts)
    #expect(parts == numbers(all))
    #expect(Array(parts[whole.table.encoder]) == numbers(theta))
  }

  /// A checkpoint without a pooler gets the one of the seed.
  @Test func missingPooler() throws {
    let checkpoint = try Checkpoint(directory: Fixture.directory("variants/no_pooler"))
    let model = BERTModel(checkpoint.configuration, outputs: nil)
    let read = numbers(try checkpoint.parameters(for: model, poolerSeed: 5))
    var drawn = [Float](repeating: 0, count: model.table.count)
    model.initialiseEncoder(&drawn, seed: 5)
    for entry in model.table.entries {
      #expect((read[entry.range] == drawn[entry.range]) == (entry.group == .pooler), "\(entry.name)")
    }
  }

  /// What is written is mapped in place when it is read, and config.json tells Hugging Face about the head.
  @Test(arguments: [["no", "yes"], ["score"], nil]) func writeThenRead(labels: [String]?) throws {
    let source = try Checkpoint(directory: Fixture.directory("variants/plain"))
    let model = BERTModel(source.configuration, outputs: labels?.count)
    var draws = Draws()
    let parameters = floats(draws.normal(model.table.count))
    try withTemporaryDirectory { parent in
      let directory = parent.appending(path: "a/b")
      try Checkpoint.write(model, parameters, from: source.directory, labels: labels, to: directory)
      let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
      #expect(names == ["config.json", "model.safetensors", "vocab.txt"])

      let checkpoint = try Checkpoint(directory: directory)
      let read = try checkpoint.parameters(for: model, poolerSeed: 0)
      #expect(read.isMapped)
      #expect(numbers(read) == parameters)
      #expect(checkpoint.outputs == labels?.count && checkpoint.hasPooler)
      #expect(checkpoint.configuration.labels == labels)
      var expected = source.configuration
      expected.labels = labels
      #expect(checkpoint.configuration == expected)

      let config = try json(directory)
      let architecture = labels == nil ? "BertModel" : "BertForSequenceClassification"
      #expect(config["architectures"] as? [String] == [architecture])
      #expect(config["dtype"] as? String == "float32" && config["torch_dtype"] == nil)
      let kind = labels.map { $0.count == 1 ? "regression" : "single_label_classification" }
      #expect(config["problem_type"] as? String == kind)
      let ids = labels.map { Dictionary(uniqueKeysWithValues: $0.enumerated().map { ($1, $0) }) }
      #expect(config["label2id"] as? [String: Int] == ids)
    }
  }

  /// Halves are the nearest of each weight, in half the space.
  @Test func writeHalves() throws {
    let source = try Checkpoint(directory: Fixture.directory("variants/plain"))
    let model = BERTModel(source.configuration, outputs: nil)
    var draws = Draws()
    let parameters = floats(draws.normal(model.table.count))
    try withTemporaryDirectory { directory in
      try Checkpoint.write(model, parameters, from: source.directory, labels: nil, as: .float16, to: directory)
      let read = try Checkpoint(directory: directory).parameters(for: model, poolerSeed: 0)
      #expect(!read.isMapped && numbers(read) == parameters.map { Float(Float16($0)) })
      #expect(try json(directory)["dtype"] as? String == "float16")
      let file = directory.appending(path: "model.safetensors")
      let size = try #require(try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int)
      #expect((2 * parameters.count..<2 * parameters.count + 8192).contains(size))
    }
  }

  /// Writing again replaces the model's own files and leaves others alone.
  @Test func writeAgain() throws {
    let source = try Checkpoint(directory: Fixture.directory("variants/plain"))
    let model = BERTModel(source.configuration, outputs: 2)
    try withTemporaryDirectory { directory in
      let note = directory.appending(path: "note.txt")
      try Data("mine".utf8).write(to: note)
      for value in [Float(1), 2] {
        let parameters = [Float](repeating: value, count: model.table.count)
        try Checkpoint.write(model, parameters, from: source.directory, labels: ["a", "b"], to: directory)
      }
      let read = try Checkpoint(directory: directory).parameters(for: model, poolerSeed: 0)
      #expect(numbers(read).allSatisfy { $0 == 2 })
      #expect(try Data(contentsOf: note) == Data("mine".utf8))
    }
  }

  /// Files of another type, in another order, in shards or without a part are copied, not mapped.
  @Test(arguments: ["f16", "f64", "sharded", "gamma_beta", "bare", "no_pooler"])
  func convertedCopies(name: String) throws {
    let checkpoint = try Checkpoint(directory: Fixture.directory("variants/\(name)"))
    let model = BERTModel(checkpoint.configuration, outputs: checkpoint.outputs)
    #expect(!(try checkpoint.parameters(for: model, poolerSeed: 0)).isMapped)
  }

  private func numbers(_ parameters: Parameters) -> [Float] {
    Array(UnsafeBufferPointer(start: parameters.base, count: parameters.count))
  }
}
