internal import LinearAlgebra

/// LayerNorm over the C channels of a row: y = gamma xhat + beta, xhat = (x - mean) / sqrt(variance + epsilon).
package struct LayerNorm {
  let channels: Int
  let epsilon: Float
  /// gamma, [C].
  let weight: UnsafePointer<Float>
  /// beta, [C].
  let bias: UnsafePointer<Float>

  package init(channels: Int, epsilon: Float, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>) {
    (self.channels, self.epsilon, self.weight, self.bias) = (channels, epsilon, weight, bias)
  }

  /// What the forward pass leaves for the backward pass.
  package struct Activations {
    /// x at first, then xhat, [T, C].
    package let normalised: MutableMatrixView
    /// 1 / sqrt(variance + epsilon), [T].
    package let scales: UnsafeMutablePointer<Float>

    package init(normalised: MutableMatrixView, scales: UnsafeMutablePointer<Float>) {
      (self.normalised, self.scales) = (normalised, scales)
    }
  }

  /// Where gradients are added: of gamma and of beta, [C] each.
  package struct Gradient {
    package let weight: UnsafeMutablePointer<Float>
    package let bias: UnsafeMutablePointer<Float>

    package init(weight: UnsafeMutablePointer<Float>, bias: UnsafeMutablePointer<Float>) {
      (self.weight, self.bias) = (weight, bias)
    }
  }

  /// Normalises a row in place (x becomes xhat), writes y's row, and notes the row's scale.
  ///
  /// Two passes over the row, as the one-pass variance cancels. x and y may be the same matrix.
  @inline(__always)
  package func forward(row index: Int, _ kept: Activations, y: MutableMatrixView) {
    let (x, y) = (kept.normalised.row(index), y.row(index))
    var sum = Lanes.zero
    for c in stride(from: 0, to: channels, by: 16) { sum += x.lanes(at: c) }
    let mean = sum.laneSum / Float(channels)
    var squares = Lanes.zero
    for c in stride(from: 0, to: channels, by: 16) {
      let centred = (x.lanes(at: c) - mean).prefix(channels - c)
      squares = squares.addingProduct(centred, centred)
    }
    let scale = 1 / (squares.laneSum / Float(channels) + epsilon).squareRoot()
    for c in stride(from: 0, to: channels, by: 16) {
      let normalised = (x.lanes(at: c) - mean) * scale
      x.store(normalised, at: c)
      y.store(
        bias.lanes(at: c, end: channels).addingProduct(normalised, weight.lanes(at: c, end: channels)), at: c)
    }
    kept.scales[index] = scale
  }

  /// A row's dy becomes dx = scale (g - mean(g) - xhat mean(g xhat)) with g = dy gamma; dGamma += dy xhat; dBeta += dy.
  @inline(__always)
  package func backward(row index: Int, _ kept: Activations, dy: MutableMatrixView, adding gradient: Gradient) {
    let (row, xhat, scale) = (dy.row(index), kept.normalised.view.row(index), kept.scales[index])
    var sum = Lanes.zero
    var projection = Lanes.zero
    for c in stride(from: 0, to: channels, by: 16) {
      let d = row.lanes(at: c)
      let normalised = xhat.lanes(at: c)
      let g = d * weight.lanes(at: c, end: channels)
      sum += g
      projection = projection.addingProduct(g, normalised)
      gradient.weight.store(
        gradient.weight.lanes(at: c, end: channels).addingProduct(d, normalised), at: c, end: channels)
      gradient.bias.store(gradient.bias.lanes(at: c, end: channels) + d, at: c, end: channels)
    }
    let mean = sum.laneSum / Float(channels)
    let along = projection.laneSum / Float(channels)
    for c in stride(from: 0, to: channels, by: 16) {
      let g = row.lanes(at: c) * weight.lanes(at: c, end: channels)
      row.store((g - mean - xhat.lanes(at: c) * along) * scale, at: c)
    }
  }
}
