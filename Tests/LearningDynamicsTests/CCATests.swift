import LearningDynamics
import Testing

@Suite struct CCATests {
  private func compare(_ x: Matrix, _ y: Matrix, variance: Double = 0.99) throws -> CCA {
    try CCA(try x.basis(variance: variance), try y.basis(variance: variance))
  }

  /// One direction each: the correlation is that of the columns. (1, 2, 3) and (1, 3, 2): 1/2.
  @Test func oneColumnByHand() throws {
    let result = try compare(Matrix(columns: [[1, 2, 3]]), Matrix(columns: [[1, 3, 2]]))
    #expect(result.correlations.count == 1)
    #expect(abs(result.correlations[0] - 0.5) < 1e-15)
    #expect(abs(try #require(result.distance) - 0.5) < 1e-15)
    #expect(result.reason == nil && !result.isDegenerate && result.kept == [1, 1])
  }

  /// Planes that share u2 and whose other directions have the cosine 3/5: correlations 1 and 0.6, distance 0.2.
  @Test func planesByHand() throws {
    let x = Matrix(columns: [signs[0], signs[1]])
    let y = Matrix(columns: [sum(3, signs[0], 4, signs[2]), signs[1].map { 5 * $0 }, signs[1]])
    let result = try compare(x, y)
    #expect(result.correlations.count == 2)
    #expect(abs(result.correlations[0] - 1) < 1e-14 && abs(result.correlations[1] - 0.6) < 1e-14)
    #expect(abs(try #require(result.distance) - 0.2) < 1e-14)
  }

  /// The mean is over min(kx, ky): a line within a space has distance 0, one at right angles distance 1.
  @Test func lineAndSpaceByHand() throws {
    let space = Matrix(columns: [signs[0], signs[1], signs[2]])
    let inside = Matrix(columns: [sum(1, signs[0], 2, signs[2])])
    let outside = Matrix(columns: [sum(1, signs[3], -2, signs[4])])
    for (x, y) in [(space, inside), (inside, space)] {
      #expect(try #require(try compare(x, y).distance) < 1e-14)
    }
    for (x, y) in [(space, outside), (outside, space)] {
      let result = try compare(x, y)
      #expect(result.correlations.count == 1)
      #expect(abs(try #require(result.distance) - 1) < 1e-14)
    }
  }

  @Test func identicalFeaturesHaveDistanceZero() throws {
    for variance in [0.5, 0.99, 1] {
      let x = Matrix.gaussian(60, 7, seed: 0)
      #expect(try #require(try compare(x, x, variance: variance).distance) < 1e-12)
    }
  }

  @Test(arguments: [0.8, 0.99, 1])
  func orthogonalMapsAndScalesChangeNothing(variance: Double) throws {
    let (x, y) = relatedViews()
    let expected = try compare(x, y, variance: variance)
    #expect((0.05...0.95).contains(try #require(expected.distance)))
    for other in [x.turned, x.scaledAndMoved] {
      #expect(try other.basis(variance: variance).kept == x.basis(variance: variance).kept)
      let result = try compare(other, y, variance: variance)
      #expect(abs(try #require(result.distance) - (try #require(expected.distance))) < 1e-12)
      #expect(abs(try #require(try compare(other, x, variance: variance).distance)) < 1e-12)
    }
  }

  /// With all directions, only the span matters.
  @Test func invertibleMapsChangeNoCCA() throws {
    let (x, y) = relatedViews()
    let expected = try #require(try compare(x, y, variance: 1).distance)
    #expect(abs(try #require(try compare(x.sheared, y, variance: 1).distance) - expected) < 1e-12)
    let truncated = try #require(try compare(x, y, variance: 0.8).distance)
    #expect(abs(try #require(try compare(x.sheared, y, variance: 0.8).distance) - truncated) > 1e-3)
  }

  @Test func sidesAndRowsMayBeSwapped() throws {
    let (x, y) = (Matrix.gaussian(40, 5, seed: 3), Matrix.gaussian(40, 8, seed: 4))
    let expected = try #require(try compare(x, y).distance)
    #expect(abs(try #require(try compare(y, x).distance) - expected) < 1e-12)
    func reordered(_ matrix: Matrix) -> Matrix {
      Matrix(rows: 40, columns: matrix.columns) { matrix[($0 * 7 + 3) % 40, $1] }
    }
    #expect(abs(try #require(try compare(reordered(x), reordered(y)).distance) - expected) < 1e-12)
    // A new order on only one side matters, because rows are paired.
    #expect(abs(try #require(try compare(reordered(x), x).distance)) > 0.1)
  }

  /// The mean correlation of independent Gaussians with 200 columns by chance; NumPy gives 0.847 to 0.850 and 0.119 to
  /// 0.121 over ten seeds. [METHODS 6]
  @Test(arguments: [(250, 0.85, 0.01), (10_000, 0.12, 0.002)])
  func chanceFloor(rows: Int, expected: Double, tolerance: Double) throws {
    let x = try Matrix.gaussian(rows, 200, seed: 5).basis(variance: 1)
    let y = try Matrix.gaussian(rows, 200, seed: 6).basis(variance: 1)
    #expect(x.kept == 200 && y.kept == 200)
    let result = try CCA(x, y)
    #expect(abs(1 - (try #require(result.distance)) - expected) < tolerance)
    #expect(result.isDegenerate == (rows == 250))
  }

  /// kx + ky >= N: two planes in the N - 1 = 3 dimensions of centred columns meet in a line.
  @Test func degenerateWhereCountingDecides() throws {
    let four = try compare(Matrix.gaussian(4, 2, seed: 7), Matrix.gaussian(4, 2, seed: 8), variance: 1)
    #expect(four.isDegenerate)
    #expect(abs(four.correlations[0] - 1) < 1e-12 && four.correlations[1] < 0.999)
    let five = try compare(Matrix.gaussian(5, 2, seed: 7), Matrix.gaussian(5, 2, seed: 8), variance: 1)
    #expect(!five.isDegenerate)
    #expect(five.correlations[0] < 0.999_999)
  }

  @Test func distancesThatDoNotExistHaveAReason() throws {
    let varying = Matrix.gaussian(3, 2, seed: 9)
    let constant = Matrix(rows: 3, columns: 2) { _, column in Float(column) + 0.1 }
    for (x, y) in [(varying, constant), (constant, varying), (constant, constant)] {
      let result = try compare(x, y)
      #expect(result.distance == nil)
      #expect(result.reason == .constant)
      #expect(result.correlations.isEmpty && !result.isDegenerate)
    }
    let one = try compare(Matrix.gaussian(1, 4, seed: 1), Matrix.gaussian(1, 2, seed: 2))
    #expect(one.distance == nil)
    #expect(one.reason == .oneRow)
  }

  @Test func otherRowsAreAnError() throws {
    let (three, two) = (try Matrix.gaussian(3, 2, seed: 1).basis(), try Matrix.gaussian(2, 2, seed: 1).basis())
    #expect(throws: DynamicsError.rowsDiffer(3, 2)) { try CCA(three, two) }
    let none = FeatureBasis(rows: 2, kept: 0, vectors: [])
    #expect(throws: DynamicsError.rowsDiffer(3, 2)) { try CCA(three, none) }
  }

  @Test func messagesSayWhatToDoOnOneLine() {
    for (error, facts) in [
      (DynamicsError.rowsDiffer(31, 72), ["31", "72"]), (.notFinite(what: "layer 3"), ["layer 3", "NaN"]),
    ] {
      #expect(facts.allSatisfy { error.description.contains($0) })
      #expect(!error.description.contains("\n"))
    }
  }
}
