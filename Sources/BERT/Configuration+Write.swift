public import Foundation

extension BERTConfiguration {
  /// A model of this shape with BERT's other settings: gelu, two segments, LayerNorm epsilon 1e-12, dropout 0.1 (Devlin
  /// et al. 2019).
  ///
  /// - Parameters:
  ///   - heads: divides `hiddenSize`.
  ///   - maximumPositions: the longest sequence.
  ///   - initializerRange: the standard deviation of new weights, 1e-12 ... 100; BERT's is 0.02, for a hidden size of 768
  ///     and more.
  /// - Throws: ``ModelError/configurationValue(path:key:got:expected:)`` for sizes below 1 or above `Int32.max`, more than
  ///   255 layers, heads that do not divide the hidden size, another standard deviation.
  public init(
    vocabularySize: Int, hiddenSize: Int, layers: Int, heads: Int, intermediateSize: Int, maximumPositions: Int,
    initializerRange: Double = 0.02
  ) throws(ModelError) {
    let values: [String: any CustomStringConvertible] = [
      "vocab_size": vocabularySize, "hidden_size": hiddenSize, "num_hidden_layers": layers,
      "num_attention_heads": heads, "intermediate_size": intermediateSize,
      "max_position_embeddings": maximumPositions, "initializer_range": initializerRange,
    ]
    let numbers = values.map { "\"\($0)\": \($1)" }.joined(separator: ", ")
    try self.init(json: Data("{\(numbers)}".utf8), path: "the model's shape")
  }

  /// The text of a config.json from which transformers and ``init(directory:)`` make this configuration again.
  ///
  /// - Throws: Foundation's errors of encoding.
  public func json() throws -> Data {
    var values: [String: Any] = [
      "model_type": "bert", "architectures": ["BertModel"], "dtype": "float32", "pad_token_id": 0,
      "vocab_size": vocabularySize, "hidden_size": hiddenSize, "num_hidden_layers": layers,
      "num_attention_heads": heads, "intermediate_size": intermediateSize,
      "max_position_embeddings": maximumPositions, "type_vocab_size": segmentTypes,
      "hidden_act": activation.rawValue, "layer_norm_eps": NSDecimalNumber(string: "\(layerNormEpsilon)"),
      "hidden_dropout_prob": hiddenDropout, "attention_probs_dropout_prob": attentionDropout,
      "initializer_range": initializerRange, "position_embedding_type": "absolute",
    ]
    values["classifier_dropout"] = classifierDropout
    if let labels {
      values["id2label"] = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ("\($0)", $1) })
    }
    return try JSONSerialization.data(
      withJSONObject: values, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
  }
}
