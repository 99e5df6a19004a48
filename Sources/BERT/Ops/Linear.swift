internal import LinearAlgebra

/// A dense layer without its bias, which the op behind it adds in its own pass: Y = X W^T.
///
/// X is [T, inputs], W is [outputs, inputs], Y is [T, outputs]; a call works on some of the T rows, or on some of the
/// outputs.
package struct Linear {
  let inputs: Int
  let outputs: Int

  package init(inputs: Int, outputs: Int) {
    self.inputs = inputs
    self.outputs = outputs
  }

  /// Y = X W^T in `rows`.
  package func forward(
    rows: Range<Int>, x: UnsafePointer<Float>, weight: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>
  ) {
    multiply(
      rows: rows.count, columns: outputs, inner: inputs, x + rows.lowerBound * inputs, strideA: inputs, weight,
      .transposed, strideB: inputs, into: y + rows.lowerBound * outputs, strideC: outputs)
  }

  /// dW += dY^T X over `rows`, in the rows of dW that belong to `part` of the outputs (nil: all).
  package func addWeightGradient(
    rows: Range<Int>, part: Range<Int>? = nil, dy: UnsafePointer<Float>, x: UnsafePointer<Float>,
    into weightGradient: UnsafeMutablePointer<Float>
  ) {
    let part = part ?? 0..<outputs
    multiply(
      rows: part.count, columns: inputs, inner: rows.count, dy + rows.lowerBound * outputs + part.lowerBound,
      .transposed, strideA: outputs, x + rows.lowerBound * inputs, strideB: inputs, beta: 1,
      into: weightGradient + part.lowerBound * inputs, strideC: inputs)
  }

  /// dX = dY W, or dX += dY W, in `rows`.
  package func inputGradient(
    rows: Range<Int>, dy: UnsafePointer<Float>, weight: UnsafePointer<Float>, adding: Bool = false,
    into dx: UnsafeMutablePointer<Float>
  ) {
    multiply(
      rows: rows.count, columns: inputs, inner: outputs, dy + rows.lowerBound * outputs, strideA: outputs, weight,
      strideB: inputs, beta: adding ? 1 : 0, into: dx + rows.lowerBound * inputs, strideC: inputs)
  }
}

/// sums[j] += the sum over `rows` of x[row, j], for the j in `part` (nil: all): the gradient of a bias. x is
/// [T, columns].
package func addColumnSums(
  rows: Range<Int>, columns: Int, part: Range<Int>? = nil, _ x: UnsafePointer<Float>,
  into sums: UnsafeMutablePointer<Float>
) {
  let part = part ?? 0..<columns
  let end = part.upperBound
  for row in rows {
    let start = row * columns
    for j in stride(from: part.lowerBound, to: end, by: 16) {
      let sum = sums.lanes(at: j, end: end) + x.lanes(at: start + j, end: start + end)
      sums.store(sum, at: j, end: end)
    }
  }
}
