/// What is kept of one model's one layer on a probe: all that its comparisons need.
public struct LayerFeatures: Sendable {
  /// The leading directions that SVCCA keeps.
  public let basis: FeatureBasis
  /// All directions with their sizes; nil where SVCCA is all that is asked for.
  public let decomposition: FeatureDecomposition?
  /// Of each half of the sequences, for held-out SVCCA; none where sequences are not known.
  public let halves: [HalfBasis]

  /// Features as they were stored.
  public init(basis: FeatureBasis, decomposition: FeatureDecomposition?, halves: [HalfBasis]) {
    (self.basis, self.decomposition, self.halves) = (basis, decomposition, halves)
  }

  /// Decomposes features.
  ///
  /// - Parameters:
  ///   - features: [N, d], row-major.
  ///   - columns: d.
  ///   - halves: the rows of both halves; none: no held-out figures.
  ///   - isComplete: whether all directions are kept with their sizes.
  /// - Throws: ``DynamicsError``, `LinearAlgebraError`.
  public init(_ features: [Float], columns: Int, halves: [[Int]], isComplete: Bool) throws {
    decomposition = isComplete ? try FeatureDecomposition(features, columns: columns) : nil
    basis = try decomposition?.basis ?? FeatureBasis(features, columns: columns)
    self.halves = try HalfBasis.both(features, columns: columns, halves: halves)
  }

  /// Likewise in Float64, without halves.
  public init(_ features: [Double], columns: Int, isComplete: Bool) throws {
    decomposition = isComplete ? try FeatureDecomposition(features, columns: columns) : nil
    basis = try decomposition?.basis ?? FeatureBasis(features, columns: columns)
    halves = []
  }
}
