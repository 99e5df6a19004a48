/// C = A B for the small matrices of one attention head, for which a BLAS call costs more than its arithmetic.
///
/// Each element of C is one chain of fused multiply-adds over k = 0, 1, ... in this order, for every shape: its bits do
/// not depend on tiling.
///
/// - Parameters:
///   - rows: m >= 0.
///   - columns: n, a multiple of 16; pad B and C.
///   - inner: k >= 0.
///   - a: element (i, k) at `a[i * rowStrideA + k * innerStrideA]`, so that a transposed A needs no copy.
///   - b: k x n, row-major, `strideB` numbers from row to row.
///   - c: m x n, row-major, `strideC` numbers from row to row; overwritten.
public func multiplySmall(
  rows: Int, columns: Int, inner: Int,
  _ a: UnsafePointer<Float>, rowStrideA: Int, innerStrideA: Int,
  _ b: UnsafePointer<Float>, strideB: Int,
  into c: UnsafeMutablePointer<Float>, strideC: Int
) {
  precondition(columns % 16 == 0, "columns come in groups of 16 lanes")
  var column = 0
  while columns - column >= 64 {
    panel64(
      rows: rows, inner: inner, a, rowStrideA: rowStrideA, innerStrideA: innerStrideA, b + column, strideB: strideB,
      into: c + column, strideC: strideC)
    column += 64
  }
  while columns - column >= 32 {
    panel32(
      rows: rows, inner: inner, a, rowStrideA: rowStrideA, innerStrideA: innerStrideA, b + column, strideB: strideB,
      into: c + column, strideC: strideC)
    column += 32
  }
  if columns - column == 16 {
    panel16(
      rows: rows, inner: inner, a, rowStrideA: rowStrideA, innerStrideA: innerStrideA, b + column, strideB: strideB,
      into: c + column, strideC: strideC)
  }
}

// Three kernels for panels of 64, 32 and 16 columns: 4 x 4, 6 x 2 and 8 x 1 registers of 16 lanes accumulate. Rows
// beyond the last are computed again from the last row and stored over it, which avoids a second set of loops.

private func panel64(
  rows: Int, inner: Int, _ a: UnsafePointer<Float>, rowStrideA: Int, innerStrideA: Int,
  _ b: UnsafePointer<Float>, strideB: Int, into c: UnsafeMutablePointer<Float>, strideC: Int
) {
  let last = rows - 1
  for row in stride(from: 0, to: rows, by: 4) {
    let (r0, r1, r2, r3) = (row, min(row + 1, last), min(row + 2, last), min(row + 3, last))
    var (a0, a1, a2, a3) = (a + r0 * rowStrideA, a + r1 * rowStrideA, a + r2 * rowStrideA, a + r3 * rowStrideA)
    var b = b
    var (s00, s01, s02, s03) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
    var (s10, s11, s12, s13) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
    var (s20, s21, s22, s23) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
    var (s30, s31, s32, s33) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
    for _ in 0..<inner {
      let (b0, b1, b2, b3) = (b.lanes(at: 0), b.lanes(at: 16), b.lanes(at: 32), b.lanes(at: 48))
      let x0 = Lanes(repeating: a0.pointee)
      s00 = s00.addingProduct(x0, b0)
      s01 = s01.addingProduct(x0, b1)
      s02 = s02.addingProduct(x0, b2)
      s03 = s03.addingProduct(x0, b3)
      let x1 = Lanes(repeating: a1.pointee)
      s10 = s10.addingProduct(x1, b0)
      s11 = s11.addingProduct(x1, b1)
      s12 = s12.addingProduct(x1, b2)
      s13 = s13.addingProduct(x1, b3)
      let x2 = Lanes(repeating: a2.pointee)
      s20 = s20.addingProduct(x2, b0)
      s21 = s21.addingProduct(x2, b1)
      s22 = s22.addingProduct(x2, b2)
      s23 = s23.addingProduct(x2, b3)
      let x3 = Lanes(repeating: a3.pointee)
      s30 = s30.addingProduct(x3, b0)
      s31 = s31.addingProduct(x3, b1)
      s32 = s32.addingProduct(x3, b2)
      s33 = s33.addingProduct(x3, b3)
      a0 += innerStrideA
      a1 += innerStrideA
      a2 += innerStrideA
      a3 += innerStrideA
      b += strideB
    }
    store(s00, s01, s02, s03, at: c + r0 * strideC)
    store(s10, s11, s12, s13, at: c + r1 * strideC)
    store(s20, s21, s22, s23, at: c + r2 * strideC)
    store(s30, s31, s32, s33, at: c + r3 * strideC)
  }
}

@inline(__always)
private func store(_ s0: Lanes, _ s1: Lanes, _ s2: Lanes, _ s3: Lanes, at c: UnsafeMutablePointer<Float>) {
  c.store(s0, at: 0)
  c.store(s1, at: 16)
  c.store(s2, at: 32)
  c.store(s3, at: 48)
}

private func panel32(
  rows: Int, inner: Int, _ a: UnsafePointer<Float>, rowStrideA: Int, innerStrideA: Int,
  _ b: UnsafePointer<Float>, strideB: Int, into c: UnsafeMutablePointer<Float>, strideC: Int
) {
  let last = rows - 1
  for row in stride(from: 0, to: rows, by: 6) {
    let (r0, r1, r2) = (row, min(row + 1, last), min(row + 2, last))
    let (r3, r4, r5) = (min(row + 3, last), min(row + 4, last), min(row + 5, last))
    var (a0, a1, a2) = (a + r0 * rowStrideA, a + r1 * rowStrideA, a + r2 * rowStrideA)
    var (a3, a4, a5) = (a + r3 * rowStrideA, a + r4 * rowStrideA, a + r5 * rowStrideA)
    var b = b
    var (s00, s01, s10, s11) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
    var (s20, s21, s30, s31) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
    var (s40, s41, s50, s51) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
    for _ in 0..<inner {
      let (b0, b1) = (b.lanes(at: 0), b.lanes(at: 16))
      let (x0, x1, x2) = (Lanes(repeating: a0.pointee), Lanes(repeating: a1.pointee), Lanes(repeating: a2.pointee))
      let (x3, x4, x5) = (Lanes(repeating: a3.pointee), Lanes(repeating: a4.pointee), Lanes(repeating: a5.pointee))
      s00 = s00.addingProduct(x0, b0)
      s01 = s01.addingProduct(x0, b1)
      s10 = s10.addingProduct(x1, b0)
      s11 = s11.addingProduct(x1, b1)
      s20 = s20.addingProduct(x2, b0)
      s21 = s21.addingProduct(x2, b1)
      s30 = s30.addingProduct(x3, b0)
      s31 = s31.addingProduct(x3, b1)
      s40 = s40.addingProduct(x4, b0)
      s41 = s41.addingProduct(x4, b1)
      s50 = s50.addingProduct(x5, b0)
      s51 = s51.addingProduct(x5, b1)
      a0 += innerStrideA
      a1 += innerStrideA
      a2 += innerStrideA
      a3 += innerStrideA
      a4 += innerStrideA
      a5 += innerStrideA
      b += strideB
    }
    store(s00, s01, at: c + r0 * strideC)
    store(s10, s11, at: c + r1 * strideC)
    store(s20, s21, at: c + r2 * strideC)
    store(s30, s31, at: c + r3 * strideC)
    store(s40, s41, at: c + r4 * strideC)
    store(s50, s51, at: c + r5 * strideC)
  }
}

@inline(__always)
private func store(_ s0: Lanes, _ s1: Lanes, at c: UnsafeMutablePointer<Float>) {
  c.store(s0, at: 0)
  c.store(s1, at: 16)
}

private func panel16(
  rows: Int, inner: Int, _ a: UnsafePointer<Float>, rowStrideA: Int, innerStrideA: Int,
  _ b: UnsafePointer<Float>, strideB: Int, into c: UnsafeMutablePointer<Float>, strideC: Int
) {
  let last = rows - 1
  for row in stride(from: 0, to: rows, by: 8) {
    let (r0, r1, r2, r3) = (row, min(row + 1, last), min(row + 2, last), min(row + 3, last))
    let (r4, r5, r6, r7) = (min(row + 4, last), min(row + 5, last), min(row + 6, last), min(row + 7, last))
    var (s0, s1, s2, s3) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
    var (s4, s5, s6, s7) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
    for k in 0..<inner {
      let x = b.lanes(at: k * strideB)
      let a = a + k * innerStrideA
      s0 = s0.addingProduct(Lanes(repeating: a[r0 * rowStrideA]), x)
      s1 = s1.addingProduct(Lanes(repeating: a[r1 * rowStrideA]), x)
      s2 = s2.addingProduct(Lanes(repeating: a[r2 * rowStrideA]), x)
      s3 = s3.addingProduct(Lanes(repeating: a[r3 * rowStrideA]), x)
      s4 = s4.addingProduct(Lanes(repeating: a[r4 * rowStrideA]), x)
      s5 = s5.addingProduct(Lanes(repeating: a[r5 * rowStrideA]), x)
      s6 = s6.addingProduct(Lanes(repeating: a[r6 * rowStrideA]), x)
      s7 = s7.addingProduct(Lanes(repeating: a[r7 * rowStrideA]), x)
    }
    c.store(s0, at: r0 * strideC)
    c.store(s1, at: r1 * strideC)
    c.store(s2, at: r2 * strideC)
    c.store(s3, at: r3 * strideC)
    c.store(s4, at: r4 * strideC)
    c.store(s5, at: r5 * strideC)
    c.store(s6, at: r6 * strideC)
    c.store(s7, at: r7 * strideC)
  }
}
