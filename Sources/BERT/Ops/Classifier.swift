import Foundation
internal import LinearAlgebra

/// Pooler and task head: pooled = tanh(x[CLS] Wp^T + bp), [B, C]; logits = dropout(pooled) Wc^T + bc, [B, N].
package struct Classifier {
  let pooler: Dense
  /// Nil for a model without a head.
  let head: Dense?

  /// Buffers of B rows that the forward pass leaves for the backward pass.
  package struct Rows {
    /// The last layer's output at each sequence's first token, [B, C].
    package let first: MutableMatrixView
    /// tanh's result, [B, C].
    package let pooled: MutableMatrixView
    /// After dropout, [B, C].
    let features: MutableMatrixView
    /// [B, N].
    package let logits: MutableMatrixView
    /// Scratch, [B, C].
    let gradient: MutableMatrixView
    /// The gradient of `first`, [B, C]; nil where no backward pass follows.
    package let dFirst: MutableMatrixView?
  }

  /// Where gradients are added.
  package struct Gradient {
    let pooler: Dense.Gradient
    let head: Dense.Gradient
  }

  /// From `rows.first` of B = `sequences` to the other rows.
  package func forward(sequences: Int, rows: Rows, masks: RowMasks?) {
    let all = 0..<sequences
    pooler.forward(rows.first.view[rows: all], to: rows.pooled[rows: all])
    for sequence in all {
      let (pooled, features) = (rows.pooled.row(sequence), rows.features.row(sequence))
      for c in 0..<pooled.count { pooled[c] = tanh(pooled[c] + pooler.bias[c]) }
      features.update(from: pooled.view)
      if let masks, masks.fill(sequence: sequence, row: 0) {
        for c in 0..<features.count { features[c] *= masks.multipliers[c] }
      }
    }
    guard let head else { return }
    head.forward(rows.features.view[rows: all], to: rows.logits[rows: all])
    for sequence in all {
      let logits = rows.logits.row(sequence)
      for n in 0..<logits.count { logits[n] += head.bias[n] }
    }
  }

  /// From dLogits, [B, N], to `rows.dFirst`.
  package func backward(dLogits: MatrixView, rows: Rows, masks: RowMasks?, adding gradients: Gradient) {
    guard let head, let dFirst = rows.dFirst else {
      preconditionFailure("a backward pass needs a head and a workspace for training")
    }
    let all = 0..<dLogits.rows
    let gradient = rows.gradient[rows: all]
    // logits = features Wc^T + bc
    head.addWeightGradient(dy: dLogits, x: rows.features.view[rows: all], to: gradients.head)
    addColumnSums(of: dLogits, to: gradients.head.bias)
    head.backward(dLogits, to: gradient)
    for sequence in all {
      let (row, pooled) = (gradient.row(sequence), rows.pooled.row(sequence))
      // features = dropout(pooled)
      if let masks, masks.fill(sequence: sequence, row: 0) {
        for c in 0..<row.count { row[c] *= masks.multipliers[c] }
      }
      // pooled = tanh(u)
      for c in 0..<row.count { row[c] *= 1 - pooled[c] * pooled[c] }
    }
    // u = first Wp^T + bp
    pooler.addWeightGradient(dy: gradient.view, x: rows.first.view[rows: all], to: gradients.pooler)
    addColumnSums(of: gradient.view, to: gradients.pooler.bias)
    pooler.backward(gradient.view, to: dFirst[rows: all])
  }
}
