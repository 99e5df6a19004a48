import Testing

/// Room for an op's results: `count` NaNs, so that what is left out or read too early shows, and a fence behind them.
func results(_ count: Int) -> [Float] { accumulators([Double](repeating: .nan, count: count)) }

/// Numbers that an op adds to, and a fence behind them.
func accumulators(_ start: [Double]) -> [Float] { floats(start) + [Float](repeating: fence, count: 16) }

/// Checks that every number is within `tolerance` of the expected one, and that the fence behind them stands.
func expectClose(
  _ got: [Float], _ expected: [Double], within tolerance: Double, _ comment: Comment? = nil,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  expectFence(got, behind: expected.count, sourceLocation: sourceLocation)
  let difference = maximumDifference(got.prefix(expected.count), expected)
  #expect(difference <= tolerance, comment, sourceLocation: sourceLocation)
}

/// Checks that an op wrote no further than it may.
func expectFence(_ got: [Float], behind count: Int, sourceLocation: SourceLocation = #_sourceLocation) {
  #expect(got.dropFirst(count).allSatisfy { $0 == fence }, "wrote past the end", sourceLocation: sourceLocation)
}

let fence: Float = -7.25e30
