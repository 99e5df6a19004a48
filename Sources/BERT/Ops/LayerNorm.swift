internal import LinearAlgebra

/// LayerNorm over the C channels of a row: y = gamma * xhat + beta, xhat = (x - mean) / sqrt(variance + epsilon).
package struct LayerNorm {
  let channels: Int
  let epsilon: Float

  /// Normalises one row in place (x becomes xhat), writes y, and gives 1 / sqrt(variance + epsilon).
  ///
  /// Two passes over the row, as the one-pass variance cancels. `x` and `y` may be the same row.
  @inline(__always)
  package func forward(
    row x: UnsafeMutablePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    y: UnsafeMutablePointer<Float>
  ) -> Float {
    var sum = Lanes.zero
    for c in stride(from: 0, to: channels, by: 16) { sum += x.lanes(at: c, end: channels) }
    let mean = sum.laneSum / Float(channels)
    var squares = Lanes.zero
    for c in stride(from: 0, to: channels, by: 16) {
      let centred = (x.lanes(at: c, end: channels) - mean).prefix(channels - c)
      squares = squares.addingProduct(centred, centred)
    }
    let scale = 1 / (squares.laneSum / Float(channels) + epsilon).squareRoot()
    for c in stride(from: 0, to: channels, by: 16) {
      let normalised = (x.lanes(at: c, end: channels) - mean) * scale
      x.store(normalised, at: c, end: channels)
      let result = bias.lanes(at: c, end: channels).addingProduct(normalised, weight.lanes(at: c, end: channels))
      y.store(result, at: c, end: channels)
    }
    return scale
  }

  /// One row backward: dx = scale (g - mean(g) - xhat mean(g xhat)) with g = dy * gamma; dGamma += dy xhat; dBeta += dy.
  ///
  /// `dx` may be the row `dy`.
  @inline(__always)
  package func backward(
    dy: UnsafePointer<Float>, normalised: UnsafePointer<Float>, scale: Float, weight: UnsafePointer<Float>,
    weightGradient: UnsafeMutablePointer<Float>, biasGradient: UnsafeMutablePointer<Float>,
    dx: UnsafeMutablePointer<Float>
  ) {
    var sum = Lanes.zero
    var projection = Lanes.zero
    for c in stride(from: 0, to: channels, by: 16) {
      let d = dy.lanes(at: c, end: channels)
      let xhat = normalised.lanes(at: c, end: channels)
      let g = d * weight.lanes(at: c, end: channels)
      sum += g
      projection = projection.addingProduct(g, xhat)
      weightGradient.store(
        weightGradient.lanes(at: c, end: channels).addingProduct(d, xhat), at: c, end: channels)
      biasGradient.store(biasGradient.lanes(at: c, end: channels) + d, at: c, end: channels)
    }
    let mean = sum.laneSum / Float(channels)
    let along = projection.laneSum / Float(channels)
    for c in stride(from: 0, to: channels, by: 16) {
      let g = dy.lanes(at: c, end: channels) * weight.lanes(at: c, end: channels)
      dx.store((g - mean - normalised.lanes(at: c, end: channels) * along) * scale, at: c, end: channels)
    }
  }
}
