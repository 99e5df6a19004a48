internal import LinearAlgebra

/// The end of a sub-layer in one pass over each row: y = LayerNorm(residual + dropout(a + bias)).
///
/// All matrices are [T, C]; a call works on the rows of some sequences.
package struct ResidualNorm {
  /// [C].
  let bias: UnsafePointer<Float>
  let norm: LayerNorm

  package init(bias: UnsafePointer<Float>, norm: LayerNorm) { (self.bias, self.norm) = (bias, norm) }

  /// Where gradients are added.
  package struct Gradient {
    /// [C].
    package let bias: UnsafeMutablePointer<Float>
    package let norm: LayerNorm.Gradient

    package init(bias: UnsafeMutablePointer<Float>, norm: LayerNorm.Gradient) {
      (self.bias, self.norm) = (bias, norm)
    }
  }

  /// Writes y; a stands where `kept` has its rows, and becomes xhat.
  package func forward(
    _ sequences: Sequences, _ kept: LayerNorm.Activations, residual: MatrixView, masks: RowMasks?, y: MutableMatrixView
  ) {
    let channels = norm.channels
    for sequence in sequences.range {
      let rows = sequences.rows(of: sequence)
      for token in rows {
        let (row, residual) = (kept.normalised.row(token), residual.row(token))
        if let masks, masks.fill(sequence: sequence, row: token - rows.lowerBound) {
          for c in stride(from: 0, to: channels, by: 16) {
            let value = (row.lanes(at: c) + bias.lanes(at: c, end: channels)) * masks.multipliers.lanes(at: c)
            row.store(residual.lanes(at: c) + value, at: c)
          }
        } else {
          for c in stride(from: 0, to: channels, by: 16) {
            let value = row.lanes(at: c) + bias.lanes(at: c, end: channels)
            row.store(residual.lanes(at: c) + value, at: c)
          }
        }
        norm.forward(row: token, kept, y: y)
      }
    }
  }

  /// From dY to the gradient of the residual (in place of `dy`) and of `a` (in `da`).
  package func backward(
    _ sequences: Sequences, _ kept: LayerNorm.Activations, dy: MutableMatrixView, masks: RowMasks?,
    da: MutableMatrixView, adding gradient: Gradient
  ) {
    let channels = norm.channels
    for sequence in sequences.range {
      let rows = sequences.rows(of: sequence)
      for token in rows {
        // y = LayerNorm(sum)
        norm.backward(row: token, kept, dy: dy, adding: gradient.norm)
        // sum = residual + dropout(a + bias)
        let (row, out) = (dy.row(token), da.row(token))
        let dropped = masks?.fill(sequence: sequence, row: token - rows.lowerBound) ?? false
        for c in stride(from: 0, to: channels, by: 16) {
          var d = row.lanes(at: c)
          if dropped, let masks { d *= masks.multipliers.lanes(at: c) }
          out.store(d, at: c)
          gradient.bias.store(gradient.bias.lanes(at: c, end: channels) + d, at: c, end: channels)
        }
      }
    }
  }
}
