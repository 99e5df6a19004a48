import LearningDynamics
import Testing

@Suite struct FeatureBasisTests {
  /// Orthogonal columns of lengths 10, 3, 1 (times the square root of 8): fractions of the variance 100, 9 and 1 of
  /// 110.
  @Test(arguments: [(0.5, 1), (0.9, 1), (0.92, 2), (0.99, 2), (0.992, 3), (1, 3)])
  func keepsTheFewestThatHoldTheVariance(variance: Double, kept: Int) throws {
    let features = Matrix(columns: [signs[2], signs[0].map { 10 * $0 }, signs[1].map { 3 * $0 }])
    let basis = try features.basis(variance: variance)
    #expect(basis.rows == 8)
    #expect(basis.kept == kept)
    #expect(basis.vectors.count == 8 * kept)
    // The leading direction is the longest column at unit length.
    for row in 0..<8 {
      let ratio = basis.vectors[row * kept] / basis.vectors[0] * Double(signs[0][0])
      #expect(abs(ratio - Double(signs[0][row])) < 1e-12)
    }
    #expect(departureFromOrthonormal(basis) < 1e-13)
  }

  /// With all of the variance, every direction that is not zero is kept, even one whose fraction is below rounding:
  /// 1e-10 of the length is 1e-20 of the sum of squares.
  @Test func allOfTheVarianceKeepsFaintDirections() throws {
    let features = Matrix(columns: [signs[0], signs[1].map { 1e-10 * $0 }])
    #expect(try features.basis(variance: 1).kept == 2)
    #expect(try features.basis(variance: 0.99).kept == 1)
    // max(N, d) 2^-52 = 1.8e-15 of the largest singular value counts as zero.
    #expect(try Matrix(columns: [signs[0], signs[1].map { 1e-16 * $0 }]).basis(variance: 1).kept == 1)
  }

  @Test func copiesAndConstantsAddNothing() throws {
    let x = Matrix.gaussian(20, 3, seed: 1)
    let copies = Matrix(rows: 20, columns: 8) { row, column in
      column < 6 ? x[row, column % 3] : column == 6 ? 0.1 : -1e30
    }
    #expect(try copies.basis(variance: 1).kept == 3)
  }

  /// Centred features of N rows vary in N - 1 directions at most.
  @Test(arguments: [2, 3, 7])
  func fewRows(rows: Int) throws {
    #expect(try Matrix.gaussian(rows, 20, seed: 2).basis(variance: 1).kept == rows - 1)
  }

  /// An offset is not a direction, however far the features are from the origin: the mean itself is rounded, and what
  /// centring leaves of it (2^20 2^-53) is more than what counts as zero.
  @Test(arguments: [7, 49, 100])
  func offsetsAddNoDirection(rows: Int) throws {
    let x = Matrix.whole(rows, 1, seed: 3)
    let offsets: [Float] = [0, 1_048_576, -3, 524_289]
    let features = Matrix(rows: rows, columns: 4) { x[$0, 0] + offsets[$1] }
    #expect(try features.basis(variance: 1).kept == 1)
  }

  /// One row unlike the others, which are equal, is one direction: thousands of equal additions must not leave an error
  /// in a mean.
  @Test(arguments: [100, 1000, 4097])
  func oneRowApartIsOneDirection(rows: Int) throws {
    let levels: [Float] = [0.1, 0.7, 1.0 / 3, 0.9]
    let features = Matrix(rows: rows, columns: 4) { row, column in row == 0 ? 0 : levels[column] }
    #expect(try features.basis(variance: 1).kept == 1)
  }

  /// A constant 250 orders of magnitude above everything that varies hides the variation.
  @Test func hugeConstantsHideNothing() throws {
    let x = Matrix.whole(30, 3, seed: 6)
    let basis = try x.basis()
    #expect(basis.kept == 3)
    let beside = (0..<30).flatMap { row in [0x1p600] + (0..<3).map { Double(x[row, $0]) * 0x1p-230 } }
    #expect(try FeatureBasis(beside, columns: 4) == basis)
  }

  @Test func featuresThatDoNotVaryHaveNoDirection() throws {
    for value: Float in [0, 0.1, -0x1p-140, .greatestFiniteMagnitude] {
      let basis = try Matrix(rows: 7, columns: 3) { _, _ in value }.basis()
      #expect(basis.kept == 0 && basis.vectors.isEmpty && basis.rows == 7)
    }
    #expect(try Matrix.gaussian(1, 5, seed: 3).basis().kept == 0)
  }

  /// A power of two does not change the basis, not even its last bit.
  @Test func scaleChangesNothing() throws {
    let x = Matrix.whole(30, 6, seed: 4)
    let basis = try x.basis(variance: 0.9)
    for scale: Float in [0x1p-140, 0x1p-60, 2, 0x1p100] {
      let scaled = try Matrix(rows: 30, columns: 6) { x[$0, $1] * scale }.basis(variance: 0.9)
      #expect(scaled.kept == basis.kept)
      #expect(zip(scaled.vectors, basis.vectors).allSatisfy { abs($0 - $1) < 1e-12 })
    }
  }

  @Test func storedBasisIsTheBasis() throws {
    let basis = try Matrix.gaussian(12, 4, seed: 5).basis()
    #expect(FeatureBasis(rows: basis.rows, kept: basis.kept, vectors: basis.vectors) == basis)
    #expect(FeatureBasis(rows: 3, kept: 0, vectors: []).kept == 0)
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func notFiniteIsAnError(value: Float) {
    #expect(throws: DynamicsError.notFinite(what: "a feature matrix")) {
      try FeatureBasis([1, 2, 3, value, 5, 6], columns: 2)
    }
  }
}
