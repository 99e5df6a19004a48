import Foundation
import LinearAlgebra
import Testing

extension LibraryTests {
  @Suite struct SingularValueTests {
    static let shapes = [
      (1, 1), (5, 5), (30, 7), (7, 30), (200, 3), (3, 200), (65, 64), (64, 65), (120, 40), (1, 50), (50, 1),
    ]

    private func matrix(_ rows: Int, _ columns: Int, scale: Double = 1) -> [Double] {
      uniform(rows * columns, seed: UInt32(rows * 1000 + columns)).map { Double($0) * scale }
    }

    /// The largest element of U^T U - I.
    private func departureFromOrthonormal(_ u: [Double], rows: Int, count: Int) -> Double {
      var greatest = 0.0
      for p in 0..<count {
        for q in 0..<count {
          let product = (0..<rows).reduce(0.0) { $0 + u[$1 * count + p] * u[$1 * count + q] }
          greatest = max(greatest, abs(product - (p == q ? 1 : 0)))
        }
      }
      return greatest
    }

    @Test func diagonalByHand() throws {
      let result = try SingularValueDecomposition([3, 0, 0, -4], rows: 2, columns: 2)
      #expect(result.values == [4, 3])
      #expect(result.left.map { abs($0) } == [0, 1, 1, 0])
      #expect(result.right.map { abs($0) } == [0, 1, 1, 0])
    }

    /// X X^T of (3 0; 4 5) is (9 12; 12 41), whose eigenvalues are 45 and 5 with vectors (1, 3) and (3, -1).
    @Test func twoByTwoByHand() throws {
      let result = try SingularValueDecomposition([3, 0, 4, 5], rows: 2, columns: 2)
      #expect(abs(result.values[0] - 45.0.squareRoot()) < 1e-14)
      #expect(abs(result.values[1] - 5.0.squareRoot()) < 1e-14)
      #expect(abs(result.left[2] / result.left[0] - 3) < 1e-14)
      #expect(abs(result.left[1] / result.left[3] + 3) < 1e-14)
    }

    @Test func vectorsByHand() throws {
      #expect(try SingularValueDecomposition([-2], rows: 1, columns: 1).values == [2])
      let column = try SingularValueDecomposition([3, 4], rows: 2, columns: 1)
      #expect(column.values == [5])
      #expect(abs(abs(column.left[0]) - 0.6) < 1e-15 && abs(abs(column.left[1]) - 0.8) < 1e-15)
      let row = try SingularValueDecomposition([3, 4], rows: 1, columns: 2)
      #expect(row.values == [5])
      #expect(row.left.map { abs($0) } == [1])
    }

    /// Tall, wide and square. U is orthonormal; U U^T X is X; the rows of U^T X are S V^T: orthogonal, of length s, and
    /// those of V^T.
    @Test(arguments: shapes, [1, 1e-300, 1e150])
    func reconstructs(shape: (Int, Int), scale: Double) throws {
      let (rows, columns) = shape
      let count = min(rows, columns)
      let x = matrix(rows, columns, scale: scale)
      let result = try SingularValueDecomposition(x, rows: rows, columns: columns)
      #expect(result.values.count == count && result.left.count == rows * count)
      #expect(result.right.count == count * columns)
      #expect(zip(result.values, result.values.dropFirst()).allSatisfy { $0 >= $1 })
      #expect(departureFromOrthonormal(result.left, rows: rows, count: count) < 1e-13)

      let greatest = result.values[0]
      var projected = [Double](repeating: 0, count: count * columns)
      for k in 0..<count {
        for j in 0..<columns {
          projected[k * columns + j] = (0..<rows).reduce(0.0) {
            $0 + result.left[$1 * count + k] * (x[$1 * columns + j] / greatest)
          }
        }
      }
      for k in 0..<count {
        for l in 0..<count {
          let product = (0..<columns).reduce(0.0) { $0 + projected[k * columns + $1] * projected[l * columns + $1] }
          let share = result.values[k] / greatest
          #expect(abs(product - (k == l ? share * share : 0)) < 1e-13)
        }
      }
      for k in 0..<count {
        for j in 0..<columns {
          let scaled = result.values[k] / greatest * result.right[k * columns + j]
          #expect(abs(projected[k * columns + j] - scaled) < 1e-13)
        }
      }
      for i in 0..<rows {
        for j in 0..<columns {
          let back = (0..<count).reduce(0.0) { $0 + result.left[i * count + $1] * projected[$1 * columns + j] }
          #expect(abs(back - x[i * columns + j] / greatest) < 1e-13)
        }
      }
      let alone = try SingularValueDecomposition.values(of: x, rows: rows, columns: columns)
      #expect(zip(alone, result.values).allSatisfy { abs($0 - $1) <= 1e-13 * greatest })
    }

    /// Rank 2 of 9: seven values are rounding errors, below the floor that callers use.
    @Test func rankDeficient() throws {
      let (left, right) = (matrix(20, 2), matrix(2, 9))
      var x = [Double](repeating: 0, count: 180)
      for i in 0..<20 {
        for j in 0..<9 { x[i * 9 + j] = left[i * 2] * right[j] + left[i * 2 + 1] * right[9 + j] }
      }
      let result = try SingularValueDecomposition(x, rows: 20, columns: 9)
      #expect(result.values[1] > 0.1)
      #expect(result.values[2] < result.values[0] * 20 * .ulpOfOne)
      #expect(departureFromOrthonormal(result.left, rows: 20, count: 9) < 1e-13)
    }

    @Test func zeroMatrixHasZerosAndABasis() throws {
      let result = try SingularValueDecomposition([Double](repeating: 0, count: 12), rows: 4, columns: 3)
      #expect(result.values == [0, 0, 0])
      #expect(departureFromOrthonormal(result.left, rows: 4, count: 3) < 1e-15)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func notFiniteIsRefused(value: Double) {
      let refusal = LinearAlgebraError.notFinite(what: "the matrix to decompose")
      #expect(throws: refusal) { try SingularValueDecomposition([1, 2, value, 4], rows: 2, columns: 2) }
      #expect(throws: refusal) { try SingularValueDecomposition.values(of: [value], rows: 1, columns: 1) }
    }
  }
}
