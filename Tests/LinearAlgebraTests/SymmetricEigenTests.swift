import LinearAlgebra
import Testing

@Suite struct SymmetricEigenTests {
  /// [[2, 1], [1, 2]]: 1 along (1, -1) and 3 along (1, 1).
  @Test func twoByTwo() throws {
    let eigen = try SymmetricEigenDecomposition([2, 1, 1, 2], size: 2)
    #expect(abs(eigen.values[0] - 1) < 1e-15 && abs(eigen.values[1] - 3) < 1e-15)
    #expect(abs(eigen.vectors[0] + eigen.vectors[1]) < 1e-15)
    #expect(abs(eigen.vectors[2] - eigen.vectors[3]) < 1e-15)
    #expect(abs(abs(eigen.vectors[0]) - 0.5.squareRoot()) < 1e-15)
  }

  @Test func signsAndSizes() throws {
    #expect(try SymmetricEigenDecomposition([-7], size: 1).values == [-7])
    #expect(try SymmetricEigenDecomposition([3, 0, 0, 0, -5, 0, 0, 0, 0], size: 3).values == [-5, 0, 3])
  }

  /// The second difference of n points: 2 - 2 cos(pi j / (n + 1)); A v = x v; V V^T = 1.
  @Test func secondDifference() throws {
    let n = 50
    var matrix = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      matrix[i * n + i] = 2
      if i > 0 { (matrix[i * n + i - 1], matrix[(i - 1) * n + i]) = (-1, -1) }
    }
    let eigen = try SymmetricEigenDecomposition(matrix, size: n)
    func dot(_ x: ArraySlice<Double>, _ y: ArraySlice<Double>) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
    let vectors = (0..<n).map { eigen.vectors[$0 * n..<($0 + 1) * n] }
    for (j, vector) in vectors.enumerated() {
      let half = Double(j + 1) / Double(n + 1) / 2
      #expect(abs(eigen.values[j] - 4 * sinOfPi(half) * sinOfPi(half)) < 1e-13)
      for (i, value) in vector.enumerated() {
        #expect(abs(dot(matrix[i * n..<(i + 1) * n], vector) - eigen.values[j] * value) < 1e-13)
      }
      for (other, second) in vectors.enumerated() {
        #expect(abs(dot(vector, second) - (other == j ? 1 : 0)) < 1e-13)
      }
    }
  }

  @Test func notFiniteIsAnError() {
    #expect(throws: LinearAlgebraError.notFinite(what: "the matrix to decompose")) {
      try SymmetricEigenDecomposition([1, .nan, .nan, 1], size: 2)
    }
  }

  /// sin(pi x) for 0 <= x <= 1/2, by its series.
  private func sinOfPi(_ x: Double) -> Double {
    let t = Double.pi * x
    var (term, sum) = (t, t)
    for k in stride(from: 2.0, to: 40, by: 2) {
      term *= -t * t / (k * (k + 1))
      sum += term
    }
    return sum
  }
}
