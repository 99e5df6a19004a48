internal import COpenBLAS

/// A thin singular value decomposition X = U S V^T of a matrix in Float64.
public struct SingularValueDecomposition: Sendable {
  /// Singular values, descending, [min(rows, columns)].
  public let values: [Double]
  /// U: left singular vectors as columns, [rows, min(rows, columns)], row-major.
  public let left: [Double]
  /// V^T: right singular vectors as rows, [min(rows, columns), columns], row-major.
  public let right: [Double]

  /// Decomposes a matrix (LAPACK dgesdd).
  ///
  /// - Parameters:
  ///   - matrix: [rows, columns], row-major, finite; rows, columns >= 1.
  /// - Throws: ``LinearAlgebraError/notFinite(what:)`` or ``LinearAlgebraError/decompositionFailed(routine:info:)``.
  public init(_ matrix: [Double], rows: Int, columns: Int) throws(LinearAlgebraError) {
    let result = try Self.decompose(matrix, rows: rows, columns: columns, vectors: true)
    values = result.values
    // LAPACK is column-major, this program row-major.
    if rows > columns {
      left = transpose(result.u, rows: columns, columns: rows)
      right = transpose(result.vt, rows: columns, columns: columns)
    } else {
      left = result.vt
      right = result.u
    }
  }

  /// Only the singular values of a matrix, descending.
  ///
  /// - Throws: the same as ``init(_:rows:columns:)``.
  public static func values(of matrix: [Double], rows: Int, columns: Int) throws(LinearAlgebraError) -> [Double] {
    try decompose(matrix, rows: rows, columns: columns, vectors: false).values
  }

  /// dgesdd of X if it is tall, otherwise of X^T: LAPACK then starts with a QR factorisation, 1.5 times as fast as the
  /// LQ of the other. `u` is [long, short] and `vt` [short, short], both column-major.
  private static func decompose(
    _ matrix: [Double], rows: Int, columns: Int, vectors: Bool
  ) throws(LinearAlgebraError) -> (values: [Double], u: [Double], vt: [Double]) {
    precondition(matrix.count == rows * columns && rows > 0 && columns > 0, "a matrix of rows x columns numbers")
    guard matrix.allSatisfy(\.isFinite) else { throw .notFinite(what: "the matrix to decompose") }
    let (long, short) = (max(rows, columns), min(rows, columns))
    // Row-major X is column-major X^T.
    var a = rows > columns ? transpose(matrix, rows: rows, columns: columns) : matrix
    var values = [Double](repeating: 0, count: short)
    var u = [Double](repeating: 0, count: vectors ? long * short : 1)
    var vt = [Double](repeating: 0, count: vectors ? short * short : 1)
    var integers = [Int32](repeating: 0, count: 8 * short)
    var (m, n) = (Int32(long), Int32(short))
    var job = CChar(bitPattern: UInt8(ascii: vectors ? "S" : "N"))
    var info: Int32 = 0
    var size = [0.0]
    var query: Int32 = -1
    dgesdd_(&job, &m, &n, &a, &m, &values, &u, &m, &vt, &n, &size, &query, &integers, &info)
    guard info == 0 else { throw .decompositionFailed(routine: "dgesdd", info: Int(info)) }
    var workSize = Int32(size[0])
    var work = [Double](repeating: 0, count: Int(workSize))
    dgesdd_(&job, &m, &n, &a, &m, &values, &u, &m, &vt, &n, &work, &workSize, &integers, &info)
    guard info == 0 else { throw .decompositionFailed(routine: "dgesdd", info: Int(info)) }
    return (values, u, vt)
  }
}
