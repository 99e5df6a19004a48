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
/// Examples are added by Welford's recurrence (1962), and disjoint sets are merged by the formula of Chan, Golub and
/// LeVeque (1979). So equal values have a deviation of exactly 0, and small deviations from a large mean are not lost.
/// Both operations round, so the bits depend on the order of adding and merging, and on nothing else.
public struct AttentionMoments: Sendable, Equatable {
  /// n: the number of examples added.
  public private(set) var examples: Int
  /// The mean of each value.
  public private(set) var means: [Double]
  /// The sum of squared deviations from the mean, for each value.
  public private(set) var squares: [Double]

  /// Moments of `figures` values without examples.
  public init(figures: Int) {
    self.init(examples: 0, means: Array(repeating: 0, count: figures), squares: Array(repeating: 0, count: figures))
  }

  /// Stored moments.
  public init(examples: Int, means: [Double], squares: [Double]) {
    precondition(examples >= 0 && means.count == squares.count, "every mean has its squared deviations")
    self.examples = examples
    self.means = means
    self.squares = squares
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

  /// Adds other examples of the same values.
  mutating func merge(_ other: AttentionMoments) {
    precondition(other.means.count == means.count, "the moments are of the same figures")
    guard other.examples > 0 else { return }
    let total = examples + other.examples
    let share = Double(other.examples) / Double(total)
    for index in means.indices {
      let deviation = other.means[index] - means[index]
      means[index] += deviation * share
      squares[index] += other.squares[index] + deviation * deviation * share * Double(examples)
    }
    examples = total
  }

  /// The mean of one value; nil without examples.
  func mean(_ figure: Int) -> ExampleMean? {
    guard examples > 0 else { return nil }
    let n = Double(examples)
    return ExampleMean(
      value: means[figure], standardError: examples > 1 ? (squares[figure] / (n - 1) / n).squareRoot() : nil)
  }
}
