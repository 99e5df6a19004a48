import LinearAlgebra
import Testing

private let layouts: [(Layout, Layout)] = [
  (.asStored, .asStored), (.asStored, .transposed), (.transposed, .asStored), (.transposed, .transposed),
]

/// Operands of a product with room at the end of each row, and the product term by term.
private struct Operands {
  let (rows, columns, inner): (Int, Int, Int)
  let (layoutA, layoutB): (Layout, Layout)
  let (strideA, strideB, strideC): (Int, Int, Int)
  let (a, b, c): ([Float], [Float], [Float])

  init(_ shape: (Int, Int, Int), _ layouts: (Layout, Layout)) {
    (rows, columns, inner) = shape
    (layoutA, layoutB) = layouts
    strideA = (layoutA == .asStored ? inner : rows) + 1
    strideB = (layoutB == .asStored ? columns : inner) + 2
    strideC = columns + 3
    a = uniform((layoutA == .asStored ? rows : inner) * strideA, seed: 1)
    b = uniform((layoutB == .asStored ? inner : columns) * strideB, seed: 2)
    c = uniform(rows * strideC, seed: 3)
  }

  /// alpha (A B) + beta C of one element in Float64, and the sum of the terms' magnitudes.
  func reference(_ i: Int, _ j: Int, alpha: Double, beta: Double) -> (value: Double, magnitude: Double) {
    var (value, magnitude) = (0.0, 0.0)
    for k in 0..<inner {
      let x = Double(a[layoutA == .asStored ? i * strideA + k : k * strideA + i])
      let y = Double(b[layoutB == .asStored ? k * strideB + j : j * strideB + k])
      value += x * y
      magnitude += abs(x * y)
    }
    let old = Double(c[i * strideC + j])
    return (alpha * value + beta * old, abs(alpha) * magnitude + abs(beta * old))
  }

  /// The largest error relative to the terms, and how many numbers between the rows have changed.
  func compare<Number: BinaryFloatingPoint>(
    _ got: [Number], alpha: Double, beta: Double
  ) -> (error: Double, outside: Int) {
    var (error, outside) = (0.0, 0)
    for (place, value) in got.enumerated() {
      let (i, j) = (place / strideC, place % strideC)
      if j < columns {
        let expected = reference(i, j, alpha: alpha, beta: beta)
        let difference = abs(Double(value) - expected.value) / max(expected.magnitude, 1e-30)
        if !(difference <= error) { error = difference }
      } else if value != Number(c[place]) {
        outside += 1
      }
    }
    return (error, outside)
  }
}

extension LibraryTests {
  @Suite struct MatrixProductTests {
    static let shapes = [(1, 1, 1), (2, 3, 5), (7, 1, 4), (1, 9, 33), (17, 16, 15), (64, 48, 65), (130, 3, 129)]

    /// [1 2; 3 4] [5 6; 7 8] and with each side transposed.
    @Test func byHand() {
      let expected: [[Float]] = [[19, 22, 43, 50], [17, 23, 39, 53], [26, 30, 38, 44], [23, 31, 34, 46]]
      for ((a, b), expected) in zip(layouts, expected) {
        var c = [Float](repeating: 0, count: 4)
        multiply(
          rows: 2, columns: 2, inner: 2, [1, 2, 3, 4] as [Float], a, strideA: 2, [5, 6, 7, 8], b, strideB: 2, into: &c,
          strideC: 2)
        #expect(c == expected)
        var d = [Double](repeating: 0, count: 4)
        multiply(
          rows: 2, columns: 2, inner: 2, [1, 2, 3, 4] as [Double], a, strideA: 2, [5, 6, 7, 8], b, strideB: 2,
          into: &d, strideC: 2)
        #expect(d == expected.map { Double($0) })
      }
    }

    /// Rounding grows at most with k: k 2^-24 of the terms in Float32, k 2^-53 in Float64, and 2 more for alpha and
    /// beta.
    @Test(arguments: shapes)
    func allLayouts(rows: Int, columns: Int, inner: Int) {
      for layouts in layouts {
        let operands = Operands((rows, columns, inner), layouts)
        for (alpha, beta) in [(1.0, 0.0), (1, 1), (-0.5, 0.25)] {
          var c = operands.c
          multiply(
            rows: rows, columns: columns, inner: inner, alpha: Float(alpha), operands.a, layouts.0,
            strideA: operands.strideA, operands.b, layouts.1, strideB: operands.strideB, beta: Float(beta), into: &c,
            strideC: operands.strideC)
          let single = operands.compare(c, alpha: alpha, beta: beta)
          #expect(single.error <= Double(inner + 2) * 0x1p-24, "\(layouts), alpha \(alpha), beta \(beta)")
          #expect(single.outside == 0)

          var d = operands.c.map { Double($0) }
          multiply(
            rows: rows, columns: columns, inner: inner, alpha: alpha, operands.a.map { Double($0) }, layouts.0,
            strideA: operands.strideA, operands.b.map { Double($0) }, layouts.1, strideB: operands.strideB, beta: beta,
            into: &d, strideC: operands.strideC)
          let double = operands.compare(d, alpha: alpha, beta: beta)
          // The reference rounds too.
          #expect(double.error <= 2 * Double(inner + 2) * 0x1p-53, "\(layouts), alpha \(alpha), beta \(beta)")
          #expect(double.outside == 0)
        }
      }
    }

    /// With beta 0 the previous contents of C are not read: memory may hold anything.
    @Test func betaZeroOverwritesNotANumber() {
      for layouts in layouts {
        let operands = Operands((5, 6, 7), layouts)
        var c = [Float](repeating: .nan, count: operands.c.count)
        multiply(
          rows: 5, columns: 6, inner: 7, operands.a, layouts.0, strideA: operands.strideA, operands.b, layouts.1,
          strideB: operands.strideB, into: &c, strideC: operands.strideC)
        for i in 0..<5 { #expect((0..<6).allSatisfy { c[i * operands.strideC + $0].isFinite }) }
      }
    }

    @Test func notANumberInAnOperandReachesItsRow() {
      var c = [Float](repeating: 0, count: 4)
      multiply(
        rows: 2, columns: 2, inner: 2, [1, .nan, 3, 4], strideA: 2, [5, 6, 7, 8], strideB: 2, into: &c, strideC: 2)
      #expect(c[0].isNaN && c[1].isNaN && c[2] == 43 && c[3] == 50)
    }
  }
}
