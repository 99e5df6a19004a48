internal import COpenBLAS

/// How a matrix is used in a product: as stored (row-major) or transposed.
public enum Layout: Sendable {
  case asStored
  case transposed

  fileprivate var cblas: CBLAS_TRANSPOSE { self == .asStored ? CblasNoTrans : CblasTrans }
}

/// C = alpha op(A) op(B) + beta C in Float32 (BLAS sgemm); all matrices row-major.
///
/// The last bits of a result depend on the shape of the call, not on neighbouring data.
///
/// - Parameters:
///   - rows: m, rows of op(A) and C.
///   - columns: n, columns of op(B) and C.
///   - inner: k, columns of op(A) and rows of op(B).
///   - a: stored m x k, or k x m if transposed, with `strideA` numbers from row to row.
///   - b: stored k x n, or n x k if transposed, with `strideB` numbers from row to row.
///   - c: m x n with `strideC` numbers from row to row; read only if `beta` is not 0.
public func multiply(
  rows: Int, columns: Int, inner: Int, alpha: Float = 1,
  _ a: UnsafePointer<Float>, _ layoutA: Layout = .asStored, strideA: Int,
  _ b: UnsafePointer<Float>, _ layoutB: Layout = .asStored, strideB: Int,
  beta: Float = 0, into c: UnsafeMutablePointer<Float>, strideC: Int
) {
  cblas_sgemm(
    CblasRowMajor, layoutA.cblas, layoutB.cblas, blasint(rows), blasint(columns), blasint(inner), alpha,
    a, blasint(strideA), b, blasint(strideB), beta, c, blasint(strideC))
}

/// C = alpha op(A) op(B) + beta C in Float64 (BLAS dgemm); arguments as in the Float32 version.
public func multiply(
  rows: Int, columns: Int, inner: Int, alpha: Double = 1,
  _ a: UnsafePointer<Double>, _ layoutA: Layout = .asStored, strideA: Int,
  _ b: UnsafePointer<Double>, _ layoutB: Layout = .asStored, strideB: Int,
  beta: Double = 0, into c: UnsafeMutablePointer<Double>, strideC: Int
) {
  cblas_dgemm(
    CblasRowMajor, layoutA.cblas, layoutB.cblas, blasint(rows), blasint(columns), blasint(inner), alpha,
    a, blasint(strideA), b, blasint(strideB), beta, c, blasint(strideC))
}
