import BERT
import Foundation
import Glibc
import LinearAlgebra
import POSIX
import Testing

@Suite struct ConfigurationTests {
  private static let sizes = [
    "vocab_size": "20", "hidden_size": "8", "num_hidden_layers": "2", "num_attention_heads": "2",
    "intermediate_size": "12",
  ]

  /// The five sizes that have no default, and `changes`: keys with JSON values, nil to leave one out.
  private func read(_ changes: [String: String?] = [:]) throws -> BERTConfiguration {
    var values = Self.sizes
    for (key, value) in changes { values[key] = value }
    let json = "{" + values.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}"
    return try BERTConfiguration(json: Data(json.utf8), path: "config.json")
  }

  /// The error that `changes` lead to.
  private func error(_ changes: [String: String?]) -> ModelError? {
    do {
      _ = try read(changes)
      return nil
    } catch {
      return error as? ModelError
    }
  }

  @Test func readsAFile() throws {
    let configuration = try BERTConfiguration(directory: Fixture.directory("tiny"))
    #expect(configuration.vocabularySize == 60 && configuration.hiddenSize == 24 && configuration.layers == 3)
    #expect(configuration.heads == 4 && configuration.headSize == 6 && configuration.intermediateSize == 40)
    #expect(configuration.maximumPositions == 32 && configuration.segmentTypes == 2)
    #expect(configuration.activation == .gelu && configuration.layerNormEpsilon == 1e-12)
    #expect(configuration.hiddenDropout == 0.1 && configuration.attentionDropout == 0.1)
    #expect(configuration.classifierDropout == nil && configuration.initializerRange == 0.02)
    #expect(configuration.labels == ["entailment", "neutral", "contradiction"])
  }

  /// What Hugging Face's BertConfig takes when a key is missing or null.
  @Test func defaults() throws {
    for configuration in [
      try read(),
      try read([
        "max_position_embeddings": "null", "hidden_act": "null", "classifier_dropout": "null", "id2label": "null",
        "model_type": "null", "position_embedding_type": "null", "layer_norm_eps": "null",
      ]),
    ] {
      #expect(configuration.maximumPositions == 512 && configuration.segmentTypes == 2)
      #expect(configuration.activation == .gelu && configuration.layerNormEpsilon == 1e-12)
      #expect(configuration.hiddenDropout == 0.1 && configuration.attentionDropout == 0.1)
      #expect(configuration.classifierDropout == nil && configuration.initializerRange == 0.02)
      #expect(configuration.labels == nil)
    }
  }

  @Test func valuesThatAreSet() throws {
    let configuration = try read([
      "model_type": "\"bert\"", "position_embedding_type": "\"absolute\"", "hidden_act": "\"relu\"",
      "hidden_dropout_prob": "0", "attention_probs_dropout_prob": "0.25", "classifier_dropout": "0.5",
      "type_vocab_size": "1", "layer_norm_eps": "1e-5", "initializer_range": "1", "is_decoder": "false",
      "id2label": "{\"1\": \"yes\", \"0\": \"no\"}", "unknown_key": "[1]",
    ])
    #expect(configuration.activation == .relu)
    #expect(configuration.hiddenDropout == 0 && configuration.attentionDropout == 0.25)
    #expect(configuration.classifierDropout == 0.5)
    #expect(configuration.segmentTypes == 1 && configuration.layerNormEpsilon == 1e-5)
    #expect(configuration.initializerRange == 1)
    #expect(configuration.labels == ["no", "yes"])
  }

  @Test(arguments: sizes.keys.sorted()) func sizesAreWholeNumbersFromOne(key: String) {
    let limit = key == "num_hidden_layers" ? 255 : Int(Int32.max)
    let expected = "a whole number from 1 to \(limit)"
    let bad = [
      (nil, "missing"), ("true", "true"), ("[8]", "a list of 1"), ("1e300", "1e300"), ("0", "0"), ("-8", "-8"),
      ("2.5", "2.5"), ("\"8\"", "\"8\""), ("\(limit + 1)", "\(limit + 1)"),
    ]
    for (value, got) in bad {
      #expect(
        error([key: value]) == .configurationValue(path: "config.json", key: key, got: got, expected: expected))
    }
  }

  @Test(arguments: [
    ("hidden_dropout_prob", "a number from 0.0 to 0.99"), ("attention_probs_dropout_prob", "a number from 0.0 to 0.99"),
    ("classifier_dropout", "a number from 0.0 to 0.99"), ("layer_norm_eps", "a number from 1e-30 to 1.0"),
    ("initializer_range", "a number from 1e-12 to 100.0"),
  ])
  func numbersHaveARange(key: String, expected: String) {
    for (value, got) in [("-1", "-1"), ("101", "101"), ("\"0.1\"", "\"0.1\""), ("true", "true"), ("false", "false")] {
      #expect(
        error([key: value]) == .configurationValue(path: "config.json", key: key, got: got, expected: expected))
    }
  }

  @Test func headsDivideTheChannels() {
    #expect(
      error(["num_attention_heads": "3"])
        == .configurationValue(
          path: "config.json", key: "num_attention_heads", got: "3", expected: "a divisor of hidden_size 8"))
  }

  /// What is odd about `id2label` matters to a classifier alone.
  @Test func labelsAreNumberedFromZero() throws {
    for labels in ["{\"1\": \"yes\", \"2\": \"no\"}", "[\"yes\"]", "{\"0\": 1}", "{}", "7"] {
      #expect(try read(["id2label": labels]).labels == nil, "\(labels)")
    }
  }

  /// Sizes that are possible one by one, and together are more parameters than a number can count.
  @Test(arguments: [
    ["hidden_size": "2147483646"], ["vocab_size": "2147483647", "hidden_size": "134217728"],
    ["num_hidden_layers": "255", "intermediate_size": "2147483647", "hidden_size": "1073741824"],
  ])
  func moreParametersThanCanBeCounted(sizes: [String: String]) throws {
    guard case .configurationValue("config.json", "hidden_size", _, let expected) = error(sizes) else {
      Issue.record("\(sizes) were read")
      return
    }
    #expect(expected == "a model of at most 72057594037927936 parameters")
    // Large, but a number: what memory allows is checked where memory is taken.
    let large = try read(["hidden_size": "1048576", "num_hidden_layers": "255"])
    #expect(throws: LinearAlgebraError.self) { try BERTModel(large, outputs: nil).checkMemory(vectors: 1) }
  }

  /// Of a key that stands there twice the last counts, as in transformers; a byte order mark is passed over.
  @Test func twiceAndWithAMark() throws {
    let sizes = Self.sizes.map { "\"\($0)\": \($1)" }.joined(separator: ", ")
    let text = "\u{FEFF}{\"vocab_size\": 7, \(sizes), \"max_position_embeddings\": 9, \"max_position_embeddings\": 11}"
    let configuration = try BERTConfiguration(json: Data(text.utf8), path: "c")
    #expect(configuration.vocabularySize == 20 && configuration.maximumPositions == 11)
  }

  @Test func otherModelsAreRefused() {
    func unsupported(_ key: String, _ got: String, _ expected: String) -> ModelError {
      .unsupported(path: "config.json", key: key, got: got, expected: expected)
    }
    #expect(error(["model_type": "\"roberta\""]) == unsupported("model_type", "\"roberta\"", "\"bert\""))
    #expect(error(["is_decoder": "true"]) == unsupported("is_decoder", "true", "an encoder"))
    #expect(
      error(["is_decoder": "1"])
        == .configurationValue(path: "config.json", key: "is_decoder", got: "1", expected: "true or false"))
    #expect(error(["add_cross_attention": "true"]) == unsupported("add_cross_attention", "true", "an encoder"))
  }

  /// The message has the file, the key, what was got and what was expected.
  @Test(arguments: [
    ("gelu_new", "hidden_act", "\"gelu_new\"", "\"gelu\" (erf) or \"relu\""),
    ("relative_key", "position_embedding_type", "\"relative_key\"", "\"absolute\""),
  ])
  func refusedFixtures(name: String, key: String, got: String, expected: String) throws {
    let directory = try Fixture.directory("refused/\(name)")
    let path = directory.appending(path: "config.json").path
    let error = #expect(throws: ModelError.self) { try BERTConfiguration(directory: directory) }
    #expect(error == .unsupported(path: path, key: key, got: got, expected: expected))
    #expect(
      error?.description == "\(path): `\(key)` is \(got), which is not implemented; expected \(expected)")
  }

  /// A shape with BERT's other settings, written and read back.
  @Test func shapesAreWritten() throws {
    let shape = try BERTConfiguration(
      vocabularySize: 20, hiddenSize: 8, layers: 2, heads: 2, intermediateSize: 12, maximumPositions: 16)
    #expect(shape == (try read(["max_position_embeddings": "16"])))
    var other = shape
    (other.activation, other.layerNormEpsilon, other.hiddenDropout) = (.relu, 1e-5, 0.25)
    (other.classifierDropout, other.labels) = (0.5, ["no", "yes"])
    for configuration in [shape, other] {
      #expect(try BERTConfiguration(json: try configuration.json(), path: "c") == configuration)
    }
    #expect(
      throws: ModelError.configurationValue(
        path: "the model's shape", key: "num_attention_heads", got: "3", expected: "a divisor of hidden_size 8")
    ) {
      try BERTConfiguration(
        vocabularySize: 20, hiddenSize: 8, layers: 2, heads: 3, intermediateSize: 12, maximumPositions: 16)
    }
  }

  @Test func unreadableFiles() throws {
    let directory = try Fixture.directory("refused")
    #expect(
      throws: ModelError.configurationUnreadable(
        path: directory.appending(path: "config.json").path, reason: "no such file")
    ) { try BERTConfiguration(directory: directory) }
    let nested = String(repeating: "[", count: 100_000)
    for text in ["", "{\"vocab_size\": 20", "{\"vocab_size\": NaN}", nested] {
      guard
        case .configurationUnreadable("c", let reason) = #expect(
          throws: ModelError.self,
          performing: {
            try BERTConfiguration(json: Data(text.utf8), path: "c")
          })
      else { continue }
      #expect(reason.hasPrefix("not JSON") && reason.count < 150, "\(reason)")
    }
    #expect(throws: ModelError.configurationUnreadable(path: "c", reason: "not a JSON object")) {
      try BERTConfiguration(json: Data("[1]".utf8), path: "c")
    }
  }

  /// A folder, and a pipe into which nobody writes.
  @Test func filesThatAreNone() throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    let file = directory.appending(path: "config.json")
    defer { try? FileManager.default.removeItem(at: directory) }
    let expected = NotAFile(path: file.path)
    try FileManager.default.createDirectory(at: file, withIntermediateDirectories: true)
    #expect(throws: expected) { try BERTConfiguration(directory: directory) }
    try FileManager.default.removeItem(at: file)
    #expect(mkfifo(file.path, 0o600) == 0)
    #expect(throws: expected) { try BERTConfiguration(directory: directory) }
  }
}
