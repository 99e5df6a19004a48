internal import LinearAlgebra

/// All that comparisons need of one layer of one model: X - mean = s U S V^T, where s is the largest singular value.
///
/// Computed once per model and layer; a ``FeatureComparison`` does not need the features themselves. Singular values of
/// at most s max(N, d) 2^-52 count as zero and are left out.
public struct FeatureDecomposition: Sendable, Equatable {
  /// N: the number of rows (tokens).
  public let rows: Int
  /// d: the number of columns (channels).
  public let columns: Int
  /// k: the number of leading directions that hold the requested fraction of the variance; 0 ... r.
  public let kept: Int
  /// S / s: singular values relative to the largest, descending from 1, [r]. No measure depends on s, and squares
  /// neither overflow nor vanish.
  public let values: [Double]
  /// U: left singular vectors as columns, [N, r], row-major.
  public let left: [Double]
  /// V^T: right singular vectors as rows, [r, d], row-major.
  public let right: [Double]

  /// r: the number of directions in which the features vary.
  public var rank: Int { values.count }

  /// A stored decomposition; r is the number of `values`.
  public init(rows: Int, columns: Int, kept: Int, values: [Double], left: [Double], right: [Double]) {
    precondition(
      left.count == rows * values.count && right.count == values.count * columns && (0...values.count).contains(kept))
    self.rows = rows
    self.columns = columns
    self.kept = kept
    self.values = values
    self.left = left
    self.right = right
  }

  /// Decomposes features, in Float64.
  ///
  /// - Parameters:
  ///   - features: [N, d], row-major, N, d >= 1.
  ///   - columns: d.
  ///   - variance: the fraction of the sum of squared singular values that the kept directions hold, 0 ... 1.
  /// - Throws: ``DynamicsError/notFinite(what:)``, `LinearAlgebraError`.
  public init(_ features: [Double], columns: Int, variance: Double = 0.99) throws {
    try self.init(CentredFeatures(features, columns: columns), variance: variance)
  }

  /// Decomposes features in Float32. Conversion to Float64 is exact.
  ///
  /// - Throws: ``DynamicsError/notFinite(what:)``, `LinearAlgebraError`.
  public init(_ features: [Float], columns: Int, variance: Double = 0.99) throws {
    try self.init(features.map(Double.init), columns: columns, variance: variance)
  }

  /// The kept directions only, which SVCCA compares.
  public var basis: FeatureBasis {
    FeatureBasis(rows: rows, kept: kept, vectors: leadingColumns(left, rows: rows, of: rank, kept))
  }

  init(_ x: CentredFeatures, variance: Double) throws {
    guard x.vary else {
      self = .empty(x)
      return
    }
    let decomposition = try SingularValueDecomposition(x.elements, rows: x.rows, columns: x.columns)
    let greatest = decomposition.values[0]
    let relative = decomposition.values.map { $0 / greatest }
    let floor = Double(max(x.rows, x.columns)) * Double.ulpOfOne
    let rank = relative.prefix { $0 > floor }.count
    self.init(
      rows: x.rows, columns: x.columns,
      kept: Self.kept(squares: relative.prefix(rank).map { $0 * $0 }, variance: variance),
      values: Array(relative.prefix(rank)),
      left: leadingColumns(decomposition.left, rows: x.rows, of: relative.count, rank),
      right: Array(decomposition.right.prefix(rank * x.columns)))
  }

  /// The kept directions only, r = k.
  ///
  /// They are eigenvectors of X^T X or X X^T, whichever is smaller. Squaring loses directions with small singular
  /// values. But a kept direction has s_k^2 >= (1 - variance) / d of the sum, because it and the d - k after it hold
  /// more than the fraction that may be missing. So its relative error is at most about 2^-52 d / (1 - variance).
  static func leading(_ x: CentredFeatures, variance: Double) throws -> FeatureDecomposition {
    guard x.vary else { return .empty(x) }
    guard variance <= 0.999 else { return try FeatureDecomposition(x, variance: variance).leading }
    let isTall = x.rows >= x.columns
    let size = min(x.rows, x.columns)
    let gram =
      isTall
      ? product(
        rows: size, columns: size, inner: x.rows, x.elements, .transposed, strideA: size, x.elements, strideB: size)
      : product(
        rows: size, columns: size, inner: x.columns, x.elements, strideA: x.columns, x.elements, .transposed,
        strideB: x.columns)
    let eigen = try SymmetricEigenDecomposition(gram, size: size)
    let squares = eigen.values.reversed().map { max(0, $0 / eigen.values[size - 1]) }
    let kept = Self.kept(squares: squares, variance: variance)
    let values = squares.prefix(kept).map { $0.squareRoot() }
    // Row i belongs to value i.
    let directions = (0..<kept).flatMap { eigen.vectors[(size - 1 - $0) * size..<(size - $0) * size] }
    let lengths = values.map { $0 * eigen.values[size - 1].squareRoot() }
    var left: [Double]
    var right: [Double]
    if isTall {
      right = directions
      left = product(
        rows: x.rows, columns: kept, inner: size, x.elements, strideA: size, right, .transposed, strideB: size)
      for index in left.indices { left[index] /= lengths[index % kept] }
    } else {
      left = transpose(directions, rows: kept, columns: size)
      right = product(
        rows: kept, columns: x.columns, inner: size, directions, strideA: size, x.elements, strideB: x.columns)
      for index in right.indices { right[index] /= lengths[index / x.columns] }
    }
    return FeatureDecomposition(
      rows: x.rows, columns: x.columns, kept: kept, values: values, left: left, right: right)
  }

  private var leading: FeatureDecomposition {
    FeatureDecomposition(
      rows: rows, columns: columns, kept: kept, values: Array(values.prefix(kept)), left: basis.vectors,
      right: Array(right.prefix(kept * columns)))
  }

  private static func empty(_ x: CentredFeatures) -> FeatureDecomposition {
    FeatureDecomposition(rows: x.rows, columns: x.columns, kept: 0, values: [], left: [], right: [])
  }

  /// The fewest leading directions that hold `variance` of the sum.
  private static func kept(squares: [Double], variance: Double) -> Int {
    // A square below rounding adds nothing to a sum, so the sum is complete before all directions are counted.
    if variance >= 1 { return squares.count }
    let wanted = variance * squares.reduce(0, +)
    var sum = 0.0
    for (index, square) in squares.enumerated() {
      sum += square
      if sum >= wanted { return index + 1 }
    }
    return squares.count
  }
}
