/// An orthonormal basis of the variation of a layer's features: the leading left singular vectors of the centred
/// features.
///
/// The expensive half of SVCCA (Raghu et al. 2017), computed once per model and layer; ``CCA`` compares two bases. The
/// other measures need a ``FeatureDecomposition``.
public struct FeatureBasis: Sendable, Equatable {
  /// N: the number of rows (tokens).
  public let rows: Int
  /// k: the number of directions kept; 0 if the features do not vary.
  public let kept: Int
  /// The basis, [N, k], row-major; its columns are orthonormal.
  public let vectors: [Double]

  /// A stored basis.
  public init(rows: Int, kept: Int, vectors: [Double]) {
    precondition(vectors.count == rows * kept)
    self.rows = rows
    self.kept = kept
    self.vectors = vectors
  }

  /// The basis of features, in Float64.
  ///
  /// Keeps the fewest leading directions that hold `variance` of the sum of squared singular values. [LD; METHODS 6] Up
  /// to a fraction of 0.999 they come from the eigenvectors of a Gram matrix, three times faster than from a singular
  /// value decomposition. Columns are then orthonormal to within about 2^-52 d / (1 - variance), which is 1e-11 for the
  /// default.
  ///
  /// - Parameters:
  ///   - features: [N, d], row-major, N, d >= 1.
  ///   - columns: d.
  ///   - variance: the fraction to hold, 0 ... 1. With 1, keeps every direction whose singular value is above s_max
  ///     max(N, d) 2^-52 (CCA).
  /// - Throws: ``DynamicsError/notFinite(what:)``, `LinearAlgebraError`.
  public init(_ features: [Double], columns: Int, variance: Double = 0.99) throws {
    self = try FeatureDecomposition.leading(CentredFeatures(features, columns: columns), variance: variance).basis
  }

  /// The basis of features in Float32. Conversion to Float64 is exact.
  ///
  /// - Throws: ``DynamicsError/notFinite(what:)``, `LinearAlgebraError`.
  public init(_ features: [Float], columns: Int, variance: Double = 0.99) throws {
    try self.init(features.map(Double.init), columns: columns, variance: variance)
  }

  /// The basis of the same features with the rows reordered: row i was row `order[i]`.
  func reordered(_ order: [Int]) -> FeatureBasis {
    FeatureBasis(
      rows: rows, kept: kept,
      vectors: [Double](unsafeUninitializedCapacity: vectors.count) { buffer, filled in
        for (row, source) in order.enumerated() {
          for k in 0..<kept { buffer[row * kept + k] = vectors[source * kept + k] }
        }
        filled = vectors.count
      })
  }
}
