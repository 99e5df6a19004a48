import Foundation
internal import LinearAlgebra

/// Pooler and task head: pooled = tanh(Wp x[CLS] + bp), [B, C]; logits = Wc dropout(pooled) + bc, [B, N].
package struct Classifier {
  let channels: Int
  /// N; nil for a model without a head.
  let outputs: Int?

  /// Buffers of B rows that the forward pass leaves for the backward pass.
  package struct Rows {
    /// The last layer's output at each sequence's first token, [B, C].
    package let first: UnsafeMutablePointer<Float>
    /// tanh's result, [B, C].
    package let pooled: UnsafeMutablePointer<Float>
    /// After dropout, [B, C].
    let features: UnsafeMutablePointer<Float>
    /// [B, N].
    package let logits: UnsafeMutablePointer<Float>
    /// Scratch, [B, C].
    let gradient: UnsafeMutablePointer<Float>
    /// The gradient of `first`, [B, C]; nil where no backward pass follows.
    package let dFirst: UnsafeMutablePointer<Float>?
  }

  /// From `rows.first` of B = `sequences` to the other rows.
  package func forward(
    sequences: Int, parameters: UnsafePointer<Float>, places: Offsets, masks: RowMasks?, rows: Rows
  ) {
    guard let pooler = places.pooler else { preconditionFailure("a masked language model has no classifier") }
    Linear(inputs: channels, outputs: channels).forward(
      rows: 0..<sequences, x: rows.first, weight: parameters + pooler.weight, y: rows.pooled)
    let bias = parameters + pooler.bias
    for sequence in 0..<sequences {
      let pooled = rows.pooled + sequence * channels
      let features = rows.features + sequence * channels
      for c in 0..<channels { pooled[c] = tanh(pooled[c] + bias[c]) }
      features.update(from: pooled, count: channels)
      if let masks, masks.fill(sequence: sequence, row: 0) {
        for c in 0..<channels { features[c] *= masks.multipliers[c] }
      }
    }
    guard let outputs, let head = places.classifier else { return }
    Linear(inputs: channels, outputs: outputs).forward(
      rows: 0..<sequences, x: rows.features, weight: parameters + head.weight, y: rows.logits)
    for sequence in 0..<sequences {
      for n in 0..<outputs { rows.logits[sequence * outputs + n] += parameters[head.bias + n] }
    }
  }

  /// From dLogits, [B, N], to `rows.dFirst`.
  package func backward(
    sequences: Int, dLogits: UnsafePointer<Float>, parameters: UnsafePointer<Float>, places: Offsets,
    masks: RowMasks?, rows: Rows, gradients: UnsafeMutablePointer<Float>
  ) {
    guard let outputs, let head = places.classifier, let pooler = places.pooler, let dFirst = rows.dFirst else {
      preconditionFailure("a backward pass needs a head and a workspace for training")
    }
    let all = 0..<sequences
    let linear = Linear(inputs: channels, outputs: outputs)
    linear.addWeightGradient(rows: all, dy: dLogits, x: rows.features, into: gradients + head.weight)
    addColumnSums(rows: all, columns: outputs, dLogits, into: gradients + head.bias)
    linear.inputGradient(rows: all, dy: dLogits, weight: parameters + head.weight, into: rows.gradient)
    for sequence in all {
      let gradient = rows.gradient + sequence * channels
      let pooled = rows.pooled + sequence * channels
      if let masks, masks.fill(sequence: sequence, row: 0) {
        for c in 0..<channels { gradient[c] *= masks.multipliers[c] }
      }
      for c in 0..<channels { gradient[c] *= 1 - pooled[c] * pooled[c] }
    }
    let pooling = Linear(inputs: channels, outputs: channels)
    pooling.addWeightGradient(rows: all, dy: rows.gradient, x: rows.first, into: gradients + pooler.weight)
    addColumnSums(rows: all, columns: channels, rows.gradient, into: gradients + pooler.bias)
    pooling.inputGradient(rows: all, dy: rows.gradient, weight: parameters + pooler.weight, into: dFirst)
  }
}
