/// A mean over examples and its uncertainty.
public struct ExampleMean: Sendable, Equatable {
  /// The mean.
  public let value: Double
  /// Its standard error if examples are independent: sample deviation / sqrt(n); nil for one example.
  public let standardError: Double?
}

/// Means of several values over examples, with what their standard errors need: a few numbers per value, however many
/// examples there are.
///
/// Examples are added by Welford's recurrence (1962): equal values have a deviation of exactly 0, and none is lost beside a
/// great mean. It rounds, so bits depend on which examples are added in which order, and on nothing else.
public struct AttentionMoments: Sendable, Equatable {
  /// n: the number of examples added.
  public private(set) var examples: Int
  /// The mean of each value.
  public private(set) var means: [Double]
  /// The sum of squared deviations from the mean, for each value.
  public private(set) var squares: [Double]

  /// Moments of `figures` values without examples.
  public init(figures: Int) {
    examples = 0
    means = Array(repeating: 0, count: figures)
    squares = means
  }

  /// Adds one example's values.
  mutating func add(_ figures: [Double]) {
    precondition(figures.count == means.count, "an example has every figure")
    examples += 1
    for (index, figure) in figures.enumerated() {
      let deviation = figure - means[index]
      means[index] += deviation / Double(examples)
      squares[index] += deviation * (figure - means[index])
    }
  }

  /// One figure's mean; nil without examples.
  func mean(_ figure: Int) -> ExampleMean? {
    guard examples > 0 else { return nil }
    let n = Double(examples)
    return ExampleMean(
      value: means[figure], standardError: examples > 1 ? (squares[figure] / (n - 1) / n).squareRoot() : nil)
  }
}
