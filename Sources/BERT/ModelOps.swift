/// The ops of a model with the weights of one flat vector: here the model's shape meets its parameters, and here is decided
/// in what format products read them.
package struct ModelOps {
  let model: BERTModel
  let parameters: UnsafePointer<Float>

  package init(_ model: BERTModel, parameters: UnsafePointer<Float>) {
    (self.model, self.parameters) = (model, parameters)
  }

  private var offsets: Offsets { model.table.offsets }

  package var embedding: Embedding {
    Embedding(
      words: parameters + offsets.words, positions: parameters + offsets.positions,
      segments: parameters + offsets.segments, norm: norm(offsets.embeddingNorm))
  }

  /// A layer, from 0.
  func layer(_ index: Int) -> LayerOps {
    let at = offsets.layers[index]
    let projections = dense(at.projections)
    let heads = model.configuration.attentionHeads
    return LayerOps(
      projections: projections, attention: Attention(heads: heads, layer: index, bias: projections.bias),
      firstTokenAttention: FirstTokenAttention(heads: heads, layer: index, projections: projections),
      output: dense(at.output), outputNorm: residualNorm(at.output, at.outputNorm), up: dense(at.up),
      activation: activation(at.up), down: dense(at.down), downNorm: residualNorm(at.down, at.downNorm))
  }

  /// Of a model that is no masked language model.
  package var classifier: Classifier {
    guard let pooler = offsets.pooler else { preconditionFailure("a masked language model has no classifier") }
    return Classifier(pooler: dense(pooler), head: offsets.classifier.map { dense($0) })
  }

  /// Of a masked language model.
  package var predictionHead: PredictionHead {
    let at = model.predictionOffsets
    return PredictionHead(
      transform: dense(at.transform), activation: activation(at.transform), norm: norm(at.norm),
      decoder: dense(at.decoder))
  }

  private func dense(_ at: DenseOffsets) -> Dense {
    Dense(
      weight: MatrixView(parameters + at.weight, rows: at.outputs, columns: at.inputs), bias: parameters + at.bias)
  }

  private func norm(_ at: NormOffsets) -> LayerNorm {
    LayerNorm(
      channels: model.configuration.hiddenSize, epsilon: model.configuration.layerNormEpsilon,
      weight: parameters + at.weight, bias: parameters + at.bias)
  }

  private func residualNorm(_ dense: DenseOffsets, _ at: NormOffsets) -> ResidualNorm {
    ResidualNorm(bias: parameters + dense.bias, norm: norm(at))
  }

  private func activation(_ dense: DenseOffsets) -> FeedForwardActivation {
    FeedForwardActivation(kind: model.configuration.activation, bias: parameters + dense.bias)
  }
}

/// The ops of one encoder layer.
struct LayerOps {
  /// To query, key and value side by side.
  let projections: Dense
  let attention: Attention
  /// Stands for both of the above where only first tokens are asked for.
  let firstTokenAttention: FirstTokenAttention
  let output: Dense
  let outputNorm: ResidualNorm
  let up: Dense
  let activation: FeedForwardActivation
  let down: Dense
  let downNorm: ResidualNorm
}

extension BERTModel {
  /// Of a masked language model.
  var predictionOffsets: PredictionOffsets {
    guard let offsets = table.offsets.predictions else { preconditionFailure("the model predicts masked tokens") }
    return offsets
  }
}

extension BERTConfiguration {
  package var attentionHeads: AttentionHeads { AttentionHeads(count: heads, size: headSize) }
}
