/// A mean over examples, and how far it may be off.
public struct ExampleMean: Sendable, Equatable {
  /// The mean.
  public let value: Double
  /// Its standard error for examples drawn alike: sample deviation / sqrt(n); nil for one example.
  public let standardError: Double?
}

/// Means of several figures over examples, with what their standard errors need: a few numbers per figure however many
/// examples there are.
///
/// Examples are added by Welford's recurrence (1962): equal values have a deviation of exactly 0, and none is lost beside a
/// great mean. It rounds, so bits depend on which examples are added in which order, and on nothing else.
public struct AttentionMoments: Sendable, Equatable {
  /// n: how many examples were added.
  public private(set) var examples: Int
  /// The figures' means.
  public private(set) var means: [Double]
  /// The figures' sums of squared deviations from their means.
  public private(set) var squares: [Double]

  /// No examples of `figures` figures.
  public init(figures: Int) {
    examples = 0
    means = Array(repeating: 0, count: figures)
    squares = means
  }

  /// Adds one example's figures.
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
