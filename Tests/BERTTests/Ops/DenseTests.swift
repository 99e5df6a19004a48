import BERT
import Testing

@Suite struct DenseTests {
  private let memory = OpMemory()

  private func dense(_ weight: [Double], inputs: Int) -> Dense {
    let matrix = memory.matrix(weight, columns: inputs)
    return Dense(weight: matrix.view, bias: memory.vector([Double](repeating: 0, count: matrix.rows)))
  }

  /// X = [1 2; 3 4], W = [1 0; 1 1; 0 -1].
  @Test func byHand() {
    let y = memory.results(rows: 2, columns: 3)
    dense([1, 0, 1, 1, 0, -1], inputs: 2).forward(memory.matrix([1, 2, 3, 4], columns: 2).view, to: y)
    expectClose(numbers(y), [1, 3, -2, 3, 7, -4], within: 0)
    let sums = memory.vector([10, 20, 30])
    addColumnSums(of: y.view, to: sums)
    expectClose(numbers(sums, 3), [14, 30, 24], within: 0)
    memory.expectFences()
  }

  /// Sums of up to 24 products of order 1: 24 roundings of 6e-8 of a sum of at most 16 in magnitude give 2e-5 at worst
  /// and 3e-6 in practice.
  @Test(arguments: [(4, 8, 24), (5, 24, 7), (18, 6, 17), (1, 17, 1)])
  func againstTheTwin(rows: Int, inputs: Int, outputs: Int) {
    var draws = Draws()
    let (x, weight) = (draws.normal(rows * inputs), draws.normal(outputs * inputs))
    let (dy, start) = (draws.normal(rows * outputs), draws.normal(max(outputs * inputs, rows * inputs)))
    let dense = dense(weight, inputs: inputs)
    let (xView, dyView) = (memory.matrix(x, columns: inputs).view, memory.matrix(dy, columns: outputs).view)
    let tolerance = 5e-6

    let y = memory.results(rows: rows, columns: outputs)
    dense.forward(xView, to: y)
    expectClose(numbers(y), Twin.linear(x, weight, inputs: inputs, outputs: outputs), within: tolerance)
    dense.forward(xView, scale: 2, to: y)
    expectClose(
      numbers(y), Twin.linear(x, weight, inputs: inputs, outputs: outputs).map { 2 * $0 }, within: 2 * tolerance)

    // The outputs in two parts, as two threads would.
    let weightGradient = differences(weight) { dot(dy, Twin.linear(x, $0, inputs: inputs, outputs: outputs)) }
    let sums = Dense.Gradient(
      weight: memory.matrix(Array(start[..<weight.count]), columns: inputs), bias: memory.vector([]))
    for part in [0..<outputs / 2, outputs / 2..<outputs] {
      dense.addWeightGradient(dy: dyView, x: xView, outputs: part, to: sums)
    }
    expectClose(numbers(sums.weight), sum(start, weightGradient), within: tolerance)

    let inputGradient = differences(x) { dot(dy, Twin.linear($0, weight, inputs: inputs, outputs: outputs)) }
    let dx = memory.results(rows: rows, columns: inputs)
    dense.backward(dyView, to: dx)
    expectClose(numbers(dx), inputGradient, within: tolerance)
    let added = memory.matrix(Array(start[..<x.count]), columns: inputs)
    dense.backward(dyView, adding: true, to: added)
    expectClose(numbers(added), sum(start, inputGradient), within: tolerance)

    let bias = [Double](repeating: 0, count: outputs)
    let biasGradient = differences(bias) { bias in
      (0..<rows).reduce(0) { $0 + dot(Array(dy[$1 * outputs..<($1 + 1) * outputs]), bias) }
    }
    let biasSums = memory.vector(Array(start[..<outputs]))
    addColumnSums(of: dyView, to: biasSums)
    expectClose(numbers(biasSums, outputs), sum(start, biasGradient), within: tolerance)
    memory.expectFences()
  }
}

@Suite struct MatrixViewTests {
  private let memory = OpMemory()

  /// Rows 1 and 2, columns 1 and 2 of [1 2 3 4; 5 6 7 8; 9 10 11 12] are [6 7; 10 11]; their product with [1 0; 2 1] as W
  /// is [6, 19; 10, 31], and lands in the middle of a matrix of which nothing else is touched.
  @Test func partsOfMatrices() {
    let matrix = memory.matrix((1...12).map { Double($0) }, columns: 4)
    let weight = memory.matrix([1, 0, 2, 1], columns: 2)
    let y = memory.matrix([Double](repeating: -1, count: 12), columns: 4)
    Dense(weight: weight.view, bias: memory.vector([0, 0])).forward(
      matrix.view[rows: 1..<3][columns: 1..<3], to: y[columns: 1..<3][rows: 0..<2])
    expectClose(numbers(y), [-1, 6, 19, -1, -1, 10, 31, -1, -1, -1, -1, -1], within: 0)
    let sums = memory.vector([0, 0, 0])
    addColumnSums(of: matrix.view[rows: 0..<2][columns: 2..<4], to: sums)
    expectClose(numbers(sums, 3), [10, 12, 0], within: 0)
    memory.expectFences()
  }
}
