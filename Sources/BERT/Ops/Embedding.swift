internal import LinearAlgebra

/// Word, position and segment embeddings, summed, normalised and dropped out: x = dropout(LayerNorm(w + p + s)), [T, C].
package struct Embedding {
  let norm: LayerNorm

  package init(norm: LayerNorm) { self.norm = norm }

  /// Writes xhat, [T, C], and `scales`, [T], for the backward pass, and x, in the rows of `sequences`.
  package func forward(
    _ batch: PackedBatch, _ sequences: Sequences, parameters: UnsafePointer<Float>, offsets: Offsets, masks: RowMasks?,
    normalised: UnsafeMutablePointer<Float>, scales: UnsafeMutablePointer<Float>, x: UnsafeMutablePointer<Float>
  ) {
    let channels = norm.channels
    for sequence in sequences.range {
      let rows = sequences.rows(of: sequence)
      for token in rows {
        let word = parameters + offsets.words + Int(batch.tokens[token]) * channels
        let position = parameters + offsets.positions + (token - rows.lowerBound) * channels
        let segment = parameters + offsets.segments + Int(batch.segments[token]) * channels
        let row = normalised + token * channels
        let out = x + token * channels
        for c in stride(from: 0, to: channels, by: 16) {
          let sum =
            word.lanes(at: c, end: channels) + segment.lanes(at: c, end: channels)
            + position.lanes(at: c, end: channels)
          row.store(sum, at: c, end: channels)
        }
        scales[token] = norm.forward(
          row: row, weight: parameters + offsets.embeddingNorm.weight, bias: parameters + offsets.embeddingNorm.bias,
          y: out)
        if let masks, masks.fill(sequence: sequence, row: token - rows.lowerBound) {
          multiply(out, by: masks.multipliers)
        }
      }
    }
  }

  /// From dX, in its place, to the gradient of the sum w + p + s, in the rows of `sequences`; adds the norm's gradients.
  package func backward(
    _ sequences: Sequences, parameters: UnsafePointer<Float>, offsets: Offsets, masks: RowMasks?,
    normalised: UnsafePointer<Float>, scales: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>,
    gradients: UnsafeMutablePointer<Float>
  ) {
    for sequence in sequences.range {
      let rows = sequences.rows(of: sequence)
      for token in rows {
        let row = dx + token * norm.channels
        if let masks, masks.fill(sequence: sequence, row: token - rows.lowerBound) {
          multiply(row, by: masks.multipliers)
        }
        norm.backward(
          dy: row, normalised: normalised + token * norm.channels, scale: scales[token],
          weight: parameters + offsets.embeddingNorm.weight,
          weightGradient: gradients + offsets.embeddingNorm.weight,
          biasGradient: gradients + offsets.embeddingNorm.bias, dx: row)
      }
    }
  }

  /// Adds the sum's gradient, [T, C], to the rows of the three tables that the batch used, in `columns` of the C channels:
  /// tokens share rows, so threads divide the columns.
  package func addTableGradients(
    _ batch: PackedBatch, columns: Range<Int>, offsets: Offsets, dSum: UnsafePointer<Float>,
    gradients: UnsafeMutablePointer<Float>
  ) {
    let channels = norm.channels
    for sequence in 0..<batch.offsets.count - 1 {
      let start = batch.offsets[sequence]
      for token in start..<batch.offsets[sequence + 1] {
        let row = dSum + token * channels
        add(row, to: gradients + offsets.words + Int(batch.tokens[token]) * channels, columns)
        add(row, to: gradients + offsets.positions + (token - start) * channels, columns)
        add(row, to: gradients + offsets.segments + Int(batch.segments[token]) * channels, columns)
      }
    }
  }

  private func multiply(_ row: UnsafeMutablePointer<Float>, by multipliers: UnsafePointer<Float>) {
    for c in stride(from: 0, to: norm.channels, by: 16) {
      row.store(row.lanes(at: c, end: norm.channels) * multipliers.lanes(at: c), at: c, end: norm.channels)
    }
  }

  private func add(_ row: UnsafePointer<Float>, to sum: UnsafeMutablePointer<Float>, _ columns: Range<Int>) {
    let end = columns.upperBound
    for c in stride(from: columns.lowerBound, to: end, by: 16) {
      sum.store(sum.lanes(at: c, end: end) + row.lanes(at: c, end: end), at: c, end: end)
    }
  }
}
