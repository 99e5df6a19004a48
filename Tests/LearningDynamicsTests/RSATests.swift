import LearningDynamics
import Testing

@Suite struct RSATests {
  private func rsa(_ x: Matrix, _ y: Matrix) throws -> RSA { try compare(x, y).rsa(seed: 3) }

  /// Turning and scaling keep the order of the distances, and so does moving.
  @Test func whatKeepsTheOrderOfDistancesChangesNothing() throws {
    let x = Matrix.whole(40, 6, seed: 5)
    let (y, _) = relatedViews()
    let other = Matrix(rows: 40, columns: 6) { y[$0, $1] + x[$0, ($1 + 1) % 6] }
    let distance = try #require(try rsa(x, other).distance)
    #expect(distance > 0.05)
    // Exact ties of whole numbers may be ordered by rounding, on one side or the other.
    for same in [x.turned, x.scaledAndMoved] {
      #expect(abs(try #require(try rsa(same, other).distance) - distance) < 1e-3)
      #expect(try #require(try rsa(x, same).distance) < 1e-3)
    }
  }

  @Test func whatDoesNotExistSaysWhy() throws {
    let two = Matrix(rows: 2, columns: 2) { Float($0 * 2 + $1) }
    let pair = try rsa(two, two)
    #expect(pair.distance == nil && pair.reason == .fewPairs)
    let constant = Matrix(rows: 4, columns: 2) { _, _ in 7 }
    #expect(try rsa(constant, Matrix.whole(4, 2, seed: 1)).reason == .constant)
  }

  /// More rows than are compared: the same sample for both sides, keyed by the seed.
  @Test func manyRowsAreSampled() throws {
    let x = Matrix.whole(RSA.mostRows + 200, 5, seed: 1)
    let noise = Matrix.whole(RSA.mostRows + 200, 5, seed: 2)
    let y = Matrix(rows: x.rows, columns: 5) { x[$0, $1] + noise[$0, $1] }
    let comparison = try compare(x, y)
    let (first, again, other) = (comparison.rsa(seed: 1), comparison.rsa(seed: 1), comparison.rsa(seed: 2))
    #expect(first == again && first != other)
    let (a, b) = (try #require(first.distance), try #require(other.distance))
    #expect(abs(a - b) < 0.05 && (0...1).contains(a))
    #expect(try #require(try compare(x, x).rsa(seed: 1).distance) == 0)
  }
}
