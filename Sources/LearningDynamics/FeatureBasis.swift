internal import LinearAlgebra

/// An orthonormal basis of what a layer's features vary in: the leading left singular vectors of the centred features.
///
/// The expensive half of SVCCA (Raghu et al. 2017), which is done once per model and layer.
public struct FeatureBasis: Sendable, Equatable {
  /// N: how many rows (tokens) the features have.
  public let rows: Int
  /// k: how many directions are kept; 0 when the features do not vary.
  public let kept: Int
  /// The basis, [N, k], row-major; its columns are orthonormal.
  public let vectors: [Double]

  /// A basis as it was stored.
  public init(rows: Int, kept: Int, vectors: [Double]) {
    precondition(vectors.count == rows * kept)
    self.rows = rows
    self.kept = kept
    self.vectors = vectors
  }

  /// The basis of features, in Float64.
  ///
  /// Singular values below s_max max(N, d) 2^-52 count as zero; of the others the fewest leading ones are kept that hold
  /// `variance` of the sum of squares. [LD; METHODS 6]
  ///
  /// - Parameters:
  ///   - features: [N, d], row-major, N, d >= 1.
  ///   - columns: d.
  ///   - variance: the share to hold, 0 ... 1; 1 keeps every direction that is not zero (CCA).
  /// - Throws: ``DynamicsError/notFinite(what:)``, `LinearAlgebraError`.
  public init(_ features: [Float], columns: Int, variance: Double = 0.99) throws {
    let rows = features.count / columns
    precondition(rows * columns == features.count && rows > 0, "features are rows x columns numbers")
    guard features.allSatisfy(\.isFinite) else { throw DynamicsError.notFinite(what: "a feature matrix") }
    let decomposition = try SingularValueDecomposition(
      Self.centred(features, rows: rows, columns: columns), rows: rows, columns: columns)
    let count = min(rows, columns)
    let kept = Self.kept(decomposition.values, rows: rows, columns: columns, variance: variance)
    self.rows = rows
    self.kept = kept
    vectors = [Double](unsafeUninitializedCapacity: rows * kept) { buffer, filled in
      for row in 0..<rows {
        for k in 0..<kept { buffer[row * kept + k] = decomposition.left[row * count + k] }
      }
      filled = rows * kept
    }
  }

  private static func centred(_ features: [Float], rows: Int, columns: Int) -> [Double] {
    var centred = features.map { Double($0) }
    // Twice: what rounding leaves of a mean far from 0 is more than what counts as zero, and would be a direction.
    for _ in 0..<2 {
      var means = [Double](repeating: 0, count: columns)
      for row in 0..<rows {
        for column in 0..<columns { means[column] += centred[row * columns + column] }
      }
      for column in 0..<columns { means[column] /= Double(rows) }
      for row in 0..<rows {
        for column in 0..<columns { centred[row * columns + column] -= means[column] }
      }
    }
    return centred
  }

  private static func kept(_ values: [Double], rows: Int, columns: Int, variance: Double) -> Int {
    guard let greatest = values.first, greatest > 0 else { return 0 }
    let floor = greatest * Double(max(rows, columns)) * Double.ulpOfOne
    let rank = values.prefix { $0 > floor }.count
    // A square below rounding adds nothing to a sum, so all of the sum is reached before all directions are.
    if variance >= 1 { return rank }
    // Relative to the greatest, so that squares neither overflow nor vanish.
    let squares = values.prefix(rank).map { ($0 / greatest) * ($0 / greatest) }
    let wanted = variance * squares.reduce(0, +)
    var sum = 0.0
    for (index, square) in squares.enumerated() {
      sum += square
      if sum >= wanted { return index + 1 }
    }
    return rank
  }
}
