internal import LinearAlgebra

/// The SVCCA distance of two feature bases: 1 - the mean canonical correlation. [LD; Raghu et al. 2017; METHODS 6]
public struct SVCCA: Sendable, Equatable {
  /// In 0 ... 1; nil where it does not exist, see `reason`.
  public let distance: Double?
  /// Why there is no distance.
  public let reason: String?
  /// Canonical correlations, descending, each in 0 ... 1, [min(kx, ky)].
  public let correlations: [Double]
  /// kx and ky together reach N: the correlations are 1 by counting, whatever the features.
  public let isDegenerate: Bool

  /// Compares two bases over the same rows.
  ///
  /// - Throws: ``DynamicsError/rowsDiffer(_:_:)``, `LinearAlgebraError`.
  public init(_ x: FeatureBasis, _ y: FeatureBasis) throws {
    guard x.rows == y.rows else { throw DynamicsError.rowsDiffer(x.rows, y.rows) }
    isDegenerate = x.kept + y.kept >= x.rows
    guard x.kept > 0, y.kept > 0 else {
      distance = nil
      reason = x.rows == 1 ? "one row has no variance" : "the features of one side do not vary"
      correlations = []
      return
    }
    var product = [Double](repeating: 0, count: x.kept * y.kept)
    multiply(
      rows: x.kept, columns: y.kept, inner: x.rows, x.vectors, .transposed, strideA: x.kept, y.vectors,
      strideB: y.kept, into: &product, strideC: y.kept)
    let values = try SingularValueDecomposition.values(of: product, rows: x.kept, columns: y.kept)
    correlations = values.map { min(1, max(0, $0)) }
    distance = 1 - correlations.reduce(0, +) / Double(correlations.count)
    reason = nil
  }
}
