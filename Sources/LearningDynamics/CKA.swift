/// Linear centred kernel alignment (Kornblith et al. 2019) as a distance: 1 - CKA. Invariant under orthogonal maps and
/// scaling of the features.
public struct CKA: Sendable, Equatable {
  /// 1 - |X^T Y|_F^2 / (|X^T X|_F |Y^T Y|_F), in 0 ... 1; nil if it does not exist, see `reason`. It is biased: for
  /// independent features it falls from 1 as d / N grows.
  public let distance: Double?
  /// Why there is no distance.
  public let reason: Missing?
  /// The same with the unbiased estimates of Song et al. 2007: about 1 for independent features, whatever d / N, and so
  /// sometimes above 1. Needs N >= 4.
  public let debiased: Double?
  /// Why there is no debiased distance.
  public let debiasedReason: Missing?
}

extension FeatureComparison {
  /// Linear CKA, biased and debiased.
  public func cka() -> CKA {
    if let missing { return CKA(distance: nil, reason: missing, debiased: nil, debiasedReason: missing) }
    let similarity = crossProduct.reduce(0) { $0 + $1 * $1 }
    let (ownX, ownY) = (x.values.reduce(0) { $0 + fourth($1) }, y.values.reduce(0) { $0 + fourth($1) })
    let distance = clamped(1 - similarity / (ownX * ownY).squareRoot())
    guard x.rows >= 4 else {
      return CKA(distance: distance, reason: nil, debiased: nil, debiasedReason: .fewRows)
    }
    let (lengthsX, lengthsY) = (squaredLengths(x), squaredLengths(y))
    let cross = debiased(similarity, lengthsX, lengthsY)
    let (selfX, selfY) = (debiased(ownX, lengthsX, lengthsX), debiased(ownY, lengthsY, lengthsY))
    guard selfX.value > selfX.rounding, selfY.value > selfY.rounding else {
      return CKA(distance: distance, reason: nil, debiased: nil, debiasedReason: .equidistant)
    }
    return CKA(
      distance: distance, reason: nil,
      debiased: 1 - cross.value / (selfX.value.squareRoot() * selfY.value.squareRoot()), debiasedReason: nil)
  }

  private func fourth(_ value: Double) -> Double { value * value * value * value }

  /// |x_i|^2 of each centred row, [N].
  private func squaredLengths(_ side: FeatureDecomposition) -> [Double] {
    (0..<side.rows).map { row in
      var sum = 0.0
      for k in 0..<side.rank {
        let coordinate = side.left[row * side.rank + k] * side.values[k]
        sum += coordinate * coordinate
      }
      return sum
    }
  }

  /// N (N - 3) times the unbiased estimate of HSIC for centred linear kernels, and the part of it that may be rounding
  /// error.
  ///
  /// - Parameters:
  ///   - similarity: |X^T Y|_F^2.
  ///   - lengthsX: |x_i|^2 of each row.
  ///   - lengthsY: |y_i|^2 of each row.
  private func debiased(
    _ similarity: Double, _ lengthsX: [Double], _ lengthsY: [Double]
  ) -> (value: Double, rounding: Double) {
    let count = Double(x.rows)
    let diagonal = zip(lengthsX, lengthsY).reduce(0) { $0 + $1.0 * $1.1 } * count / (count - 2)
    let sums = lengthsX.reduce(0, +) * lengthsY.reduce(0, +) / ((count - 1) * (count - 2))
    return (similarity - diagonal + sums, (similarity + diagonal + sums) * count * Double.ulpOfOne)
  }
}
