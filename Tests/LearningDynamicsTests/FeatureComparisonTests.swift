import LearningDynamics
import Testing

@Suite struct FeatureComparisonTests {
  /// Directions that are shared or rotated, with the lengths (3, 1) and (1, 1): correlations 1 and 0.6.
  private let turnedX = Matrix(columns: [signs[0].map { 15 * $0 }, signs[1].map { 5 * $0 }])
  private let turnedY = Matrix(columns: [signs[0].map { 5 * $0 }, sum(3, signs[1], 4, signs[2])])
  /// Directions of the lengths (2, 1) and (1, 2) that share the first.
  private let crossedX = Matrix(columns: [signs[0].map { 2 * $0 }, signs[1]])
  private let crossedY = Matrix(columns: [signs[0], signs[2].map { 2 * $0 }])

  @Test func svccaAndCCAAreThoseOfTheBases() throws {
    let (x, y) = relatedViews()
    let comparison = try FeatureComparison(x.decomposition(variance: 0.8), y.decomposition(variance: 0.9))
    let svcca = try SVCCA(x.basis(variance: 0.8), y.basis(variance: 0.9))
    #expect(try comparison.svcca().kept == svcca.kept)
    #expect(abs(try #require(try comparison.svcca().distance) - (try #require(svcca.distance))) < 1e-12)
    let cca = try CCA(x.basis(variance: 1), y.basis(variance: 1))
    #expect(try comparison.cca().kept == [6, 9])
    #expect(abs(try #require(try comparison.cca().distance) - (try #require(cca.distance))) < 1e-12)
  }

  /// Weights 3 to 1 on x's side, (3 + 0.6) / 4; equal weights on y's side, (1 + 0.6) / 2.
  @Test func pwccaByHand() throws {
    let result = try compare(turnedX, turnedY).pwcca()
    #expect(abs(try #require(result.distance) - 0.1) < 1e-14)
    #expect(abs(try #require(result.reverseDistance) - 0.2) < 1e-14)
    #expect(abs(result.correlations[0] - 1) < 1e-14 && abs(result.correlations[1] - 0.6) < 1e-14)
    #expect(result.kept == [2, 2] && !result.isDegenerate && result.reason == nil)
    let reverse = try compare(turnedY, turnedX).pwcca()
    #expect(abs(try #require(reverse.distance) - 0.2) < 1e-14)
    // The weights are sums of magnitudes over columns: a column given twice counts twice.
    let doubled = Matrix(columns: [signs[0].map { 5 * $0 }, signs[0].map { 5 * $0 }, signs[1].map { 5 * $0 }])
    #expect(abs(try #require(try compare(doubled, turnedY).pwcca().distance) - (1 - 2.6 / 3)) < 1e-14)
  }

  /// |X^T Y|^2 = 64 * 4, compared with 64 * 17 for each side with itself. Debiased, by Song's formula for N = 8 and
  /// rows of squared length 5: (256, 1088, 1088) - 8/6 * 200 + 40 * 40 / 42 = (192, 6016, 6016) / 7.
  @Test func ckaByHand() throws {
    let result = try compare(crossedX, crossedY).cka()
    #expect(abs(try #require(result.distance) - 13.0 / 17) < 1e-14)
    #expect(abs(try #require(result.debiased) - (1 - 192.0 / 6016)) < 1e-14)
    #expect(result.reason == nil && result.debiasedReason == nil)
  }

  /// |X^T Y|_* = 8 * 2, divided by |X| |Y| = 8 * 5.
  @Test func procrustesByHand() throws {
    let result = try compare(crossedX, crossedY).procrustes()
    #expect(abs(try #require(result.distance) - 0.6) < 1e-14)
    #expect(result.reason == nil)
  }

  @Test func identicalFeaturesHaveDistanceZero() throws {
    let x = Matrix.gaussian(60, 7, seed: 0)
    let comparison = try compare(x, x)
    let distances = [
      try comparison.svcca().distance, try comparison.cca().distance, try comparison.pwcca().distance,
      try comparison.pwcca().reverseDistance, comparison.cka().distance, comparison.cka().debiased,
      try comparison.procrustes().distance,
    ]
    for distance in distances { #expect(abs(try #require(distance)) < 1e-12) }
  }

  /// Orthogonal maps, one scale and offsets change none of SVCCA, CKA and Procrustes.
  @Test func orthogonalMapsAndScalesChangeNothing() throws {
    let (x, y) = relatedViews()
    func distances(_ x: Matrix) throws -> [Double?] {
      let comparison = try compare(x, y)
      let cka = comparison.cka()
      return [
        try comparison.svcca().distance, cka.distance, cka.debiased, try comparison.procrustes().distance,
      ]
    }
    let expected = try distances(x)
    for other in [x.turned, x.scaledAndMoved] {
      for (got, expected) in zip(try distances(other), expected) {
        #expect(abs(try #require(got) - (try #require(expected))) < 1e-12)
      }
    }
  }

  /// Invertible maps change neither CCA nor the correlations of PWCCA, but they change its weights and the other
  /// measures.
  @Test func invertibleMapsChangeNoCorrelation() throws {
    let (x, y) = relatedViews()
    let (straight, sheared) = (try compare(x, y), try compare(x.sheared, y))
    #expect(abs(try #require(try straight.cca().distance) - (try #require(try sheared.cca().distance))) < 1e-12)
    let (before, after) = (try straight.pwcca(), try sheared.pwcca())
    #expect(zip(before.correlations, after.correlations).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(abs(try #require(before.reverseDistance) - (try #require(after.reverseDistance))) < 1e-12)
    #expect(abs(try #require(before.distance) - (try #require(after.distance))) > 1e-3)
    #expect(abs(try #require(straight.cka().distance) - (try #require(sheared.cka().distance))) > 1e-3)
  }

  @Test func sidesMayBeSwapped() throws {
    let (x, y) = relatedViews()
    let (forth, back) = (try compare(x, y), try compare(y, x))
    #expect(abs(try #require(forth.cka().distance) - (try #require(back.cka().distance))) < 1e-12)
    #expect(abs(try #require(forth.cka().debiased) - (try #require(back.cka().debiased))) < 1e-12)
    #expect(abs(try #require(try forth.pwcca().distance) - (try #require(try back.pwcca().reverseDistance))) < 1e-12)
    #expect(
      abs(try #require(try forth.procrustes().distance) - (try #require(try back.procrustes().distance))) < 1e-12)
  }

  /// Independent Gaussians, N = 250 and d = 200: biased CKA is about d / (N + d), debiased about 0.
  @Test func chanceIsWhatTheDebiasedEstimateTakesAway() throws {
    let result = try compare(Matrix.gaussian(250, 200, seed: 5), Matrix.gaussian(250, 200, seed: 6)).cka()
    #expect(abs(try #require(result.distance) - (1 - 200.0 / 450)) < 0.01)
    #expect(abs(try #require(result.debiased) - 1) < 0.02)
  }

  @Test func distancesThatDoNotExistHaveAReason() throws {
    let constant = Matrix(rows: 3, columns: 2) { _, column in Float(column) + 0.1 }
    for (x, y, reason) in [
      (Matrix.gaussian(3, 2, seed: 9), constant, Missing.constant),
      (constant, Matrix.gaussian(3, 2, seed: 9), .constant),
      (Matrix.gaussian(1, 4, seed: 1), Matrix.gaussian(1, 2, seed: 2), .oneRow),
    ] {
      let comparison = try compare(x, y)
      let (pwcca, cka, procrustes) = (try comparison.pwcca(), comparison.cka(), try comparison.procrustes())
      #expect(try comparison.svcca().distance == nil && comparison.svcca().reason == reason)
      #expect(try comparison.cca().distance == nil && comparison.cca().reason == reason)
      #expect(pwcca.distance == nil && pwcca.reverseDistance == nil && pwcca.reason == reason)
      #expect(cka.distance == nil && cka.debiased == nil && cka.reason == reason && cka.debiasedReason == reason)
      #expect(procrustes.distance == nil && procrustes.reason == reason)
    }
  }

  /// N - 3 divides the debiased estimate. Rows that are equally far apart have no structure: 0 / 0.
  @Test func debiasedNeedsFourRowsOfSomeKind() throws {
    let three = try compare(Matrix.gaussian(3, 2, seed: 1), Matrix.gaussian(3, 2, seed: 2)).cka()
    #expect(three.distance != nil && three.debiased == nil && three.debiasedReason == .fewRows)
    let four = try compare(Matrix.gaussian(4, 2, seed: 1), Matrix.gaussian(4, 2, seed: 2)).cka()
    #expect(four.debiased != nil && four.debiasedReason == nil)
    let simplex = Matrix(rows: 5, columns: 5) { $0 == $1 ? 7 : 0 }
    let equidistant = try compare(simplex, Matrix.gaussian(5, 2, seed: 3)).cka()
    #expect(equidistant.distance != nil && equidistant.debiased == nil && equidistant.debiasedReason == .equidistant)
  }

  @Test func otherRowsAreAnError() throws {
    let (three, two) = (Matrix.gaussian(3, 2, seed: 1), Matrix.gaussian(2, 2, seed: 1))
    #expect(throws: DynamicsError.rowsDiffer(3, 2)) { try compare(three, two) }
  }
}
