internal import COpenBLAS

/// The eigenvalues and eigenvectors of a real symmetric matrix in Float64.
public struct SymmetricEigenDecomposition: Sendable {
  /// Eigenvalues, ascending, [size].
  public let values: [Double]
  /// Unit eigenvectors, [size, size]: row i belongs to `values[i]`.
  public let vectors: [Double]

  /// Decomposes a matrix (LAPACK dsyevd).
  ///
  /// - Parameters:
  ///   - matrix: [size, size], symmetric, finite; only one of each pair of equal elements is read. `size` >= 1.
  /// - Throws: ``LinearAlgebraError/notFinite(what:)`` or ``LinearAlgebraError/decompositionFailed(routine:info:)``.
  public init(_ matrix: [Double], size: Int) throws(LinearAlgebraError) {
    precondition(matrix.count == size * size && size > 0, "a matrix of size x size numbers")
    guard matrix.allSatisfy(\.isFinite) else { throw .notFinite(what: "the matrix to decompose") }
    var a = matrix
    var values = [Double](repeating: 0, count: size)
    var n = Int32(size)
    var job = CChar(bitPattern: UInt8(ascii: "V"))
    var triangle = CChar(bitPattern: UInt8(ascii: "L"))
    var info: Int32 = 0
    var workSize = [0.0]
    var integerSize: [Int32] = [0]
    var query: Int32 = -1
    dsyevd_(&job, &triangle, &n, &a, &n, &values, &workSize, &query, &integerSize, &query, &info)
    guard info == 0 else { throw .decompositionFailed(routine: "dsyevd", info: Int(info)) }
    var workCount = Int32(workSize[0])
    var integerCount = integerSize[0]
    var work = [Double](repeating: 0, count: Int(workCount))
    var integers = [Int32](repeating: 0, count: Int(integerCount))
    dsyevd_(&job, &triangle, &n, &a, &n, &values, &work, &workCount, &integers, &integerCount, &info)
    guard info == 0 else { throw .decompositionFailed(routine: "dsyevd", info: Int(info)) }
    self.values = values
    // LAPACK returns the vectors as columns, which are rows in row-major order.
    vectors = a
  }
}
