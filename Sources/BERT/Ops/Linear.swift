internal import LinearAlgebra

/// A dense layer without its bias, which the op behind it adds in its own pass: Y = X W^T.
///
/// X is [rows, inputs], W is [outputs, inputs], Y is [rows, outputs].
package struct Linear {
  let inputs: Int
  let outputs: Int

  package init(inputs: Int, outputs: Int) {
    self.inputs = inputs
    self.outputs = outputs
  }

  /// Y = X W^T.
  package func forward(
    rows: Int, x: UnsafePointer<Float>, weight: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>
  ) {
    multiply(
      rows: rows, columns: outputs, inner: inputs, x, strideA: inputs, weight, .transposed, strideB: inputs, into: y,
      strideC: outputs)
  }

  /// dW += dY^T X.
  package func addWeightGradient(
    rows: Int, dy: UnsafePointer<Float>, x: UnsafePointer<Float>, into weightGradient: UnsafeMutablePointer<Float>
  ) {
    multiply(
      rows: outputs, columns: inputs, inner: rows, dy, .transposed, strideA: outputs, x, strideB: inputs, beta: 1,
      into: weightGradient, strideC: inputs)
  }

  /// dX = dY W, or dX += dY W.
  package func inputGradient(
    rows: Int, dy: UnsafePointer<Float>, weight: UnsafePointer<Float>, adding: Bool = false,
    into dx: UnsafeMutablePointer<Float>
  ) {
    multiply(
      rows: rows, columns: inputs, inner: outputs, dy, strideA: outputs, weight, strideB: inputs,
      beta: adding ? 1 : 0, into: dx, strideC: inputs)
  }
}

/// sums[j] += the sum over rows of x[row, j]: the gradient of a bias. x is [rows, columns].
package func addColumnSums(
  rows: Int, columns: Int, _ x: UnsafePointer<Float>, into sums: UnsafeMutablePointer<Float>
) {
  for j in stride(from: 0, to: columns, by: 16) {
    var sum = Lanes.zero
    for row in 0..<rows {
      sum += x.lanes(at: row * columns + j, end: row * columns + columns)
    }
    sums.store(sums.lanes(at: j, end: columns) + sum, at: j, end: columns)
  }
}
