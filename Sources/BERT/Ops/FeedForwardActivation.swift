internal import LinearAlgebra

/// The feed-forward activation with the bias in front of it: g = f(u + bias). Rows are worked on one by one, so a call may
/// get any of them.
package struct FeedForwardActivation {
  let kind: BERTConfiguration.Activation
  /// As long as a row.
  let bias: UnsafePointer<Float>

  package init(kind: BERTConfiguration.Activation, bias: UnsafePointer<Float>) { (self.kind, self.bias) = (kind, bias) }

  /// Replaces u by f(u + bias); with `slope`, also writes f'(u + bias), all that the backward pass needs.
  package func forward(_ u: MutableMatrixView, slope: MutableMatrixView?) {
    for index in 0..<u.rows {
      let (row, slope) = (u.row(index), slope?.row(index))
      for j in stride(from: 0, to: u.columns, by: 16) {
        let x = row.lanes(at: j) + bias.lanes(at: j, end: u.columns)
        switch kind {
        case .gelu:
          let cumulative = 0.5 + 0.5 * errorFunction(x * 0.707_106_78)
          row.store(x * cumulative, at: j)
          if let slope {
            let density = 0.398_942_28 * exponential(-0.5 * x * x)
            slope.store(cumulative + x * density, at: j)
          }
        case .relu:
          // Written so that NaN stays NaN.
          row.store(x.replacing(with: 0, where: x .< 0), at: j)
          slope?.store(Lanes.zero.replacing(with: 1, where: x .> 0), at: j)
        }
      }
    }
  }

  /// g = f(u + bias): dG becomes dU = dG f'(u + bias); dBias += the column sums of dU.
  package func backward(
    _ gradient: MutableMatrixView, slope: MatrixView, addingBias biasGradient: UnsafeMutablePointer<Float>
  ) {
    let columns = gradient.columns
    for index in 0..<gradient.rows {
      let (row, slope) = (gradient.row(index), slope.row(index))
      for j in stride(from: 0, to: columns, by: 16) {
        let product = row.lanes(at: j) * slope.lanes(at: j)
        row.store(product, at: j)
        biasGradient.store(biasGradient.lanes(at: j, end: columns) + product, at: j, end: columns)
      }
    }
  }
}
