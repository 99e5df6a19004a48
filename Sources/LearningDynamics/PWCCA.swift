internal import LinearAlgebra

/// Projection-weighted CCA (Morcos et al. 2018): 1 - the mean of all canonical correlations, each weighted by how much
/// of one side's features its canonical variate accounts for.
///
/// With h_i the unit canonical variates of X and x_j its centred columns, the weights are a_i = sum_j |<h_i, x_j>|.
/// [METHODS 6] An invertible map of the features keeps the correlations but changes the weights. If several
/// correlations are equal to the last bit, their variates and weights are not unique.
public struct PWCCA: Sendable, Equatable {
  /// Weighted by x's features, in 0 ... 1; nil if it does not exist, see `reason`.
  public let distance: Double?
  /// Weighted by y's features, in 0 ... 1: the distance of (y, x).
  public let reverseDistance: Double?
  /// Why there is no distance.
  public let reason: Missing?
  /// Canonical correlations, descending, each in 0 ... 1, [min(rx, ry)].
  public let correlations: [Double]
  /// rx and ry: the number of directions in which the features vary. All are compared.
  public let kept: [Int]
  /// True if rx + ry reaches N: correlations are then 1 by counting, whatever the features.
  public let isDegenerate: Bool
}

extension FeatureComparison {
  /// PWCCA, weighted by either side.
  ///
  /// - Throws: `LinearAlgebraError`.
  public func pwcca() throws -> PWCCA {
    let kept = [x.rank, y.rank]
    let isDegenerate = x.rank + y.rank >= x.rows
    if let missing {
      return PWCCA(
        distance: nil, reverseDistance: nil, reason: missing, correlations: [], kept: kept, isDegenerate: isDegenerate)
    }
    let canonical = try SingularValueDecomposition(overlap, rows: x.rank, columns: y.rank)
    let correlations = canonical.values.map(clamped)
    let count = correlations.count
    // h_i = Ux a_i with a_i a column of `left`, and X = Ux Sx Vx^T: <h_i, x_j> = (a_i^T Sx Vx^T)_j.
    let variates = transpose(canonical.left, rows: x.rank, columns: count)
    return PWCCA(
      distance: weightedDistance(correlations, variates, x),
      reverseDistance: weightedDistance(correlations, canonical.right, y), reason: nil, correlations: correlations,
      kept: kept, isDegenerate: isDegenerate)
  }

  /// - Parameter variates: canonical variates as rows, in coordinates of the side's left vectors, [count, r].
  private func weightedDistance(_ correlations: [Double], _ variates: [Double], _ side: FeatureDecomposition) -> Double
  {
    var scaled = variates
    for index in scaled.indices { scaled[index] *= side.values[index % side.rank] }
    let projections = product(
      rows: correlations.count, columns: side.columns, inner: side.rank, scaled, strideA: side.rank, side.right,
      strideB: side.columns)
    var (sum, total) = (0.0, 0.0)
    for (i, correlation) in correlations.enumerated() {
      let weight = projections[i * side.columns..<(i + 1) * side.columns].reduce(0) { $0 + $1.magnitude }
      sum += weight * correlation
      total += weight
    }
    return clamped(1 - sum / total)
  }
}
