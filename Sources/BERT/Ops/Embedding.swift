internal import LinearAlgebra

/// Word, position and segment embeddings, summed, normalised and dropped out: x = dropout(LayerNorm(w + p + s)), [T, C].
package struct Embedding {
  let norm: LayerNorm

  package init(norm: LayerNorm) { self.norm = norm }

  /// Writes xhat, [T, C], and `scales`, [T], for the backward pass, and x.
  package func forward(
    _ batch: PackedBatch, parameters: UnsafePointer<Float>, offsets: Offsets, masks: RowMasks?,
    normalised: UnsafeMutablePointer<Float>, scales: UnsafeMutablePointer<Float>, x: UnsafeMutablePointer<Float>
  ) {
    let channels = norm.channels
    for sequence in 0..<batch.offsets.count - 1 {
      let start = batch.offsets[sequence]
      for token in start..<batch.offsets[sequence + 1] {
        let word = parameters + offsets.words + Int(batch.tokens[token]) * channels
        let position = parameters + offsets.positions + (token - start) * channels
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
        if let masks, masks.fill(sequence: sequence, row: token - start) {
          multiply(out, by: masks.multipliers)
        }
      }
    }
  }

  /// Adds the gradients of the three tables and the norm; `dx` is overwritten.
  package func backward(
    _ batch: PackedBatch, parameters: UnsafePointer<Float>, offsets: Offsets, masks: RowMasks?,
    normalised: UnsafePointer<Float>, scales: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>,
    gradients: UnsafeMutablePointer<Float>
  ) {
    let channels = norm.channels
    for sequence in 0..<batch.offsets.count - 1 {
      let start = batch.offsets[sequence]
      for token in start..<batch.offsets[sequence + 1] {
        let row = dx + token * channels
        if let masks, masks.fill(sequence: sequence, row: token - start) {
          multiply(row, by: masks.multipliers)
        }
        norm.backward(
          dy: row, normalised: normalised + token * channels, scale: scales[token],
          weight: parameters + offsets.embeddingNorm.weight,
          weightGradient: gradients + offsets.embeddingNorm.weight,
          biasGradient: gradients + offsets.embeddingNorm.bias, dx: row)
        let places = (
          offsets.words + Int(batch.tokens[token]) * channels, offsets.positions + (token - start) * channels,
          offsets.segments + Int(batch.segments[token]) * channels
        )
        add(row, to: gradients + places.0)
        add(row, to: gradients + places.1)
        add(row, to: gradients + places.2)
      }
    }
  }

  private func multiply(_ row: UnsafeMutablePointer<Float>, by multipliers: UnsafePointer<Float>) {
    for c in stride(from: 0, to: norm.channels, by: 16) {
      row.store(row.lanes(at: c, end: norm.channels) * multipliers.lanes(at: c), at: c, end: norm.channels)
    }
  }

  private func add(_ row: UnsafePointer<Float>, to sum: UnsafeMutablePointer<Float>) {
    for c in stride(from: 0, to: norm.channels, by: 16) {
      let total = sum.lanes(at: c, end: norm.channels) + row.lanes(at: c, end: norm.channels)
      sum.store(total, at: c, end: norm.channels)
    }
  }
}
