internal import LinearAlgebra
internal import Randomness

/// Representational similarity analysis: 1 - Spearman's correlation of the Euclidean distances between rows, over all pairs of
/// rows, in the features of one side with those of the other. [Kriegeskorte et al. 2008; METHODS 6]
///
/// No orthogonal map, no scale and no shift of the features changes it, nor anything that keeps the order of the distances.
public struct RSA: Sendable, Equatable {
  /// In 0 ... 2; 1 for distances that are not correlated. nil where it does not exist, see `reason`.
  public let distance: Double?
  /// Why there is no distance.
  public let reason: Missing?

  /// Of how many rows distances are taken at most: 1000 rows have half a million pairs.
  public static let mostRows = 1000
}

extension FeatureComparison {
  /// The RSA distance; of a sample of ``RSA/mostRows`` rows where there are more.
  ///
  /// - Parameter seed: keys the sample, with the number of rows: the same for all pairs of models.
  public func rsa(seed: UInt64) -> RSA {
    if let missing { return RSA(distance: nil, reason: missing) }
    guard x.rows >= 3 else { return RSA(distance: nil, reason: .fewPairs) }
    var sample = Array(0..<x.rows)
    if x.rows > RSA.mostRows {
      var stream = RandomStream(Philox(seed: seed, purpose: .subset), 2)
      sample = stream.permutation(of: x.rows).prefix(RSA.mostRows).sorted()
    }
    guard let correlation = Correlation.spearman(x.distances(sample), y.distances(sample)) else {
      return RSA(distance: nil, reason: .equallyFar)
    }
    return RSA(distance: 1 - correlation, reason: nil)
  }
}

extension FeatureDecomposition {
  /// The squared distances between some rows, pair by pair, in units of the greatest singular value: those of U S.
  fileprivate func distances(_ sample: [Int]) -> [Double] {
    let scaled = sample.flatMap { row in (0..<rank).map { left[row * rank + $0] * values[$0] } }
    let products = product(
      rows: sample.count, columns: sample.count, inner: rank, scaled, .asStored, strideA: rank, scaled, .transposed,
      strideB: rank)
    let count = sample.count
    var distances: [Double] = []
    distances.reserveCapacity(count * (count - 1) / 2)
    let norms = (0..<count).map { products[$0 * count + $0] }
    for i in 0..<count {
      for j in 0..<i {
        let distance: Double = norms[i] + norms[j] - 2 * products[i * count + j]
        distances.append(max(0, distance))
      }
    }
    return distances
  }
}
