public import LinearAlgebra

/// The greatest eigenvalues of a Hessian, by Lanczos' method with full reorthogonalisation in Float64. [METHODS 4]
///
/// Greatest is meant with the sign: where J curves upwards most. An eigenvalue that stands several times in the spectrum
/// may be found fewer times.
public struct HessianEigenvalues: Sendable, Equatable {
  /// An eigenvalue as it was found.
  public struct Eigenvalue: Sendable, Equatable {
    /// The Ritz value x for a unit vector y.
    public let value: Double
    /// |H y - x y|: an eigenvalue of H lies at most this far from `value`, but for the differences that H is taken by.
    public let residual: Double
  }

  /// Descending; fewer than asked for only where the Hessian, or its restriction, has no more.
  public let eigenvalues: [Eigenvalue]
  /// How many products were taken.
  public let steps: Int
  /// Whether every residual is within the tolerance.
  public let isConverged: Bool

  /// Finds the greatest eigenvalues; one product a step.
  ///
  /// Beside the vectors of `hessian` this holds `steps` + 2 Float32 vectors of the Hessian's size: the basis, and one
  /// vector in Float64.
  ///
  /// - Parameters:
  ///   - count: how many, >= 1.
  ///   - seed: of the start vector.
  ///   - tolerance: residuals to stop at, each relative to the magnitude of its eigenvalue.
  ///   - maximumSteps: when to stop at the latest, >= `count`.
  ///   - team: who shares the reorthogonalisation; changes no bit.
  /// - Throws: as ``HessianProduct/multiply(_:into:)``; `LinearAlgebraError`.
  public init(
    _ hessian: HessianProduct, count: Int, seed: UInt64, tolerance: Double = 1e-3, maximumSteps: Int = 100,
    team: ThreadTeam = .single
  ) throws {
    precondition(count >= 1 && maximumSteps >= count, "no fewer steps than eigenvalues")
    var basis = KrylovBasis(count: hessian.count, team: team)
    var projection = Tridiagonal()
    let w = AlignedBuffer<Double>(count: hessian.count)
    let start = AlignedBuffer<Float>(count: hessian.count)
    hessian.draw(.lanczosStart, seed: seed, into: start.pointer)
    for i in 0..<hessian.count { w.pointer[i] = Double(start.pointer[i]) }

    var eigenvalues: [Eigenvalue] = []
    var isConverged = false
    var rest = dot(w.pointer, w.pointer, count: hessian.count).squareRoot()
    repeat {
      basis.append(w.pointer, times: 1 / rest)
      let newest = basis.vectors[basis.vectors.count - 1]
      try hessian.multiply(newest.pointer, into: w.pointer)
      let shares = basis.orthogonalise(w.pointer)
      rest = dot(w.pointer, w.pointer, count: hessian.count).squareRoot()
      projection.append(diagonal: shares[shares.count - 1], next: rest)
      let (found, scale) = try projection.greatest(count)
      eigenvalues = found
      let isExhausted = rest <= 1e-13 * scale || basis.vectors.count == hessian.count
      isConverged = isExhausted || found.count == count && found.allSatisfy { $0.residual <= tolerance * abs($0.value) }
    } while !isConverged && basis.vectors.count < maximumSteps
    self.eigenvalues = eigenvalues
    self.isConverged = isConverged
    steps = basis.vectors.count
  }
}

/// The Hessian as the basis sees it: T = Q^T H Q.
private struct Tridiagonal {
  private var diagonal: [Double] = []
  /// Beside the diagonal; the last belongs to the vector that the basis lacks yet.
  private var next: [Double] = []

  mutating func append(diagonal: Double, next: Double) {
    self.diagonal.append(diagonal)
    self.next.append(next)
  }

  /// The greatest eigenvalues, descending, and the greatest magnitude of all.
  func greatest(_ count: Int) throws -> (eigenvalues: [HessianEigenvalues.Eigenvalue], scale: Double) {
    let size = diagonal.count
    var matrix = [Double](repeating: 0, count: size * size)
    for i in 0..<size {
      matrix[i * size + i] = diagonal[i]
      guard i + 1 < size else { continue }
      matrix[i * size + i + 1] = next[i]
      matrix[(i + 1) * size + i] = next[i]
    }
    let decomposition = try SymmetricEigenDecomposition(matrix, size: size)
    let greatest = (0..<size).suffix(count).reversed().map { i in
      // H Q s = Q T s + q next s_last: what H leads out of the basis.
      HessianEigenvalues.Eigenvalue(
        value: decomposition.values[i], residual: abs(next[size - 1] * decomposition.vectors[i * size + size - 1]))
    }
    return (greatest, max(abs(decomposition.values[0]), abs(decomposition.values[size - 1])))
  }
}
