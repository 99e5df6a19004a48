internal import LinearAlgebra

/// The feed-forward activation with the bias in front of it: g = f(u + bias). All matrices are [T, columns]; a call works
/// on some of the rows.
package struct FeedForwardActivation {
  let kind: BERTConfiguration.Activation
  let columns: Int

  /// Replaces u by f(u + bias); with `slope`, also writes f'(u + bias), all that the backward pass needs.
  package func forward(
    rows: Range<Int>, u: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>, slope: UnsafeMutablePointer<Float>?
  ) {
    for row in rows {
      let start = row * columns
      let end = start + columns
      for j in stride(from: 0, to: columns, by: 16) {
        let x = u.lanes(at: start + j, end: end) + bias.lanes(at: j, end: columns)
        switch kind {
        case .gelu:
          let cumulative = 0.5 + 0.5 * errorFunction(x * 0.707_106_78)
          u.store(x * cumulative, at: start + j, end: end)
          if let slope {
            let density = 0.398_942_28 * exponential(-0.5 * x * x)
            slope.store(cumulative + x * density, at: start + j, end: end)
          }
        case .relu:
          // Written so that NaN stays NaN.
          u.store(x.replacing(with: 0, where: x .< 0), at: start + j, end: end)
          slope?.store(Lanes.zero.replacing(with: 1, where: x .> 0), at: start + j, end: end)
        }
      }
    }
  }

  /// dU = dG * f'(u + bias), in place; dBias += the column sums of dU.
  package func backward(
    rows: Range<Int>, gradient: UnsafeMutablePointer<Float>, slope: UnsafePointer<Float>,
    biasGradient: UnsafeMutablePointer<Float>
  ) {
    for row in rows {
      let start = row * columns
      let end = start + columns
      for j in stride(from: 0, to: columns, by: 16) {
        let product = gradient.lanes(at: start + j, end: end) * slope.lanes(at: start + j, end: end)
        gradient.store(product, at: start + j, end: end)
        biasGradient.store(biasGradient.lanes(at: j, end: columns) + product, at: j, end: columns)
      }
    }
  }
}
