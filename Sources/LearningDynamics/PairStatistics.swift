internal import Randomness

/// The mean of a measure over pairs of seeds, and its uncertainty.
///
/// Pairs that share a seed are not independent, so seeds, not pairs, are resampled and left out. The interval is the 95
/// % percentile bootstrap, in which same-seed pairs are dropped; the standard error is the jackknife's. [METHODS 7]
public struct PairStatistics: Sendable, Equatable {
  /// The mean over all pairs that have a value; nil if none has, see `reason`.
  public let mean: Double?
  /// From the 2.5th to the 97.5th percentile of the resampled means; nil below 3 seeds, see `reason`.
  public let interval: ClosedRange<Double>?
  /// The jackknife standard error of the mean; nil if there is no interval, or if leaving out one of the seeds leaves
  /// no pair.
  public let standardError: Double?
  /// The number of seeds that have a pair with a value.
  public let seeds: Int
  /// Why there is no mean, or no interval.
  public let reason: Missing?

  /// The meaning of the elements (i, i) of a matrix.
  public enum Diagonal: Sendable {
    /// A model against itself, or against one with the same seed: not a pair.
    case dropped
    /// Models of two tasks that share seed i: an ordinary pair. In a resample it counts once for each time i was drawn.
    case kept
  }

  /// The statistics of a matrix of pairs.
  ///
  /// - Parameters:
  ///   - matrix: [n, n], row-major: element (i, j) is the measure between seed i of the rows' models and seed j of the
  ///     columns' models, NaN if there is none. It is symmetric if both are the same models. It may not be for models
  ///     of two tasks or for the two directions of PWCCA.
  ///   - count: n >= 0; row i and column i have the same seed.
  ///   - diagonal: the meaning of the elements (i, i).
  ///   - resamples: how often n seeds are drawn with replacement, at least 1. Resamples without a pair are left out.
  ///   - seed: the key of the random draws.
  public init(
    _ matrix: [Double], count: Int, diagonal: Diagonal = .dropped, resamples: Int = 2000, seed: UInt64 = 0
  ) {
    precondition(matrix.count == count * count && resamples > 0, "a matrix of n x n numbers")
    let pairs = Pairs(matrix, count: count, diagonal: diagonal)
    seeds = pairs.seeds.count
    mean = pairs.mean(weights: [Int](repeating: 1, count: seeds))
    guard seeds >= 3 else {
      interval = nil
      standardError = nil
      reason = mean == nil ? .noPairs : .fewSeeds
      return
    }
    interval = pairs.bootstrap(resamples: resamples, seed: seed)
    standardError = pairs.jackknife()
    reason = nil
  }
}

/// The pairs of those seeds that have any.
private struct Pairs {
  let seeds: [Int]
  private let values: [Double]
  private let diagonal: PairStatistics.Diagonal

  init(_ matrix: [Double], count: Int, diagonal: PairStatistics.Diagonal) {
    func isPair(_ i: Int, _ j: Int) -> Bool { matrix[i * count + j].isFinite && (i != j || diagonal == .kept) }
    let seeds = (0..<count).filter { i in (0..<count).contains { isPair(i, $0) || isPair($0, i) } }
    self.seeds = seeds
    self.diagonal = diagonal
    values = seeds.flatMap { i in seeds.map { matrix[i * count + $0] } }
  }

  /// The mean over pairs if seed i occurs `weights[i]` times; nil if there is no pair.
  func mean(weights: [Int]) -> Double? {
    var (sum, total) = (0.0, 0)
    for i in weights.indices where weights[i] > 0 {
      for j in weights.indices {
        let value = values[i * weights.count + j]
        let weight = i == j ? (diagonal == .kept ? weights[i] : 0) : weights[i] * weights[j]
        guard weight > 0, value.isFinite else { continue }
        sum += Double(weight) * value
        total += weight
      }
    }
    return total > 0 ? sum / Double(total) : nil
  }

  func bootstrap(resamples: Int, seed: UInt64) -> ClosedRange<Double>? {
    let means = (0..<resamples).compactMap { resample in
      var stream = Draw.bootstrap.stream(seed: seed, resample)
      var weights = [Int](repeating: 0, count: seeds.count)
      for _ in seeds { weights[stream.uniform(below: seeds.count)] += 1 }
      return mean(weights: weights)
    }.sorted()
    guard !means.isEmpty else { return nil }
    return quantile(0.025, of: means)...quantile(0.975, of: means)
  }

  func jackknife() -> Double? {
    let means = seeds.indices.compactMap { left in
      mean(weights: seeds.indices.map { $0 == left ? 0 : 1 })
    }
    guard means.count == seeds.count else { return nil }
    let count = Double(means.count)
    let centre = means.reduce(0, +) / count
    let squares = means.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
    return ((count - 1) / count * squares).squareRoot()
  }
}

/// The quantile of ascending numbers, with linear interpolation.
private func quantile(_ share: Double, of sorted: [Double]) -> Double {
  let position = share * Double(sorted.count - 1)
  let below = Int(position)
  let above = min(below + 1, sorted.count - 1)
  return sorted[below] + (position - Double(below)) * (sorted[above] - sorted[below])
}
