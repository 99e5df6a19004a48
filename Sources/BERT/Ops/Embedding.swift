internal import LinearAlgebra

/// Word, position and segment embeddings, summed, normalised and dropped out: x = dropout(LayerNorm(w + p + s)), [T, C].
package struct Embedding {
  let words: UnsafePointer<Float>
  let positions: UnsafePointer<Float>
  let segments: UnsafePointer<Float>
  let norm: LayerNorm

  /// Where gradients are added: to the tables' rows of C numbers, and to the norm's parameters.
  package struct Gradient {
    let words: UnsafeMutablePointer<Float>
    let positions: UnsafeMutablePointer<Float>
    let segments: UnsafeMutablePointer<Float>
    let norm: LayerNorm.Gradient
  }

  /// Writes x and what the backward pass needs, in the rows of `sequences`.
  package func forward(
    _ batch: PackedBatch, _ sequences: Sequences, _ kept: LayerNorm.Activations, masks: RowMasks?, x: MutableMatrixView
  ) {
    let channels = norm.channels
    for sequence in sequences.range {
      let rows = sequences.rows(of: sequence)
      for token in rows {
        let word = words + Int(batch.tokens[token]) * channels
        let position = positions + (token - rows.lowerBound) * channels
        let segment = segments + Int(batch.segments[token]) * channels
        let row = kept.normalised.row(token)
        for c in stride(from: 0, to: channels, by: 16) {
          let sum =
            word.lanes(at: c, end: channels) + segment.lanes(at: c, end: channels)
            + position.lanes(at: c, end: channels)
          row.store(sum, at: c)
        }
        norm.forward(row: token, kept, y: x)
        if let masks, masks.fill(sequence: sequence, row: token - rows.lowerBound) {
          multiply(x.row(token), by: masks.multipliers)
        }
      }
    }
  }

  /// From dX, in its place, to the gradient of the sum w + p + s, in the rows of `sequences`; adds the norm's gradients.
  package func backward(
    _ sequences: Sequences, _ kept: LayerNorm.Activations, masks: RowMasks?, dx: MutableMatrixView,
    adding gradient: Gradient
  ) {
    for sequence in sequences.range {
      let rows = sequences.rows(of: sequence)
      for token in rows {
        // x = dropout(y)
        if let masks, masks.fill(sequence: sequence, row: token - rows.lowerBound) {
          multiply(dx.row(token), by: masks.multipliers)
        }
        // y = LayerNorm(w + p + s)
        norm.backward(row: token, kept, dy: dx, adding: gradient.norm)
      }
    }
  }

  /// Adds the sum's gradient, [T, C], to the rows of the three tables that the batch used, in `columns` of the C channels:
  /// tokens share rows, so threads divide the columns.
  package func addTableGradients(
    _ batch: PackedBatch, columns: Range<Int>, dSum: MatrixView, to gradient: Gradient
  ) {
    let (channels, first, part) = (norm.channels, columns.lowerBound, dSum[columns: columns])
    for sequence in 0..<batch.offsets.count - 1 {
      let start = batch.offsets[sequence]
      for token in start..<batch.offsets[sequence + 1] {
        let row = part.row(token)
        add(row, to: gradient.words + Int(batch.tokens[token]) * channels + first)
        add(row, to: gradient.positions + (token - start) * channels + first)
        add(row, to: gradient.segments + Int(batch.segments[token]) * channels + first)
      }
    }
  }

  private func multiply(_ row: MutableRowView, by multipliers: UnsafePointer<Float>) {
    for c in stride(from: 0, to: norm.channels, by: 16) {
      row.store(row.lanes(at: c) * multipliers.lanes(at: c), at: c)
    }
  }

  private func add(_ row: RowView, to sum: UnsafeMutablePointer<Float>) {
    for c in stride(from: 0, to: row.count, by: 16) {
      sum.store(sum.lanes(at: c, end: row.count) + row.lanes(at: c), at: c, end: row.count)
    }
  }
}
