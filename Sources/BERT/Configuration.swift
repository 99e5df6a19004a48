public import Foundation

/// The shape of a BERT model and the settings that its forward pass depends on: Hugging Face's config.json.
public struct BERTConfiguration: Sendable, Equatable, Encodable {
  /// The feed-forward activation.
  public enum Activation: String, Sendable, Encodable {
    /// x Phi(x) with the exact error function.
    case gelu
    /// max(x, 0).
    case relu
  }

  /// V: rows of the word embedding.
  public var vocabularySize: Int
  /// C: channels of a hidden state.
  public var hiddenSize: Int
  /// How many layers.
  public var layers: Int
  /// H: attention heads of a layer; divides C.
  public var heads: Int
  /// F: channels between the two feed-forward matrices.
  public var intermediateSize: Int
  /// The longest sequence: rows of the position embedding.
  public var maximumPositions: Int
  /// Rows of the segment embedding.
  public var segmentTypes: Int
  /// The feed-forward activation.
  public var activation: Activation
  /// Added to the variance in a LayerNorm, > 0.
  public var layerNormEpsilon: Float
  /// Dropout after embeddings, sub-layer outputs and before the classifier (unless `classifierDropout`), 0 ..< 1.
  public var hiddenDropout: Double
  /// Dropout on attention probabilities, 0 ..< 1.
  public var attentionDropout: Double
  /// Dropout before the classifier where it differs from `hiddenDropout`, 0 ..< 1.
  public var classifierDropout: Double?
  /// Standard deviation of new weights.
  public var initializerRange: Double
  /// Label names in id order, when config.json has `id2label`.
  public var labels: [String]?

  /// D: channels of a head.
  public var headSize: Int { hiddenSize / heads }

  /// Reads `config.json` of a Hugging Face directory.
  ///
  /// - Throws: ``ModelError`` when the file is missing or malformed, or names something that is not implemented: another
  ///   model type, an activation other than gelu or relu, position embeddings other than absolute.
  public init(directory: URL) throws(ModelError) {
    let url = directory.appending(path: "config.json")
    let data: Data
    do { data = try Data(contentsOf: url) } catch {
      let isThere = FileManager.default.fileExists(atPath: url.path)
      throw .configurationUnreadable(path: url.path, reason: isThere ? "\(error.localizedDescription)" : "no such file")
    }
    try self.init(json: data, path: url.path)
  }

  /// Reads the text of a config.json; `path` appears in errors.
  ///
  /// - Throws: ``ModelError`` as ``init(directory:)``.
  public init(json: Data, path: String) throws(ModelError) {
    guard let object = try? JSONSerialization.jsonObject(with: json), let values = object as? [String: Any] else {
      throw .configurationUnreadable(path: path, reason: "not a JSON object")
    }
    let reader = ConfigurationReader(values: values, path: path)
    try reader.require("model_type", oneOf: ["bert"])
    try reader.require("position_embedding_type", oneOf: ["absolute"])
    for flag in ["is_decoder", "add_cross_attention"] {
      if let value = values[flag] as? Bool, value {
        throw .unsupported(path: path, key: flag, got: "true", expected: "an encoder")
      }
    }
    vocabularySize = try reader.size("vocab_size")
    hiddenSize = try reader.size("hidden_size")
    layers = try reader.size("num_hidden_layers", limit: 255)
    heads = try reader.size("num_attention_heads")
    intermediateSize = try reader.size("intermediate_size")
    maximumPositions = try reader.size("max_position_embeddings", default: 512)
    segmentTypes = try reader.size("type_vocab_size", default: 2)
    let name = try reader.string("hidden_act", default: "gelu")
    guard let activation = Activation(rawValue: name) else {
      throw .unsupported(path: path, key: "hidden_act", got: "\"\(name)\"", expected: "\"gelu\" (erf) or \"relu\"")
    }
    self.activation = activation
    layerNormEpsilon = Float(try reader.number("layer_norm_eps", in: 1e-30...1, default: 1e-12))
    let probabilities = 0...0.99
    hiddenDropout = try reader.number("hidden_dropout_prob", in: probabilities, default: 0.1)
    attentionDropout = try reader.number("attention_probs_dropout_prob", in: probabilities, default: 0.1)
    classifierDropout =
      reader.isSet("classifier_dropout") ? try reader.number("classifier_dropout", in: probabilities, default: 0) : nil
    initializerRange = try reader.number("initializer_range", in: 1e-12...100, default: 0.02)
    labels = try reader.labels()
    guard hiddenSize % heads == 0 else {
      throw .configurationValue(
        path: path, key: "num_attention_heads", got: "\(heads)", expected: "a divisor of hidden_size \(hiddenSize)")
    }
  }
}

/// Typed access to config.json with errors that name file, key, value and expectation.
private struct ConfigurationReader {
  let values: [String: Any]
  let path: String

  func isSet(_ key: String) -> Bool {
    guard let value = values[key] else { return false }
    return !(value is NSNull)
  }

  func require(_ key: String, oneOf known: [String]) throws(ModelError) {
    guard isSet(key) else { return }
    guard let text = values[key] as? String, known.contains(text) else {
      throw .unsupported(
        path: path, key: key, got: show(key), expected: known.map { "\"\($0)\"" }.joined(separator: " or "))
    }
  }

  func size(_ key: String, limit: Int = Int(Int32.max), default standard: Int? = nil) throws(ModelError) -> Int {
    if !isSet(key), let standard { return standard }
    guard let value = values[key] as? Int, value >= 1, value <= limit else {
      throw .configurationValue(
        path: path, key: key, got: show(key), expected: "a whole number from 1 to \(limit)")
    }
    return value
  }

  func number(_ key: String, in range: ClosedRange<Double>, default standard: Double) throws(ModelError) -> Double {
    guard isSet(key) else { return standard }
    guard let value = values[key] as? Double, range.contains(value) else {
      throw .configurationValue(
        path: path, key: key, got: show(key),
        expected: "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  func string(_ key: String, default standard: String) throws(ModelError) -> String {
    guard isSet(key) else { return standard }
    guard let value = values[key] as? String else {
      throw .configurationValue(path: path, key: key, got: show(key), expected: "a text")
    }
    return value
  }

  func labels() throws(ModelError) -> [String]? {
    guard isSet("id2label") else { return nil }
    let expected = "an object with the keys \"0\", \"1\", ... and texts"
    guard let map = values["id2label"] as? [String: String] else {
      throw .configurationValue(path: path, key: "id2label", got: show("id2label"), expected: expected)
    }
    var labels: [String] = []
    for id in 0..<map.count {
      guard let label = map["\(id)"] else {
        throw .configurationValue(path: path, key: "id2label", got: show("id2label"), expected: expected)
      }
      labels.append(label)
    }
    return labels.isEmpty ? nil : labels
  }

  private func show(_ key: String) -> String {
    guard let value = values[key] else { return "missing" }
    return value is String ? "\"\(value)\"" : "\(value)"
  }
}
