internal import COpenBLAS

/// A thin singular value decomposition X = U S V^T of a matrix in Float64.
public struct SingularValueDecomposition: Sendable {
  /// Singular values, descending, [min(rows, columns)].
  public let values: [Double]
  /// U: left singular vectors as columns, [rows, min(rows, columns)], row-major.
  public let left: [Double]

  /// Decomposes a matrix (LAPACK dgesdd).
  ///
  /// - Parameters:
  ///   - matrix: [rows, columns], row-major, finite; rows, columns >= 1.
  /// - Throws: ``LinearAlgebraError/notFinite(what:)`` or ``LinearAlgebraError/decompositionFailed(routine:info:)``.
  public init(_ matrix: [Double], rows: Int, columns: Int) throws(LinearAlgebraError) {
    // Row-major X is column-major X^T = V S U^T; its V^T, k x rows in columns, is U row-major.
    let count = min(rows, columns)
    let result = try Self.decompose(matrix, rows: rows, columns: columns, vectors: true)
    values = result.values
    left = result.right
    assert(left.count == rows * count)
  }

  /// The singular values of a matrix alone, descending.
  ///
  /// - Throws: as ``init(_:rows:columns:)``.
  public static func values(of matrix: [Double], rows: Int, columns: Int) throws(LinearAlgebraError) -> [Double] {
    try decompose(matrix, rows: rows, columns: columns, vectors: false).values
  }

  private static func decompose(
    _ matrix: [Double], rows: Int, columns: Int, vectors: Bool
  ) throws(LinearAlgebraError) -> (values: [Double], right: [Double]) {
    precondition(matrix.count == rows * columns && rows > 0 && columns > 0, "a matrix of rows x columns numbers")
    guard matrix.allSatisfy(\.isFinite) else { throw .notFinite(what: "the matrix to decompose") }
    let count = min(rows, columns)
    var a = matrix
    var values = [Double](repeating: 0, count: count)
    var u = [Double](repeating: 0, count: vectors ? columns * count : 1)
    var right = [Double](repeating: 0, count: vectors ? count * rows : 1)
    var integers = [Int32](repeating: 0, count: 8 * count)
    var (m, n, k) = (Int32(columns), Int32(rows), Int32(count))
    var job = CChar(bitPattern: UInt8(ascii: vectors ? "S" : "N"))
    var info: Int32 = 0
    var size = [0.0]
    var query: Int32 = -1
    dgesdd_(&job, &m, &n, &a, &m, &values, &u, &m, &right, &k, &size, &query, &integers, &info)
    guard info == 0 else { throw .decompositionFailed(routine: "dgesdd", info: Int(info)) }
    var workSize = Int32(size[0])
    var work = [Double](repeating: 0, count: Int(workSize))
    dgesdd_(&job, &m, &n, &a, &m, &values, &u, &m, &right, &k, &work, &workSize, &integers, &info)
    guard info == 0 else { throw .decompositionFailed(routine: "dgesdd", info: Int(info)) }
    return (values, right)
  }
}
