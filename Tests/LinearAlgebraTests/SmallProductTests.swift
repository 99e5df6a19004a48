import LinearAlgebra
import Testing

/// One product with room between the rows, so that a misplaced write is noticed.
private struct Product {
  let rows: Int
  let columns: Int
  let inner: Int
  let transposed: Bool
  let a: [Float]
  let b: [Float]
  let strideB: Int
  let strideC: Int

  init(rows: Int, columns: Int, inner: Int, transposed: Bool, seed: UInt32) {
    (self.rows, self.columns, self.inner, self.transposed) = (rows, columns, inner, transposed)
    strideB = columns + 3
    strideC = columns + 5
    a = uniform(max(1, (rows + 2) * (inner + 2)), seed: 2 * seed)
    b = uniform(max(1, inner * strideB + columns), seed: 2 * seed + 1)
  }

  var rowStrideA: Int { transposed ? 1 : inner + 2 }
  var innerStrideA: Int { transposed ? rows + 2 : 1 }

  /// C, with 7 where nothing is written; the columns in pieces of `piece`.
  func run(piece: Int? = nil) -> [Float] {
    var c = [Float](repeating: 7, count: rows * strideC + 16)
    for first in stride(from: 0, to: columns, by: piece ?? max(columns, 1)) {
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          c.withUnsafeMutableBufferPointer { c in
            guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
            multiplySmall(
              rows: rows, columns: min(piece ?? columns, columns - first), inner: inner, a, rowStrideA: rowStrideA,
              innerStrideA: innerStrideA, b + first, strideB: strideB, into: c + first, strideC: strideC)
          }
        }
      }
    }
    return c
  }

  /// Element (i, j) as one chain of fused multiply-adds, its value in Float64, and the sum of the terms' magnitudes.
  func reference(_ i: Int, _ j: Int) -> (chain: Float, value: Double, magnitude: Double) {
    var (chain, value, magnitude): (Float, Double, Double) = (0, 0, 0)
    for k in 0..<inner {
      let (x, y) = (a[i * rowStrideA + k * innerStrideA], b[k * strideB + j])
      chain = chain.addingProduct(x, y)
      value += Double(x) * Double(y)
      magnitude += abs(Double(x) * Double(y))
    }
    return (chain, value, magnitude)
  }
}

@Suite struct SmallProductTests {
  /// (1 2; 3 4) times rows of ones and of tens.
  @Test func byHand() {
    let b = [Float](repeating: 1, count: 16) + [Float](repeating: 10, count: 16)
    var c = [Float](repeating: 0, count: 32)
    multiplySmall(
      rows: 2, columns: 16, inner: 2, [1, 2, 3, 4], rowStrideA: 2, innerStrideA: 1, b, strideB: 16, into: &c,
      strideC: 16)
    #expect(c == [Float](repeating: 21, count: 16) + [Float](repeating: 43, count: 16))
    multiplySmall(
      rows: 2, columns: 16, inner: 2, [1, 2, 3, 4], rowStrideA: 1, innerStrideA: 2, b, strideB: 16, into: &c,
      strideC: 16)
    #expect(c == [Float](repeating: 31, count: 16) + [Float](repeating: 42, count: 16), "A transposed by its strides")
  }

  /// Every remainder of the three panels, on both sides: the bits equal those of the chain, which are within k 2^-24 of
  /// Float64's value relative to the terms, and nothing between the rows is touched.
  @Test(arguments: [0, 1, 3, 4, 5, 7, 17])
  func awkwardShapes(rows: Int) {
    var (wrongBits, outside, worst) = (0, 0, 0.0)
    for columns in stride(from: 16, through: 208, by: 16) {
      for inner in [0, 1, 2, 33] {
        for transposed in [false, true] {
          let product = Product(
            rows: rows, columns: columns, inner: inner, transposed: transposed, seed: UInt32(columns + inner))
          let c = product.run()
          for (place, value) in c.enumerated() {
            let (i, j) = (place / product.strideC, place % product.strideC)
            guard i < rows && j < columns else {
              outside += value == 7 ? 0 : 1
              continue
            }
            let expected = product.reference(i, j)
            wrongBits += value.bitPattern == expected.chain.bitPattern ? 0 : 1
            let bound = Double(inner) * 0x1p-24 * expected.magnitude
            if bound > 0 { worst = max(worst, abs(Double(value) - expected.value) / bound) }
          }
        }
      }
    }
    #expect(wrongBits == 0)
    #expect(outside == 0, "numbers outside C were written")
    #expect(worst <= 1)
  }

  /// A column's bits are the same alone and with others: pieces of 16 use a different panel from 208 columns at once.
  @Test(arguments: [16, 32, 48, 64, 80, 112])
  func bitsDoNotDependOnTiling(piece: Int) {
    for rows in [1, 5, 17] {
      let product = Product(rows: rows, columns: 208, inner: 33, transposed: false, seed: 9)
      #expect(product.run(piece: piece) == product.run())
    }
  }

  @Test func rowsDoNotDependOnTheirCompany() {
    let all = Product(rows: 17, columns: 112, inner: 33, transposed: false, seed: 4)
    let c = all.run()
    for row in 0..<17 {
      var alone = [Float](repeating: 0, count: 112)
      all.a.withUnsafeBufferPointer { a in
        guard let a = a.baseAddress else { return }
        multiplySmall(
          rows: 1, columns: 112, inner: 33, a + row * all.rowStrideA, rowStrideA: all.rowStrideA, innerStrideA: 1,
          all.b, strideB: all.strideB, into: &alone, strideC: 112)
      }
      #expect(alone == Array(c[row * all.strideC..<row * all.strideC + 112]))
    }
  }

  /// NaN and infinity affect only their row and column.
  @Test func notANumberStaysInItsRow() {
    var a = [Float](repeating: 1, count: 5 * 3)
    a[2 * 3 + 1] = .nan
    var b = [Float](repeating: 1, count: 3 * 16)
    b[7] = .infinity
    var c = [Float](repeating: 0, count: 5 * 16)
    multiplySmall(
      rows: 5, columns: 16, inner: 3, a, rowStrideA: 3, innerStrideA: 1, b, strideB: 16, into: &c, strideC: 16)
    for i in 0..<5 {
      for j in 0..<16 {
        let value = c[i * 16 + j]
        #expect(i == 2 ? value.isNaN : value == (j == 7 ? .infinity : 3))
      }
    }
  }
}
