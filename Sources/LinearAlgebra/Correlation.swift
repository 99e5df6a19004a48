/// Correlations of two lists of numbers, in Float64.
public enum Correlation {
  /// Pearson's correlation, -1 to 1; nil when undefined: fewer than two rows, a constant on either side, or a value
  /// that is not finite.
  public static func pearson(_ x: [Double], _ y: [Double]) -> Double? {
    precondition(x.count == y.count, "one y for each x")
    guard let x = deviations(x), let y = deviations(y) else { return nil }
    var xy = 0.0
    var xx = 0.0
    var yy = 0.0
    for i in x.indices {
      xy += x[i] * y[i]
      xx += x[i] * x[i]
      yy += y[i] * y[i]
    }
    return min(1, max(-1, xy / (xx * yy).squareRoot()))
  }

  /// Spearman's correlation, -1 to 1: Pearson's of the ranks, ties sharing the mean of their ranks; nil when undefined,
  /// as ``pearson(_:_:)``.
  public static func spearman(_ x: [Double], _ y: [Double]) -> Double? {
    precondition(x.count == y.count, "one y for each x")
    guard x.allSatisfy(\.isFinite), y.allSatisfy(\.isFinite) else { return nil }
    return pearson(meanRanks(x), meanRanks(y))
  }

  /// Ranks from 1; equal values share the mean of the ranks they take up. Values must not be NaN.
  package static func meanRanks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
      for place in start..<end { ranks[order[place]] = Double(start + 1 + end) / 2 }
      start = end
    }
    return ranks
  }

  /// Deviations from the mean, scaled so that the largest is 1 in size (squares then neither overflow nor vanish);
  /// nil for fewer than two values, a constant, or values that are not finite.
  private static func deviations(_ values: [Double]) -> [Double]? {
    // A constant is found by comparison: rounding of the mean can leave it a spurious spread.
    guard let first = values.first, values.contains(where: { $0 != first }) else { return nil }
    let mean = values.reduce(0, +) / Double(values.count)
    let largest = values.reduce(0) { max($0, abs($1 - mean)) }
    guard values.allSatisfy(\.isFinite), largest.isFinite, largest > 0 else { return nil }
    return values.map { ($0 - mean) / largest }
  }
}
