import BERT

extension Twin {
  /// The whole model from its ops' twins: the logits, [B, N], of a model with a head; `tensors` by their names in the
  /// parameter table, masks of `dropout`.
  static func model(
    _ batch: PackedBatch, _ configuration: BERTConfiguration, _ tensors: [String: [Double]], dropout: Dropout?
  ) -> [Double] {
    let channels = configuration.hiddenSize
    func tensor(_ name: String) -> [Double] { tensors[name] ?? [] }
    func norm(_ name: String) -> Norm { Norm(weight: tensor(name + ".weight"), bias: tensor(name + ".bias")) }
    func mask(_ place: Dropout.Sublayer, layer: Int = 0) -> [Double]? {
      dropout?.multipliers(place, of: batch, layer: layer, channels: channels)
    }

    var x = embedding(
      batch, words: tensor("embeddings.word_embeddings.weight"),
      positions: tensor("embeddings.position_embeddings.weight"),
      segments: tensor("embeddings.token_type_embeddings.weight"), norm("embeddings.LayerNorm"),
      mask: mask(.embeddings))
    for layer in 0..<configuration.layers {
      let prefix = "encoder.layer.\(layer)."
      func dense(_ x: [Double], _ name: String) -> [Double] {
        let outputs = tensor(prefix + name + ".bias").count
        return linear(
          x, tensor(prefix + name + ".weight"), inputs: tensor(prefix + name + ".weight").count / outputs,
          outputs: outputs)
      }
      let sides = ["query", "key", "value"].map { dense(x, "attention.self.\($0)") }
      let qkv = (0..<batch.tokens.count).flatMap { token in
        sides.flatMap { $0[token * channels..<(token + 1) * channels] }
      }
      let context = attention(
        qkv, bias: ["query", "key", "value"].flatMap { tensor(prefix + "attention.self.\($0).bias") },
        offsets: batch.offsets, heads: configuration.heads,
        mask: dropout?.attentionMultipliers(of: batch, layer: layer, heads: configuration.heads)
      ).context
      let middle = residualNorm(
        dense(context, "attention.output.dense"), bias: tensor(prefix + "attention.output.dense.bias"), residual: x,
        norm(prefix + "attention.output.LayerNorm"), mask: mask(.attentionOutput, layer: layer))
      let activated = activation(
        configuration.activation, dense(middle, "intermediate.dense"), bias: tensor(prefix + "intermediate.dense.bias"))
      x = residualNorm(
        dense(activated, "output.dense"), bias: tensor(prefix + "output.dense.bias"), residual: middle,
        norm(prefix + "output.LayerNorm"), mask: mask(.output, layer: layer))
    }
    return classifier(
      x, offsets: batch.offsets,
      pooler: Dense(weight: tensor("pooler.dense.weight"), bias: tensor("pooler.dense.bias")),
      head: Dense(weight: tensor("classifier.weight"), bias: tensor("classifier.bias")),
      mask: dropout?.multipliers(.classifier, of: batch, rows: 1, channels: channels)
    ).logits
  }
}
