import LearningDynamics
import Testing

@Suite struct HeldOutSVCCATests {
  private func compare(
    _ x: Matrix, _ y: Matrix, _ halves: [[Int]], variance: Double = 0.99
  ) throws -> HeldOutSVCCA {
    try HeldOutSVCCA(
      HalfBasis.both(x.elements, columns: x.columns, halves: halves, variance: variance),
      HalfBasis.both(y.elements, columns: y.columns, halves: halves, variance: variance))
  }

  /// One direction each: (1, 2, 3) with itself on one half, with (1, 3, 2) on the other, where the correlation is 1/2.
  @Test func oneColumnByHand() throws {
    let x = Matrix(columns: [[1, 2, 3, 1, 2, 3]])
    let result = try compare(x, Matrix(columns: [[1, 2, 3, 1, 3, 2]]), [[0, 1, 2], [3, 4, 5]])
    #expect(abs(try #require(result.halves[0].distance) - 0.5) < 1e-14)
    #expect(abs(try #require(result.halves[1].distance)) < 1e-14)
    #expect(abs(try #require(result.distance) - 0.25) < 1e-14)
    #expect(abs(try #require(result.spread) - 0.5) < 1e-14)
    #expect(result.halves.allSatisfy { $0.kept == [1, 1] && !$0.isDegenerate } && result.reason == nil)
    // Neither the means of the halves nor the order of rows within a half matter.
    let moved = Matrix(columns: [[101, 102, 103, -9, -8, -7]])
    let reordered = try compare(moved, Matrix(columns: [[1, 2, 3, 1, 3, 2]]), [[2, 0, 1], [3, 5, 4]])
    #expect(abs(try #require(reordered.distance) - 0.25) < 1e-14)
  }

  /// Variates fitted as equal may be opposite elsewhere: a correlation of -1, but no distance above 1.
  @Test func oppositeHalvesByHand() throws {
    let result = try compare(
      Matrix(columns: [[1, 2, 3, 1, 2, 3]]), Matrix(columns: [[1, 2, 3, 3, 2, 1]]), [[0, 1, 2], [3, 4, 5]])
    #expect(result.halves.allSatisfy { abs($0.correlations[0] + 1) < 1e-14 && $0.distance == 1 })
    #expect(result.distance == 1 && result.spread == 0)
  }

  @Test func identicalFeaturesHaveDistanceZero() throws {
    let x = Matrix.gaussian(60, 7, seed: 0)
    let result = try compare(x, x, SequenceRows(sequenceOfRow: (0..<60).map { $0 / 5 }).halves(seed: 1))
    #expect(try #require(result.distance) < 1e-12 && (try #require(result.spread)) < 1e-12)
  }

  @Test func orthogonalMapsAndScalesChangeNothing() throws {
    let (x, y) = relatedViews()
    let halves = SequenceRows(sequenceOfRow: (0..<60).map { $0 / 4 }).halves(seed: 2)
    let expected = try #require(try compare(x, y, halves).distance)
    #expect((0.05...0.95).contains(expected))
    for other in [x.turned, x.scaledAndMoved] {
      #expect(abs(try #require(try compare(other, y, halves).distance) - expected) < 1e-11)
    }
  }

  /// Noise correlates in sample by chance, and not out of sample.
  @Test func noiseIsFartherThanInSample() throws {
    let (x, y) = (Matrix.gaussian(400, 40, seed: 3), Matrix.gaussian(400, 40, seed: 4))
    let inSample = try #require(try SVCCA(x.basis(), y.basis()).distance)
    let result = try compare(x, y, SequenceRows(sequenceOfRow: (0..<400).map { $0 / 4 }).halves(seed: 1))
    #expect(inSample < 0.8)
    #expect(try #require(result.distance) > 0.97 && (try #require(result.spread)) < 0.05)
  }

  @Test func distancesThatDoNotExistHaveAReason() throws {
    let (x, y) = (Matrix.gaussian(6, 2, seed: 1), Matrix.gaussian(6, 2, seed: 2))
    let halves = [[0, 1, 2], [3, 4, 5]]
    // If the rows of one half are equal, there is nothing to fit there, and nothing to measure of what the other half
    // fitted.
    let dead = Matrix(rows: 6, columns: 2) { row, column in row < 3 ? 5 : x[row, column] }
    for (a, b) in [(dead, y), (y, dead)] {
      let result = try compare(a, b, halves)
      #expect(result.distance == nil && result.spread == nil && result.reason == .constant)
      #expect(result.halves.allSatisfy { $0.distance == nil && $0.correlations.isEmpty && $0.reason == .constant })
    }
    // One half varies along (1, 3), the other only along (3, -1).
    let whole = Matrix.whole(6, 1, seed: 3)
    let apart = Matrix(rows: 6, columns: 2) { whole[$0, 0] * ($0 < 3 ? [1, 3] : [3, -1])[$1] }
    #expect(try compare(apart, y, halves).reason == .constant)
    #expect(try compare(x, y, SequenceRows(sequenceOfRow: [4, 4, 4, 4, 4, 4]).halves(seed: 0)).reason == .oneSequence)
    #expect(try compare(x, y, [[0], [1, 2, 3, 4, 5]]).reason == .oneRow)
  }

  @Test func degenerateWhereTheFitIsPerfect() throws {
    let result = try compare(
      Matrix.gaussian(12, 5, seed: 1), Matrix.gaussian(12, 4, seed: 2), [Array(0..<6), Array(6..<12)], variance: 1)
    #expect(result.halves.allSatisfy { $0.isDegenerate })
    #expect(result.distance != nil)
  }

  @Test func otherRowsAreAnError() throws {
    let x = Matrix.gaussian(6, 2, seed: 1)
    func split(_ halves: [[Int]]) throws -> [HalfBasis] { try HalfBasis.both(x.elements, columns: 2, halves: halves) }
    #expect(throws: DynamicsError.rowsDiffer(3, 2)) {
      try HeldOutSVCCA(split([[0, 1, 2], [3, 4, 5]]), split([[0, 1], [2, 3, 4, 5]]))
    }
    #expect(throws: DynamicsError.rowsDiffer(3, 2)) {
      try HeldOutSVCCA(split([[0, 1, 2], [3, 4, 5]]), split([[0, 1, 2], [3, 4]]))
    }
  }

  @Test func storedSplitIsTheSplit() throws {
    let x = Matrix.gaussian(20, 3, seed: 1)
    for half in try HalfBasis.both(x.elements, columns: 3, halves: [Array(0..<9), Array(9..<20)]) {
      #expect(HalfBasis(fitted: half.fitted, heldOutRows: half.heldOutRows, heldOut: half.heldOut) == half)
    }
  }
}
