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
  /// Label names in id order, when config.json has an `id2label` with the keys "0", "1", ... and texts. Any other matters to
  /// a classifier alone, and is refused when a ``Checkpoint``'s is asked for.
  public var labels: [String]?

  /// D: channels of a head.
  public var headSize: Int { hiddenSize / heads }

  /// Reads `config.json` of a Hugging Face directory.
  ///
  /// - Throws: ``ModelError`` when the file is missing or malformed, or names something that is not implemented: another
  ///   model type, an activation other than gelu or relu, position embeddings other than absolute; or when the model has
  ///   more parameters than can be counted. `SystemError` and `NotAFile` for a file that is there and cannot be read.
  public init(directory: URL) throws {
    try self.init(ConfigurationReader(directory: directory))
  }

  /// Reads the text of a config.json; `path` appears in errors.
  ///
  /// - Throws: ``ModelError`` as ``init(directory:)``.
  public init(json: Data, path: String) throws(ModelError) {
    try self.init(ConfigurationReader(json: json, path: path))
  }

  init(_ reader: ConfigurationReader) throws(ModelError) {
    let path = reader.path
    try reader.require("model_type", oneOf: ["bert"])
    try reader.require("position_embedding_type", oneOf: ["absolute"])
    for flag in ["is_decoder", "add_cross_attention"] {
      if try reader.flag(flag, default: false) {
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
    labels = try? reader.labels()
    guard hiddenSize % heads == 0 else {
      throw .configurationValue(
        path: path, key: "num_attention_heads", got: "\(heads)", expected: "a divisor of hidden_size \(hiddenSize)")
    }
    guard !ParameterTable(self, head: .maskedLanguageModel).isTooLarge else {
      throw .configurationValue(
        path: path, key: "hidden_size", got: "\(hiddenSize) with \(vocabularySize) words and \(layers) layers",
        expected: "a model of at most \(ParameterTable.greatestCount) parameters")
    }
  }
}
