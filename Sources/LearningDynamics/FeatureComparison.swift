internal import LinearAlgebra

/// Two models' features of the same rows, ready to be compared by SVCCA, CCA, PWCCA, CKA and Procrustes. All of these
/// use the two decompositions and the product Ux^T Uy.
public struct FeatureComparison: Sendable {
  let x: FeatureDecomposition
  let y: FeatureDecomposition
  /// Ux^T Uy, [rx, ry].
  let overlap: [Double]

  /// Computes the product of two decompositions over the same rows.
  ///
  /// - Throws: ``DynamicsError/rowsDiffer(_:_:)``.
  public init(_ x: FeatureDecomposition, _ y: FeatureDecomposition) throws(DynamicsError) {
    guard x.rows == y.rows else { throw .rowsDiffer(x.rows, y.rows) }
    self.x = x
    self.y = y
    overlap = product(
      rows: x.rank, columns: y.rank, inner: x.rows, x.left, .transposed, strideA: x.rank, y.left, strideB: y.rank)
  }

  /// SVCCA: CCA of the kept directions. [LD; METHODS 6]
  ///
  /// - Throws: `LinearAlgebraError`.
  public func svcca() throws -> SVCCA {
    let kept = leadingColumns(
      Array(overlap.prefix(x.kept * y.rank)), rows: x.kept, of: y.rank, y.kept)
    return try SVCCA(overlap: kept, x.kept, y.kept, rows: x.rows)
  }

  /// CCA of all directions.
  ///
  /// - Throws: `LinearAlgebraError`.
  public func cca() throws -> CCA {
    try CCA(overlap: overlap, x.rank, y.rank, rows: x.rows)
  }

  var missing: Missing? { Missing.comparing(rows: x.rows, x.rank, y.rank) }

  /// Sx Ux^T Uy Sy, [rx, ry]: X^T Y up to orthogonal maps, in units of the largest singular values.
  var crossProduct: [Double] {
    var scaled = overlap
    for i in 0..<x.rank {
      for j in 0..<y.rank { scaled[i * y.rank + j] *= x.values[i] * y.values[j] }
    }
    return scaled
  }
}
