internal import LinearAlgebra

// Matrices are arrays, row-major, in Float64.

/// op(A) op(B), [rows, columns]; zeros if the inner dimension is empty.
func product(
  rows: Int, columns: Int, inner: Int, _ a: [Double], _ layoutA: Layout = .asStored, strideA: Int, _ b: [Double],
  _ layoutB: Layout = .asStored, strideB: Int
) -> [Double] {
  var c = [Double](repeating: 0, count: rows * columns)
  guard rows > 0, columns > 0, inner > 0 else { return c }
  multiply(
    rows: rows, columns: columns, inner: inner, a, layoutA, strideA: strideA, b, layoutB, strideB: strideB, into: &c,
    strideC: columns)
  return c
}

/// The first `count` columns, [rows, count], of A, [rows, columns].
func leadingColumns(_ a: [Double], rows: Int, of columns: Int, _ count: Int) -> [Double] {
  if count == columns { return a }
  return [Double](unsafeUninitializedCapacity: rows * count) { buffer, filled in
    for row in 0..<rows {
      for column in 0..<count { buffer[row * count + column] = a[row * columns + column] }
    }
    filled = rows * count
  }
}

/// `value` clamped to 0 ... 1, which rounding may have left.
func clamped(_ value: Double) -> Double { min(1, max(0, value)) }
