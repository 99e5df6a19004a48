internal import LinearAlgebra

/// SVCCA that cannot fit noise: canonical directions are fitted on one half of the sequences and their correlations are
/// measured on the other half, and vice versa. [METHODS 6]
///
/// For independent features the distance is near 1, whatever N / d, whereas SVCCA has a chance level below 1.
public struct HeldOutSVCCA: Sendable, Equatable {
  /// The mean of the two halves' distances, in 0 ... 1; nil if one of them does not exist, see `reason`.
  public let distance: Double?
  /// The difference of the two halves' distances, in 0 ... 1.
  public let spread: Double?
  /// Why there is no distance.
  public let reason: Missing?
  /// Fitted on the first half, and fitted on the second half.
  public let halves: [Half]

  /// One of the two splits.
  public struct Half: Sendable, Equatable {
    /// 1 - the mean of `correlations`, in 0 ... 1; nil if it does not exist, see `reason`.
    public let distance: Double?
    /// Why there is no distance.
    public let reason: Missing?
    /// Correlations of the pairs of canonical variates on the held-out rows, in the order in which they were fitted,
    /// each in -1 ... 1, [min(kx, ky)]. A variate that does not vary there has correlation 0.
    public let correlations: [Double]
    /// kx and ky: the number of directions fitted on each side.
    public let kept: [Int]
    /// True if kx + ky reaches the number of fitted rows: any directions then fit perfectly.
    public let isDegenerate: Bool
  }

  /// Compares two models, each with both splits of the same rows.
  ///
  /// - Throws: ``DynamicsError/rowsDiffer(_:_:)``, `LinearAlgebraError`.
  public init(_ x: [HalfBasis], _ y: [HalfBasis]) throws {
    precondition(x.count == 2 && y.count == 2, "two halves")
    halves = try zip(x, y).map { try Half($0, $1) }
    reason = halves.lazy.compactMap(\.reason).first
    if let first = halves[0].distance, let second = halves[1].distance {
      distance = (first + second) / 2
      spread = (first - second).magnitude
    } else {
      distance = nil
      spread = nil
    }
  }
}

extension HeldOutSVCCA.Half {
  init(_ x: HalfBasis, _ y: HalfBasis) throws {
    let (fittedX, fittedY) = (x.fitted, y.fitted)
    guard fittedX.rows == fittedY.rows else { throw DynamicsError.rowsDiffer(fittedX.rows, fittedY.rows) }
    guard x.heldOutRows == y.heldOutRows else { throw DynamicsError.rowsDiffer(x.heldOutRows, y.heldOutRows) }
    kept = [fittedX.kept, fittedY.kept]
    isDegenerate = fittedX.kept + fittedY.kept >= fittedX.rows
    reason = Self.missing(x, y)
    guard reason == nil else {
      distance = nil
      correlations = []
      return
    }
    let overlap = product(
      rows: fittedX.kept, columns: fittedY.kept, inner: fittedX.rows, fittedX.vectors, .transposed,
      strideA: fittedX.kept, fittedY.vectors, strideB: fittedY.kept)
    let canonical = try SingularValueDecomposition(overlap, rows: fittedX.kept, columns: fittedY.kept)
    let count = canonical.values.count
    let variatesX = product(
      rows: x.heldOutRows, columns: count, inner: fittedX.kept, x.heldOut, strideA: fittedX.kept, canonical.left,
      strideB: count)
    let variatesY = product(
      rows: y.heldOutRows, columns: count, inner: fittedY.kept, y.heldOut, strideA: fittedY.kept, canonical.right,
      .transposed, strideB: fittedY.kept)
    correlations = Self.correlations(variatesX, variatesY, columns: count)
    distance = clamped(1 - correlations.reduce(0, +) / Double(count))
  }

  private static func missing(_ x: HalfBasis, _ y: HalfBasis) -> Missing? {
    if x.fitted.rows == 0 || x.heldOutRows == 0 { return .oneSequence }
    if x.fitted.rows == 1 || x.heldOutRows == 1 { return .oneRow }
    // Nothing was fitted, or the held-out rows do not vary along what was fitted.
    return [x, y].contains { $0.heldOut.allSatisfy { $0 == 0 } } ? .constant : nil
  }

  /// Pearson's correlations of the columns of two matrices whose columns have mean 0.
  private static func correlations(_ x: [Double], _ y: [Double], columns: Int) -> [Double] {
    var (xx, xy, yy) = (
      [Double](repeating: 0, count: columns), [Double](repeating: 0, count: columns),
      [Double](repeating: 0, count: columns)
    )
    for row in stride(from: 0, to: x.count, by: columns) {
      for column in 0..<columns {
        let (a, b) = (x[row + column], y[row + column])
        xx[column] += a * a
        xy[column] += a * b
        yy[column] += b * b
      }
    }
    return (0..<columns).map { column in
      let scale = xx[column].squareRoot() * yy[column].squareRoot()
      return scale > 0 ? min(1, max(-1, xy[column] / scale)) : 0
    }
  }
}
