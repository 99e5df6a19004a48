internal import LinearAlgebra

/// A matrix to read: `rows` x `columns`, with `stride` numbers from row to row, in memory that a workspace or a parameter
/// vector owns and keeps for as long as the view is used.
///
/// Only this file knows how the numbers lie in memory, as Float32. Ops read and write them by lanes of 16.
package struct MatrixView {
  package let base: UnsafePointer<Float>
  package let rows: Int
  package let columns: Int
  let stride: Int

  /// A matrix in the memory from `base` on; `stride` >= `columns`, nil: its rows lie end to end.
  package init(_ base: UnsafePointer<Float>, rows: Int, columns: Int, stride: Int? = nil) {
    (self.base, self.rows, self.columns, self.stride) = (base, rows, columns, stride ?? columns)
  }

  /// One row, 0 ..< `rows`.
  @inline(__always)
  func row(_ index: Int) -> RowView { RowView(base: base + index * stride, count: columns) }

  /// Some of the rows.
  package subscript(rows part: Range<Int>) -> MatrixView {
    precondition(part.lowerBound >= 0 && part.upperBound <= rows, "the matrix has these rows")
    return MatrixView(base + part.lowerBound * stride, rows: part.count, columns: columns, stride: stride)
  }

  /// Some of the columns.
  package subscript(columns part: Range<Int>) -> MatrixView {
    precondition(part.lowerBound >= 0 && part.upperBound <= columns, "the matrix has these columns")
    return MatrixView(base + part.lowerBound, rows: rows, columns: part.count, stride: stride)
  }

  /// All numbers of a matrix whose rows lie end to end.
  package var elements: UnsafeBufferPointer<Float> {
    precondition(stride == columns, "the rows lie end to end")
    return UnsafeBufferPointer(start: base, count: rows * columns)
  }
}

/// A matrix to read and write, otherwise as ``MatrixView``.
package struct MutableMatrixView {
  /// The same matrix to read.
  package let view: MatrixView

  /// A matrix in the memory from `base` on, as for a ``MatrixView``.
  package init(_ base: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int? = nil) {
    view = MatrixView(base, rows: rows, columns: columns, stride: stride)
  }

  private init(_ view: MatrixView) { self.view = view }

  package var base: UnsafeMutablePointer<Float> { UnsafeMutablePointer(mutating: view.base) }
  package var rows: Int { view.rows }
  package var columns: Int { view.columns }

  /// One row, 0 ..< `rows`.
  @inline(__always)
  func row(_ index: Int) -> MutableRowView { MutableRowView(view: view.row(index)) }

  /// Some of the rows.
  package subscript(rows part: Range<Int>) -> MutableMatrixView { MutableMatrixView(view[rows: part]) }
  /// Some of the columns.
  package subscript(columns part: Range<Int>) -> MutableMatrixView { MutableMatrixView(view[columns: part]) }

  /// Takes over the numbers of a matrix of the same size.
  func update(from other: MatrixView) {
    precondition(other.rows == rows && other.columns == columns, "matrices of one size")
    for index in 0..<rows { row(index).update(from: other.row(index)) }
  }

  /// Makes every number 0.
  func clear() {
    for index in 0..<rows { row(index).base.update(repeating: 0, count: columns) }
  }
}

/// One row of a matrix to read: `count` numbers.
struct RowView {
  let base: UnsafePointer<Float>
  let count: Int

  subscript(_ index: Int) -> Float {
    @inline(__always) get { base[index] }
  }

  /// The numbers from `offset` on, at most sixteen, and zeros behind the row's end.
  @inline(__always)
  func lanes(at offset: Int) -> Lanes { base.lanes(at: offset, end: count) }
}

/// One row of a matrix to read and write.
struct MutableRowView {
  /// The same row to read.
  let view: RowView

  var base: UnsafeMutablePointer<Float> {
    @inline(__always) get { UnsafeMutablePointer(mutating: view.base) }
  }
  var count: Int { view.count }

  subscript(_ index: Int) -> Float {
    @inline(__always) get { view.base[index] }
    @inline(__always) nonmutating set { base[index] = newValue }
  }

  /// The numbers from `offset` on, as of a ``RowView``.
  @inline(__always)
  func lanes(at offset: Int) -> Lanes { view.lanes(at: offset) }

  /// Writes the numbers from `offset` on, at most sixteen, up to the row's end.
  @inline(__always)
  func store(_ value: Lanes, at offset: Int) { base.store(value, at: offset, end: count) }

  func update(from other: RowView) { base.update(from: other.base, count: count) }
}

/// C = scale op(A) op(B), or C += scale op(A) op(B), in Float32. What a product's bits depend on are the sizes of the call.
func multiply(
  _ a: MatrixView, _ layoutA: Layout = .asStored, by b: MatrixView, _ layoutB: Layout = .asStored, scale: Float = 1,
  adding: Bool = false, into c: MutableMatrixView
) {
  let (rows, inner) = layoutA == .asStored ? (a.rows, a.columns) : (a.columns, a.rows)
  let (innerB, columns) = layoutB == .asStored ? (b.rows, b.columns) : (b.columns, b.rows)
  precondition(rows == c.rows && inner == innerB && columns == c.columns, "matrices that can be multiplied")
  LinearAlgebra.multiply(
    rows: rows, columns: columns, inner: inner, alpha: scale, a.base, layoutA, strideA: a.stride, b.base, layoutB,
    strideB: b.stride, beta: adding ? 1 : 0, into: c.base, strideC: c.view.stride)
}
