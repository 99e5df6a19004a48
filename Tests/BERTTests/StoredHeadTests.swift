import BERT
import Foundation
import TensorFiles
import Testing

@Suite struct StoredClassifierTests {
  private func refused(
    _ expected: (URL) -> ModelError, changing change: ([NamedArray]) -> [NamedArray] = { $0 },
    configuring configure: (inout [String: Any]) -> Void = { _ in }
  ) throws {
    try withCopy(changing: change, configuring: configure) { directory in
      // The encoder has nothing to do with it.
      let checkpoint = try Checkpoint(directory: directory)
      #expect(checkpoint.outputs == nil)
      _ = try checkpoint.parameters(for: BERTModel(checkpoint.configuration, outputs: nil), poolerSeed: 0)
      #expect(throws: expected(directory)) {
        try checkpoint.parameters(for: BERTModel(checkpoint.configuration, outputs: 2), poolerSeed: 0)
      }
    }
  }

  @Test(arguments: ["classifier.weight", "classifier.bias"]) func half(name: String) throws {
    try refused {
      .partialHead(path: $0.path, missing: name)
    } changing: {
      $0.filter { $0.name != name }
    }
  }

  @Test(arguments: [
    ("classifier.weight", [2, 9], [2, 8]), ("classifier.weight", [16], [16, 8]),
    ("classifier.weight", [0, 8], [1, 8]),
    ("classifier.weight", [], [1, 8]), ("classifier.bias", [3], [2]), ("classifier.bias", [1, 2], [2]),
  ])
  func shapes(name: String, got: [Int], expected: [Int]) throws {
    let numbers = [Float](repeating: 0, count: got.reduce(1, *))
    let replacement = NamedArray(name: name, shape: got, elements: .float32(numbers))
    try refused {
      .wrongShape(path: $0.path, name: name, got: got, expected: expected)
    } changing: {
      $0.map { $0.name == name ? replacement : $0 }
    }
  }

  @Test func labelsOfAnotherNumber() throws {
    try refused {
      .configurationValue(
        path: $0.appending(path: "config.json").path, key: "id2label", got: "of 3 labels",
        expected: "one for each of the 2 outputs of `classifier.weight`")
    } configuring: {
      $0["id2label"] = ["0": "a", "1": "b", "2": "c"]
    }
  }

  @Test func labelsThatAreNone() throws {
    for labels in [["1": "x", "2": "y"], ["0": 0, "1": 1]] as [[String: Any]] {
      try withCopy(configuring: { $0["id2label"] = labels }) { directory in
        let checkpoint = try Checkpoint(directory: directory)
        let error = #expect(throws: ModelError.self) {
          try checkpoint.parameters(for: BERTModel(checkpoint.configuration, outputs: 2), poolerSeed: 0)
        }
        guard case .configurationValue(_, "id2label", _, _) = error else {
          Issue.record("\(String(describing: error))")
          return
        }
      }
    }
  }

  @Test(arguments: ["multi_label_classification", "regression"]) func otherProblems(type: String) throws {
    try refused {
      .unsupported(
        path: $0.appending(path: "config.json").path, key: "problem_type", got: "\"\(type)\"",
        expected: "\"single_label_classification\", as the classifier has 2 outputs")
    } configuring: {
      $0["problem_type"] = type
    }
  }

  /// A model of a regression has one output, whatever its label is called.
  @Test func regression() throws {
    let change = { (arrays: [NamedArray]) in
      arrays.map { array in
        switch array.name {
        case "classifier.weight":
          NamedArray(name: array.name, shape: [1, 8], elements: .float32([Float](repeating: 1, count: 8)))
        case "classifier.bias": NamedArray(name: array.name, shape: [1], elements: .float32([1]))
        default: array
        }
      }
    }
    let configure = { (values: inout [String: Any]) in
      (values["problem_type"], values["id2label"]) = ("regression", ["0": "LABEL_0"])
    }
    try withCopy(changing: change, configuring: configure) { directory in
      let checkpoint = try Checkpoint(directory: directory)
      #expect(checkpoint.outputs == 1)
    }
  }
}

/// The layouts of the masked language model's head that transformers 5 reads, and others.
@Suite struct StoredPredictionHeadTests {
  private static let words = "bert.embeddings.word_embeddings.weight"
  private static let decoder = "cls.predictions.decoder.weight"
  private static let bias = "cls.predictions.bias"
  private static let decoderBias = "cls.predictions.decoder.bias"

  private func renamed(_ array: NamedArray, _ name: String) -> NamedArray {
    NamedArray(name: name, shape: array.shape, elements: array.elements)
  }

  /// The tensors with some under another name.
  private func rename(_ names: [String: String]) -> ([NamedArray]) -> [NamedArray] {
    { $0.map { renamed($0, names[$0.name] ?? $0.name) } }
  }

  /// The tensors with copies of some, each number having `difference` added.
  private func copy(_ names: [String: String], plus difference: Float = 0) -> ([NamedArray]) -> [NamedArray] {
    { arrays in
      arrays
        + arrays.compactMap { array in
          guard let name = names[array.name], case .float32(let values) = array.elements else { return nil }
          return NamedArray(name: name, shape: array.shape, elements: .float32(values.map { $0 + difference }))
        }
    }
  }

  private func numbers(_ directory: URL) throws -> [Float] {
    let checkpoint = try Checkpoint(directory: directory)
    #expect(checkpoint.predictsMaskedTokens && checkpoint.ignoredTensors.isEmpty)
    let model = BERTModel(checkpoint.configuration, head: .maskedLanguageModel)
    #expect(checkpoint.tensors(unusedBy: model).isEmpty)
    let parameters = try checkpoint.parameters(for: model, poolerSeed: 0)
    return Array(UnsafeBufferPointer(start: parameters.base, count: parameters.count))
  }

  private func read(
    _ change: @escaping ([NamedArray]) -> [NamedArray], tied: Bool? = nil
  ) throws {
    let expected = try numbers(Fixture.directory("masked"))
    try withCopy(of: "masked", changing: change, configuring: { $0["tie_word_embeddings"] = tied }) { directory in
      let got = try numbers(directory)
      #expect(got == expected)
    }
  }

  private func refused(
    _ expected: (URL) -> ModelError, _ change: @escaping ([NamedArray]) -> [NamedArray], tied: Bool? = nil
  ) throws {
    try withCopy(of: "masked", changing: change, configuring: { $0["tie_word_embeddings"] = tied }) { directory in
      let checkpoint = try Checkpoint(directory: directory)
      _ = try checkpoint.parameters(for: BERTModel(checkpoint.configuration, outputs: nil), poolerSeed: 0)
      #expect(checkpoint.predictsMaskedTokens)
      #expect(throws: expected(directory)) {
        try checkpoint.parameters(
          for: BERTModel(checkpoint.configuration, head: .maskedLanguageModel), poolerSeed: 0)
      }
    }
  }

  @Test func biasOfTheDecoder() throws {
    try read(rename([Self.bias: Self.decoderBias]))
    try read(copy([Self.bias: Self.decoderBias]))
    try refused(
      {
        .untiedDecoder(path: $0.path, why: "`\(Self.decoderBias)` differs from `\(Self.bias)`")
      }, copy([Self.bias: Self.decoderBias], plus: 1))
    try refused(
      { .partialHead(path: $0.path, missing: Self.bias) }, { $0.filter { $0.name != Self.bias } })
  }

  @Test(arguments: [true, false]) func decoderOfItsOwn(tied: Bool) throws {
    let names = [Self.words: Self.decoder, Self.bias: Self.decoderBias]
    try read(copy(names), tied: tied)
    let change = { copy([Self.bias: Self.decoderBias])(copy([Self.words: Self.decoder], plus: 0.5)($0)) }
    try refused(
      { .untiedDecoder(path: $0.path, why: "`\(Self.decoder)` differs from `\(Self.words)`") }, change, tied: tied)
  }

  /// transformers starts a random decoder, and a bias of 0: neither is what was trained.
  @Test func untiedAndNotThere() throws {
    try refused(
      {
        .untiedDecoder(
          path: $0.path, why: "`tie_word_embeddings` is false, and there is no `\(Self.decoder)`")
      }, { $0 }, tied: false)
    try refused(
      { .partialHead(path: $0.path, missing: Self.decoderBias) }, copy([Self.words: Self.decoder]), tied: false)
  }

  /// The one matrix under the decoder's name alone; for fine-tuning too.
  @Test func thePairUnderTheDecodersName() throws {
    try read(rename([Self.words: Self.decoder]))
    try withCopy(
      of: "masked", changing: rename([Self.words: Self.decoder]), configuring: { $0["tie_word_embeddings"] = false }
    ) { directory in
      #expect(throws: ModelError.missingTensor(path: directory.path, name: Self.words)) {
        try Checkpoint(directory: directory)
      }
    }
  }

  /// A part of a head is not taken for none.
  @Test func aPartOfAHead() throws {
    let name = "cls.predictions.transform.dense.weight"
    try refused({ .partialHead(path: $0.path, missing: name) }, { $0.filter { $0.name != name } })
  }

  /// What is written says of itself that the two are one, whatever it was read from.
  @Test func writtenAsTied() throws {
    let change = copy([Self.words: Self.decoder, Self.bias: Self.decoderBias])
    try withCopy(of: "masked", changing: change, configuring: { $0["tie_word_embeddings"] = false }) { source in
      let checkpoint = try Checkpoint(directory: source)
      let model = BERTModel(checkpoint.configuration, head: .maskedLanguageModel)
      let parameters = try checkpoint.parameters(for: model, poolerSeed: 0)
      try withTemporaryDirectory { directory in
        try Checkpoint.write(model, parameters.base, from: source, labels: nil, to: directory)
        let data = try Data(contentsOf: directory.appending(path: "config.json"))
        let values = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(values["tie_word_embeddings"] as? Bool == true)
        _ = try numbers(directory)
      }
    }
  }
}
