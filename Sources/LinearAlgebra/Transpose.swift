/// A^T, [columns, rows], of A, [rows, columns], both row-major, in Float64.
public func transpose(_ a: [Double], rows: Int, columns: Int) -> [Double] {
  precondition(a.count == rows * columns, "a matrix of rows x columns numbers")
  return [Double](unsafeUninitializedCapacity: a.count) { buffer, filled in
    for row in 0..<rows {
      for column in 0..<columns { buffer[column * rows + row] = a[row * columns + column] }
    }
    filled = a.count
  }
}
