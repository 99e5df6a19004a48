import BERT
import Testing

@Suite struct LinearTests {
  /// X = [1 2; 3 4], W = [1 0; 1 1; 0 -1].
  @Test func byHand() {
    var y = results(6)
    Linear(inputs: 2, outputs: 3).forward(rows: 0..<2, x: [1, 2, 3, 4], weight: [1, 0, 1, 1, 0, -1], y: &y)
    expectClose(y, [1, 3, -2, 3, 7, -4], within: 0)
    var sums = accumulators([10, 20, 30])
    addColumnSums(rows: 0..<2, columns: 3, [1, 3, -2, 3, 7, -4], into: &sums)
    expectClose(sums, [14, 30, 24], within: 0)
  }

  /// Sums of up to 24 products of order 1: 24 roundings of 6e-8 of a sum of at most 16 in magnitude give 2e-5 at worst
  /// and 3e-6 in practice.
  @Test(arguments: [(4, 8, 24), (5, 24, 7), (18, 6, 17), (1, 17, 1)])
  func againstTheTwin(rows: Int, inputs: Int, outputs: Int) {
    var draws = Draws()
    let (x, weight) = (draws.normal(rows * inputs), draws.normal(outputs * inputs))
    let (dy, start) = (draws.normal(rows * outputs), draws.normal(max(outputs * inputs, rows * inputs)))
    let linear = Linear(inputs: inputs, outputs: outputs)
    let tolerance = 5e-6

    var y = results(rows * outputs)
    linear.forward(rows: 0..<rows, x: floats(x), weight: floats(weight), y: &y)
    expectClose(y, Twin.linear(x, weight, inputs: inputs, outputs: outputs), within: tolerance)

    let weightGradient = differences(weight) { dot(dy, Twin.linear(x, $0, inputs: inputs, outputs: outputs)) }
    var weightSum = accumulators(Array(start[..<weight.count]))
    linear.addWeightGradient(rows: 0..<rows, dy: floats(dy), x: floats(x), into: &weightSum)
    expectClose(weightSum, sum(start, weightGradient), within: tolerance)

    let inputGradient = differences(x) { dot(dy, Twin.linear($0, weight, inputs: inputs, outputs: outputs)) }
    var dx = results(x.count)
    linear.inputGradient(rows: 0..<rows, dy: floats(dy), weight: floats(weight), into: &dx)
    expectClose(dx, inputGradient, within: tolerance)
    var added = accumulators(Array(start[..<x.count]))
    linear.inputGradient(rows: 0..<rows, dy: floats(dy), weight: floats(weight), adding: true, into: &added)
    expectClose(added, sum(start, inputGradient), within: tolerance)

    let bias = [Double](repeating: 0, count: outputs)
    let biasGradient = differences(bias) { bias in
      (0..<rows).reduce(0) { $0 + dot(Array(dy[$1 * outputs..<($1 + 1) * outputs]), bias) }
    }
    var sums = accumulators(Array(start[..<outputs]))
    addColumnSums(rows: 0..<rows, columns: outputs, floats(dy), into: &sums)
    expectClose(sums, sum(start, biasGradient), within: tolerance)
  }
}
