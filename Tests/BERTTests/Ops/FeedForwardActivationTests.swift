import BERT
import Testing

@Suite struct FeedForwardActivationTests {
  private func activation(_ kind: BERTConfiguration.Activation, columns: Int) throws -> FeedForwardActivation {
    var configuration = try BERTConfiguration.tiny()
    configuration.activation = kind
    configuration.intermediateSize = columns
    return BERTModel(configuration, outputs: nil).activation
  }

  /// Phi(1) = 0.841345, phi(1) = 0.241971: gelu(1) = 0.841345 and gelu'(1) = 1.083316; the bias comes first.
  @Test func byHand() throws {
    var u = accumulators([1, -1, 3])
    var slope = results(3)
    try activation(.gelu, columns: 3).forward(rows: 0..<1, u: &u, bias: [0, 1, -2], slope: &slope)
    expectClose(u, [0.841_345, 0, 0.841_345], within: 1e-6)
    expectClose(slope, [1.083_316, 0.5, 1.083_316], within: 1e-6)

    u = accumulators([1, -1, 3])
    slope = results(3)
    try activation(.relu, columns: 3).forward(rows: 0..<1, u: &u, bias: [0, 1, -4], slope: &slope)
    expectClose(u, [1, 0, 0], within: 0)
    expectClose(slope, [1, 0, 0], within: 0)
  }

  /// The error function is within 5e-7, x times half of that within 1.4e-6 where it last counts (x = 5.6).
  @Test(arguments: [BERTConfiguration.Activation.gelu, .relu], [(1, 8), (3, 12), (5, 17), (2, 32)])
  func againstTheTwin(kind: BERTConfiguration.Activation, shape: (rows: Int, columns: Int)) throws {
    let (rows, columns) = shape
    var draws = Draws()
    let (u, bias) = (draws.normal(rows * columns, scale: 2), draws.normal(columns))
    let (dg, start) = (draws.normal(rows * columns), draws.normal(columns))
    let op = try activation(kind, columns: columns)
    let tolerance = 2e-6

    let expected = Twin.activation(kind, u, bias: bias)
    var g = accumulators(u)
    var slope = results(u.count)
    op.forward(rows: 0..<rows, u: &g, bias: floats(bias), slope: &slope)
    expectClose(g, expected, within: tolerance)
    var inference = accumulators(u)
    op.forward(rows: 0..<rows, u: &inference, bias: floats(bias), slope: nil)
    #expect(inference == g)

    let gradient = differences(u) { dot(dg, Twin.activation(kind, $0, bias: bias)) }
    let biasGradient = differences(bias) { dot(dg, Twin.activation(kind, u, bias: $0)) }
    var du = accumulators(dg)
    var biasSum = accumulators(start)
    op.backward(rows: 0..<rows, gradient: &du, slope: slope, biasGradient: &biasSum)
    expectClose(du, gradient, within: 2 * tolerance)
    expectClose(biasSum, sum(start, biasGradient), within: 2 * tolerance)
  }

  /// Far out GELU is 0 or x and its slope 0 or 1, at any magnitude: relative to |x|, the error function's 5e-7.
  @Test func farOut() throws {
    let values: [Double] = [-1e30, -1e4, -30, -6, 6, 30, 1e4, 1e30]
    var g = accumulators(values)
    var slope = results(values.count)
    try activation(.gelu, columns: 8).forward(
      rows: 0..<1, u: &g, bias: [Float](repeating: 0, count: 8), slope: &slope)
    for (got, x) in zip(g, values) { #expect(abs(Double(got) - max(x, 0)) <= 5e-7 * abs(x)) }
    expectClose(slope, [0, 0, 0, 0, 1, 1, 1, 1], within: 1e-6)
  }

  @Test(arguments: [BERTConfiguration.Activation.gelu, .relu]) func notANumberStays(
    kind: BERTConfiguration.Activation
  ) throws {
    var u: [Float] = [.nan, 1]
    try activation(kind, columns: 2).forward(rows: 0..<1, u: &u, bias: [0, 0], slope: nil)
    #expect(u[0].isNaN && !u[1].isNaN)
  }
}
