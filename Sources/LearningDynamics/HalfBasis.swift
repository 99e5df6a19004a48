internal import LinearAlgebra

/// One layer of one model, split for held-out SVCCA: directions fitted on one half of the rows, and the other half in
/// terms of these directions.
///
/// The expensive half of held-out SVCCA, computed once per model and layer for both splits; ``HeldOutSVCCA`` compares
/// two models.
public struct HalfBasis: Sendable, Equatable {
  /// The kept directions over the rows they were fitted on, [n, k].
  public let fitted: FeatureBasis
  /// m: the number of rows held out.
  public let heldOutRows: Int
  /// The held-out rows along the same directions, [m, k], row-major: centred by their own mean and divided by the
  /// fitted singular values, up to a common factor. A column along which they do not vary is 0.
  public let heldOut: [Double]

  /// A stored split.
  public init(fitted: FeatureBasis, heldOutRows: Int, heldOut: [Double]) {
    precondition(heldOut.count == heldOutRows * fitted.kept)
    self.fitted = fitted
    self.heldOutRows = heldOutRows
    self.heldOut = heldOut
  }

  /// Fits on each half and holds out the other: two splits, the first fitted on the first half.
  ///
  /// - Parameters:
  ///   - features: [N, d], row-major, N, d >= 1.
  ///   - columns: d.
  ///   - halves: the rows of the two halves, see ``SequenceRows/halves(seed:)``; the same for every model.
  ///   - variance: the fraction of the variance that the kept directions hold on the half they are fitted on, 0 ... 1.
  /// - Throws: ``DynamicsError/notFinite(what:)``, `LinearAlgebraError`.
  public static func both(
    _ features: [Double], columns: Int, halves: [[Int]], variance: Double = 0.99
  ) throws -> [HalfBasis] {
    precondition(halves.count == 2, "two halves")
    let (first, second) = (
      try CentredFeatures(features, columns: columns, rows: halves[0]),
      try CentredFeatures(features, columns: columns, rows: halves[1])
    )
    return try [
      HalfBasis(fittedOn: first, heldOut: second, variance: variance),
      HalfBasis(fittedOn: second, heldOut: first, variance: variance),
    ]
  }

  /// Both splits of features in Float32. Conversion to Float64 is exact.
  ///
  /// - Throws: ``DynamicsError/notFinite(what:)``, `LinearAlgebraError`.
  public static func both(
    _ features: [Float], columns: Int, halves: [[Int]], variance: Double = 0.99
  ) throws -> [HalfBasis] {
    try both(features.map(Double.init), columns: columns, halves: halves, variance: variance)
  }

  private init(fittedOn x: CentredFeatures, heldOut z: CentredFeatures, variance: Double) throws {
    let directions = try FeatureDecomposition.leading(x, variance: variance)
    let kept = directions.rank
    var projections = product(
      rows: z.rows, columns: kept, inner: z.columns, z.elements, strideA: z.columns, directions.right, .transposed,
      strideB: z.columns)
    // Projections shorter than this are rounding errors.
    let floor =
      z.elements.reduce(0) { $0 + $1 * $1 }.squareRoot() * Double(max(z.rows, z.columns)) * Double.ulpOfOne
    for k in 0..<kept {
      let column = stride(from: k, to: projections.count, by: kept)
      let length = column.reduce(0) { $0 + projections[$1] * projections[$1] }.squareRoot()
      let factor = length > floor ? 1 / directions.values[k] : 0
      for index in column { projections[index] *= factor }
    }
    self.init(fitted: directions.basis, heldOutRows: z.rows, heldOut: projections)
  }
}
