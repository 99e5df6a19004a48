import BERT
import Testing

@Suite struct FeedForwardActivationTests {
  private let memory = OpMemory()

  private func activation(_ kind: BERTConfiguration.Activation, bias: [Double]) -> FeedForwardActivation {
    FeedForwardActivation(kind: kind, bias: memory.vector(bias))
  }

  /// Phi(1) = 0.841345, phi(1) = 0.241971: gelu(1) = 0.841345 and gelu'(1) = 1.083316; the bias comes first.
  @Test func byHand() {
    var (u, slope) = (memory.matrix([1, -1, 3], columns: 3), memory.results(rows: 1, columns: 3))
    activation(.gelu, bias: [0, 1, -2]).forward(u, slope: slope)
    expectClose(numbers(u), [0.841_345, 0, 0.841_345], within: 1e-6)
    expectClose(numbers(slope), [1.083_316, 0.5, 1.083_316], within: 1e-6)

    (u, slope) = (memory.matrix([1, -1, 3], columns: 3), memory.results(rows: 1, columns: 3))
    activation(.relu, bias: [0, 1, -4]).forward(u, slope: slope)
    expectClose(numbers(u), [1, 0, 0], within: 0)
    expectClose(numbers(slope), [1, 0, 0], within: 0)
    memory.expectFences()
  }

  /// The error function is within 5e-7, x times half of that within 1.4e-6 where it last counts (x = 5.6).
  @Test(arguments: [BERTConfiguration.Activation.gelu, .relu], [(1, 8), (3, 12), (5, 17), (2, 32)])
  func againstTheTwin(kind: BERTConfiguration.Activation, shape: (rows: Int, columns: Int)) {
    let (rows, columns) = shape
    var draws = Draws()
    let (u, bias) = (draws.normal(rows * columns, scale: 2), draws.normal(columns))
    let (dg, start) = (draws.normal(rows * columns), draws.normal(columns))
    let op = activation(kind, bias: bias)
    let tolerance = 2e-6

    let expected = Twin.activation(kind, u, bias: bias)
    let (g, slope) = (memory.matrix(u, columns: columns), memory.results(rows: rows, columns: columns))
    op.forward(g, slope: slope)
    expectClose(numbers(g), expected, within: tolerance)
    let inference = memory.matrix(u, columns: columns)
    op.forward(inference, slope: nil)
    #expect(numbers(inference) == numbers(g))

    let gradient = differences(u) { dot(dg, Twin.activation(kind, $0, bias: bias)) }
    let biasGradient = differences(bias) { dot(dg, Twin.activation(kind, u, bias: $0)) }
    let (du, biasSum) = (memory.matrix(dg, columns: columns), memory.vector(start))
    op.backward(du, slope: slope.view, addingBias: biasSum)
    expectClose(numbers(du), gradient, within: 2 * tolerance)
    expectClose(numbers(biasSum, columns), sum(start, biasGradient), within: 2 * tolerance)
    memory.expectFences()
  }

  /// Far out GELU is 0 or x and its slope 0 or 1, at any magnitude: relative to |x|, the error function's 5e-7.
  @Test func farOut() {
    let values: [Double] = [-1e30, -1e4, -30, -6, 6, 30, 1e4, 1e30]
    let (g, slope) = (memory.matrix(values, columns: 8), memory.results(rows: 1, columns: 8))
    activation(.gelu, bias: [Double](repeating: 0, count: 8)).forward(g, slope: slope)
    for (got, x) in zip(numbers(g), values) { #expect(abs(Double(got) - max(x, 0)) <= 5e-7 * abs(x)) }
    expectClose(numbers(slope), [0, 0, 0, 0, 1, 1, 1, 1], within: 1e-6)
  }

  @Test(arguments: [BERTConfiguration.Activation.gelu, .relu]) func notANumberStays(
    kind: BERTConfiguration.Activation
  ) {
    let u = memory.matrix([.nan, 1], columns: 2)
    activation(kind, bias: [0, 0]).forward(u, slope: nil)
    #expect(numbers(u)[0].isNaN && !numbers(u)[1].isNaN)
  }
}
