internal import LinearAlgebra

/// The Procrustes distance: 1 - |X^T Y|_* for features that are centred and have unit Frobenius norm.
///
/// Half the squared distance that remains after the best orthogonal map of one side onto the other. Invariant under
/// orthogonal maps and scaling of the features. [METHODS 6]
public struct Procrustes: Sendable, Equatable {
  /// In 0 ... 1; nil if it does not exist, see `reason`.
  public let distance: Double?
  /// Why there is no distance.
  public let reason: Missing?
}

extension FeatureComparison {
  /// The Procrustes distance.
  ///
  /// - Throws: `LinearAlgebraError`.
  public func procrustes() throws -> Procrustes {
    if let missing { return Procrustes(distance: nil, reason: missing) }
    let values = try SingularValueDecomposition.values(of: crossProduct, rows: x.rank, columns: y.rank)
    func norm(_ side: FeatureDecomposition) -> Double { side.values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    return Procrustes(distance: clamped(1 - values.reduce(0, +) / (norm(x) * norm(y))), reason: nil)
  }
}
