internal import LinearAlgebra

/// SVCCA is CCA of bases that keep the leading 99 % of the variance. [LD; Raghu et al. 2017; METHODS 6]
public typealias SVCCA = CCA

/// Canonical correlation analysis of two feature bases. Its distance is 1 - the mean canonical correlation.
///
/// For bases that keep every direction this is plain CCA, which is invariant under invertible maps of the features. For
/// truncated bases it is ``SVCCA``, which is invariant under orthogonal maps and scaling.
public struct CCA: Sendable, Equatable {
  /// In 0 ... 1; nil if it does not exist, see `reason`.
  public let distance: Double?
  /// Why there is no distance.
  public let reason: Missing?
  /// Canonical correlations, descending, each in 0 ... 1, [min(kx, ky)].
  public let correlations: [Double]
  /// kx and ky: the number of directions compared on each side.
  public let kept: [Int]
  /// True if kx + ky reaches N: correlations are then 1 by counting, whatever the features.
  public let isDegenerate: Bool

  /// Compares two bases over the same rows.
  ///
  /// - Throws: ``DynamicsError/rowsDiffer(_:_:)``, `LinearAlgebraError`.
  public init(_ x: FeatureBasis, _ y: FeatureBasis) throws {
    guard x.rows == y.rows else { throw DynamicsError.rowsDiffer(x.rows, y.rows) }
    let overlap = product(
      rows: x.kept, columns: y.kept, inner: x.rows, x.vectors, .transposed, strideA: x.kept, y.vectors,
      strideB: y.kept)
    try self.init(overlap: overlap, x.kept, y.kept, rows: x.rows)
  }

  /// Compares two bases by Ux^T Uy, [kx, ky], whose singular values are the correlations (Bjorck and Golub 1973).
  init(overlap: [Double], _ x: Int, _ y: Int, rows: Int) throws {
    kept = [x, y]
    isDegenerate = x + y >= rows
    reason = Missing.comparing(rows: rows, x, y)
    guard reason == nil else {
      distance = nil
      correlations = []
      return
    }
    correlations = try SingularValueDecomposition.values(of: overlap, rows: x, columns: y).map(clamped)
    distance = clamped(1 - correlations.reduce(0, +) / Double(correlations.count))
  }
}
