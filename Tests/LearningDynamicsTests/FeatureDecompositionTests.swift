import LearningDynamics
import Testing

@Suite struct FeatureDecompositionTests {
  /// Columns of lengths 10, 3, 1 (times the square root of 8) along orthogonal directions: singular values 1, 0.3, 0.1.
  @Test func orthogonalColumnsByHand() throws {
    let features = Matrix(columns: [signs[2], signs[0].map { 10 * $0 }, signs[1].map { 3 * $0 }])
    let decomposition = try features.decomposition()
    #expect(decomposition.rows == 8 && decomposition.columns == 3 && decomposition.rank == 3)
    #expect(decomposition.kept == 2)
    for (value, expected) in zip(decomposition.values, [1, 0.3, 0.1]) { #expect(abs(value - expected) < 1e-15) }
    // Direction 0 is column 1, direction 1 column 2, direction 2 column 0.
    for (index, expected) in [0.0, 1, 0, 0, 0, 1, 1, 0, 0].enumerated() {
      #expect(abs(abs(decomposition.right[index]) - expected) < 1e-15)
    }
    #expect(decomposition.basis.kept == 2)
  }

  /// U S V^T is the centred features divided by the largest singular value, even if they are wide or of low rank.
  @Test(arguments: [(20, 5), (6, 11), (9, 9), (2, 3)])
  func partsMakeTheFeatures(rows: Int, columns: Int) throws {
    let x = Matrix.gaussian(rows, columns, seed: 1)
    let decomposition = try x.decomposition()
    let rank = decomposition.rank
    #expect(rank == min(columns, rows - 1))
    #expect(decomposition.left.count == rows * rank && decomposition.right.count == rank * columns)
    var greatest = 0.0
    for column in 0..<columns {
      let mean = (0..<rows).reduce(0.0) { $0 + Double(x[$1, column]) } / Double(rows)
      for row in 0..<rows where abs(Double(x[row, column]) - mean) > greatest {
        greatest = abs(Double(x[row, column]) - mean)
      }
    }
    var ratios: [Double] = []
    for row in 0..<rows {
      for column in 0..<columns {
        let mean = (0..<rows).reduce(0.0) { $0 + Double(x[$1, column]) } / Double(rows)
        let centred = Double(x[row, column]) - mean
        let made = (0..<rank).reduce(0.0) {
          $0 + decomposition.left[row * rank + $1] * decomposition.values[$1]
            * decomposition.right[$1 * columns + column]
        }
        if abs(centred) > greatest / 10 { ratios.append(made / centred) }
      }
    }
    #expect(ratios.allSatisfy { abs($0 / ratios[0] - 1) < 1e-12 }, "one factor for all")
  }

  /// The result from the Gram matrix, up to a fraction of 0.999, spans the same space as the singular value
  /// decomposition.
  @Test(arguments: [(40, 12), (12, 40), (25, 25)], [0.5, 0.99, 0.999])
  func basesByEitherRoadAreTheSame(shape: (Int, Int), variance: Double) throws {
    let normal = Matrix.gaussian(shape.0, shape.1, seed: 3)
    // A spectrum that falls by five orders of magnitude.
    let x = Matrix(rows: shape.0, columns: shape.1) {
      normal[$0, $1] * Float(sign: .plus, exponent: -$1 / 2, significand: 1)
    }
    let quick = try x.basis(variance: variance)
    let slow = try x.decomposition(variance: variance).basis
    #expect(quick.kept == slow.kept)
    #expect(departureFromOrthonormal(quick) < 1e-12)
    #expect(try CCA(quick, slow).correlations.allSatisfy { $0 > 1 - 1e-11 })
  }

  /// Bit for bit, from subnormal numbers to some whose squares overflow.
  @Test(arguments: [-1060, -500, 500, 1019])
  func powersOfTwoChangeNothing(exponent: Int) throws {
    let x = Matrix.whole(30, 6, seed: 4)
    let decomposition = try x.decomposition()
    #expect(try FeatureDecomposition(x.doubles(exponent: exponent), columns: 6) == decomposition)
    #expect(try FeatureBasis(x.doubles(exponent: exponent), columns: 6) == x.basis())
  }

  @Test func storedDecompositionIsTheDecomposition() throws {
    let x = try Matrix.gaussian(12, 4, seed: 5).decomposition()
    let stored = FeatureDecomposition(
      rows: x.rows, columns: x.columns, kept: x.kept, values: x.values, left: x.left, right: x.right)
    #expect(stored == x && stored.basis == x.basis)
  }

  @Test func featuresThatDoNotVaryHaveRankZero() throws {
    for value: Double in [0, 0.1, -1e300, .leastNonzeroMagnitude, .greatestFiniteMagnitude] {
      let features = try FeatureDecomposition([Double](repeating: value, count: 21), columns: 3)
      #expect(features.rank == 0 && features.kept == 0 && features.left.isEmpty && features.right.isEmpty)
    }
    #expect(try Matrix.gaussian(1, 5, seed: 3).decomposition().rank == 0)
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func notFiniteIsAnError(value: Double) {
    #expect(throws: DynamicsError.notFinite(what: "a feature matrix")) {
      try FeatureDecomposition([1, 2, 3, value, 5, 6], columns: 2)
    }
    #expect(throws: DynamicsError.notFinite(what: "a feature matrix")) {
      try HalfBasis.both([1, 2, 3, value, 5, 6], columns: 2, halves: [[0], [1, 2]])
    }
  }
}
