import Foundation
internal import LinearAlgebra

/// Pooler and task head: pooled = tanh(Wp x[CLS] + bp), [B, C]; logits = Wc dropout(pooled) + bc, [B, N].
package struct Classifier {
  let channels: Int
  /// N; nil for a model without a head.
  let outputs: Int?

  /// Buffers of B rows that the forward pass leaves for the backward pass.
  package struct Rows {
    /// x of each sequence's first token, [B, C].
    let first: UnsafeMutablePointer<Float>
    /// tanh's result, [B, C].
    package let pooled: UnsafeMutablePointer<Float>
    /// After dropout, [B, C].
    let features: UnsafeMutablePointer<Float>
    /// [B, N].
    package let logits: UnsafeMutablePointer<Float>
    /// Scratch, [B, C].
    let gradient: UnsafeMutablePointer<Float>
  }

  package func forward(
    offsets: [Int], x: UnsafePointer<Float>, parameters: UnsafePointer<Float>, places: Offsets, masks: RowMasks?,
    rows: Rows
  ) {
    let sequences = offsets.count - 1
    for sequence in 0..<sequences {
      (rows.first + sequence * channels).update(from: x + offsets[sequence] * channels, count: channels)
    }
    Linear(inputs: channels, outputs: channels).forward(
      rows: sequences, x: rows.first, weight: parameters + places.pooler.weight, y: rows.pooled)
    let bias = parameters + places.pooler.bias
    for sequence in 0..<sequences {
      let pooled = rows.pooled + sequence * channels
      let features = rows.features + sequence * channels
      for c in 0..<channels { pooled[c] = tanh(pooled[c] + bias[c]) }
      features.update(from: pooled, count: channels)
      if let masks, masks.fill(sequence: sequence, row: 0) {
        for c in 0..<channels { features[c] *= masks.multipliers[c] }
      }
    }
    guard let outputs, let head = places.head else { return }
    Linear(inputs: channels, outputs: outputs).forward(
      rows: sequences, x: rows.features, weight: parameters + head.weight, y: rows.logits)
    for sequence in 0..<sequences {
      for n in 0..<outputs { rows.logits[sequence * outputs + n] += parameters[head.bias + n] }
    }
  }

  /// From dLogits, [B, N], to dX, [T, C], which is 0 but for each sequence's first token.
  package func backward(
    offsets: [Int], dLogits: UnsafePointer<Float>, parameters: UnsafePointer<Float>, places: Offsets,
    masks: RowMasks?, rows: Rows, gradients: UnsafeMutablePointer<Float>, dx: UnsafeMutablePointer<Float>
  ) {
    guard let outputs, let head = places.head else { preconditionFailure("a model without a head has no loss") }
    let sequences = offsets.count - 1
    let linear = Linear(inputs: channels, outputs: outputs)
    linear.addWeightGradient(rows: sequences, dy: dLogits, x: rows.features, into: gradients + head.weight)
    addColumnSums(rows: sequences, columns: outputs, dLogits, into: gradients + head.bias)
    linear.inputGradient(rows: sequences, dy: dLogits, weight: parameters + head.weight, into: rows.gradient)
    for sequence in 0..<sequences {
      let gradient = rows.gradient + sequence * channels
      let pooled = rows.pooled + sequence * channels
      if let masks, masks.fill(sequence: sequence, row: 0) {
        for c in 0..<channels { gradient[c] *= masks.multipliers[c] }
      }
      for c in 0..<channels { gradient[c] *= 1 - pooled[c] * pooled[c] }
    }
    let pooler = Linear(inputs: channels, outputs: channels)
    pooler.addWeightGradient(rows: sequences, dy: rows.gradient, x: rows.first, into: gradients + places.pooler.weight)
    addColumnSums(rows: sequences, columns: channels, rows.gradient, into: gradients + places.pooler.bias)
    // dX of the first tokens, by way of `features`, which is no longer needed.
    pooler.inputGradient(
      rows: sequences, dy: rows.gradient, weight: parameters + places.pooler.weight, into: rows.features)
    dx.update(repeating: 0, count: offsets[sequences] * channels)
    for sequence in 0..<sequences {
      (dx + offsets[sequence] * channels).update(from: rows.features + sequence * channels, count: channels)
    }
  }
}
