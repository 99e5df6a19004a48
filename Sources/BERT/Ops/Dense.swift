internal import LinearAlgebra

/// A dense layer: Y = X W^T, with X [T, inputs], W [outputs, inputs] and Y [T, outputs]. Its bias is added by the op behind
/// it, in that op's own pass over Y.
///
/// Every product with a weight goes through this type. It alone knows in what format weights are read, and how a product
/// is done: in Float32, by BLAS.
package struct Dense {
  /// W, [outputs, inputs].
  package let weight: MatrixView
  /// b, [outputs].
  package let bias: UnsafePointer<Float>

  package init(weight: MatrixView, bias: UnsafePointer<Float>) { (self.weight, self.bias) = (weight, bias) }

  /// Where gradients are added.
  package struct Gradient {
    /// Of W, [outputs, inputs].
    package let weight: MutableMatrixView
    /// Of b, [outputs].
    package let bias: UnsafeMutablePointer<Float>

    package init(weight: MutableMatrixView, bias: UnsafeMutablePointer<Float>) {
      (self.weight, self.bias) = (weight, bias)
    }

    /// Of some of the outputs.
    subscript(outputs part: Range<Int>) -> Gradient {
      Gradient(weight: weight[rows: part], bias: bias + part.lowerBound)
    }
  }

  package var outputs: Int { weight.rows }

  /// The layer of some of the outputs.
  subscript(outputs part: Range<Int>) -> Dense {
    Dense(weight: weight[rows: part], bias: bias + part.lowerBound)
  }

  /// Y = scale X W^T.
  package func forward(_ x: MatrixView, scale: Float = 1, to y: MutableMatrixView) {
    multiply(x, by: weight, .transposed, scale: scale, into: y)
  }

  /// dX = dY W, or dX += dY W.
  package func backward(_ dy: MatrixView, adding: Bool = false, to dx: MutableMatrixView) {
    multiply(dy, by: weight, adding: adding, into: dx)
  }

  /// dW += dY^T X, in the rows of dW that belong to `part` of the outputs.
  package func addWeightGradient(
    dy: MatrixView, x: MatrixView, outputs part: Range<Int>, to gradient: Gradient
  ) {
    multiply(dy[columns: part], .transposed, by: x, adding: true, into: gradient.weight[rows: part])
  }

  /// dW += dY^T X.
  func addWeightGradient(dy: MatrixView, x: MatrixView, to gradient: Gradient) {
    addWeightGradient(dy: dy, x: x, outputs: 0..<outputs, to: gradient)
  }
}

/// sums[j] += the sum of x[i, j] over all rows i: the gradient of a bias.
package func addColumnSums(of x: MatrixView, to sums: UnsafeMutablePointer<Float>) {
  for index in 0..<x.rows {
    let row = x.row(index)
    for j in stride(from: 0, to: x.columns, by: 16) {
      sums.store(sums.lanes(at: j, end: x.columns) + row.lanes(at: j), at: j, end: x.columns)
    }
  }
}
