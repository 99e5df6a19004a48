internal import LinearAlgebra

/// The end of a sub-layer in one pass over each row: y = LayerNorm(residual + dropout(a + bias)).
///
/// All matrices are [T, C]; a call works on the rows of some sequences.
package struct ResidualNorm {
  let norm: LayerNorm

  package init(norm: LayerNorm) { self.norm = norm }

  /// `a` becomes xhat, which the backward pass needs with `scales`, [T].
  package func forward(
    _ sequences: Sequences, a: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>, residual: UnsafePointer<Float>,
    normWeight: UnsafePointer<Float>, normBias: UnsafePointer<Float>, masks: RowMasks?,
    scales: UnsafeMutablePointer<Float>, y: UnsafeMutablePointer<Float>
  ) {
    let channels = norm.channels
    for sequence in sequences.range {
      let rows = sequences.rows(of: sequence)
      for token in rows {
        let row = a + token * channels
        let kept = residual + token * channels
        if let masks, masks.fill(sequence: sequence, row: token - rows.lowerBound) {
          for c in stride(from: 0, to: channels, by: 16) {
            let value =
              (row.lanes(at: c, end: channels) + bias.lanes(at: c, end: channels)) * masks.multipliers.lanes(at: c)
            row.store(kept.lanes(at: c, end: channels) + value, at: c, end: channels)
          }
        } else {
          for c in stride(from: 0, to: channels, by: 16) {
            let value = row.lanes(at: c, end: channels) + bias.lanes(at: c, end: channels)
            row.store(kept.lanes(at: c, end: channels) + value, at: c, end: channels)
          }
        }
        scales[token] = norm.forward(row: row, weight: normWeight, bias: normBias, y: y + token * channels)
      }
    }
  }

  /// From dY to the gradient of the residual (in place of `dy`) and of `a` (in `da`); the latter's column sums are the
  /// gradient of the bias.
  package func backward(
    _ sequences: Sequences, dy: UnsafeMutablePointer<Float>, normalised: UnsafePointer<Float>,
    scales: UnsafePointer<Float>,
    normWeight: UnsafePointer<Float>, masks: RowMasks?, normWeightGradient: UnsafeMutablePointer<Float>,
    normBiasGradient: UnsafeMutablePointer<Float>, biasGradient: UnsafeMutablePointer<Float>,
    da: UnsafeMutablePointer<Float>
  ) {
    let channels = norm.channels
    for sequence in sequences.range {
      let rows = sequences.rows(of: sequence)
      for token in rows {
        let row = dy + token * channels
        let out = da + token * channels
        norm.backward(
          dy: row, normalised: normalised + token * channels, scale: scales[token], weight: normWeight,
          weightGradient: normWeightGradient, biasGradient: normBiasGradient, dx: row)
        let dropped = masks?.fill(sequence: sequence, row: token - rows.lowerBound) ?? false
        for c in stride(from: 0, to: channels, by: 16) {
          var d = row.lanes(at: c, end: channels)
          if dropped, let masks { d *= masks.multipliers.lanes(at: c) }
          out.store(d, at: c, end: channels)
          biasGradient.store(biasGradient.lanes(at: c, end: channels) + d, at: c, end: channels)
        }
      }
    }
  }
}
