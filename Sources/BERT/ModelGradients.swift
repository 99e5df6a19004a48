/// Where each op of a model adds its gradients in a flat vector: the counterpart of ``ModelOps``.
package struct ModelGradients {
  let model: BERTModel
  let gradients: UnsafeMutablePointer<Float>

  package init(_ model: BERTModel, gradients: UnsafeMutablePointer<Float>) {
    (self.model, self.gradients) = (model, gradients)
  }

  private var offsets: Offsets { model.table.offsets }

  package var embedding: Embedding.Gradient {
    Embedding.Gradient(
      words: gradients + offsets.words, positions: gradients + offsets.positions,
      segments: gradients + offsets.segments, norm: norm(offsets.embeddingNorm))
  }

  /// Of a layer, from 0.
  func layer(_ index: Int) -> LayerGradients {
    let at = offsets.layers[index]
    return LayerGradients(
      projections: dense(at.projections), output: dense(at.output), outputNorm: residualNorm(at.output, at.outputNorm),
      up: dense(at.up), down: dense(at.down), downNorm: residualNorm(at.down, at.downNorm))
  }

  /// Of a model with a classifier.
  package var classifier: Classifier.Gradient {
    guard let pooler = offsets.pooler, let head = offsets.classifier else {
      preconditionFailure("a backward pass needs a head")
    }
    return Classifier.Gradient(pooler: dense(pooler), head: dense(head))
  }

  /// Of a masked language model.
  package var predictionHead: PredictionHead.Gradient {
    let at = model.predictionOffsets
    return PredictionHead.Gradient(transform: dense(at.transform), norm: norm(at.norm), decoder: dense(at.decoder))
  }

  private func dense(_ at: DenseOffsets) -> Dense.Gradient {
    Dense.Gradient(
      weight: MutableMatrixView(gradients + at.weight, rows: at.outputs, columns: at.inputs), bias: gradients + at.bias)
  }

  private func norm(_ at: NormOffsets) -> LayerNorm.Gradient {
    LayerNorm.Gradient(weight: gradients + at.weight, bias: gradients + at.bias)
  }

  private func residualNorm(_ dense: DenseOffsets, _ at: NormOffsets) -> ResidualNorm.Gradient {
    ResidualNorm.Gradient(bias: gradients + dense.bias, norm: norm(at))
  }
}

/// Where one encoder layer's ops add their gradients.
struct LayerGradients {
  let projections: Dense.Gradient
  let output: Dense.Gradient
  let outputNorm: ResidualNorm.Gradient
  let up: Dense.Gradient
  let down: Dense.Gradient
  let downNorm: ResidualNorm.Gradient
}
