import Foundation
import LearningDynamics
import TensorFiles
import Testing

/// What tools/fixtures/dynamics_fixture.py says.
struct NumPyFixture: Decodable {
  let cases: [Case]
  let heldOut: [HeldOutCase]
  let pairs: [PairCase]

  /// One pair of feature matrices.
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let variance: Double
    let rows: Int
    let columns: [Int]
    let kept: [Int]
    let ranks: [Int]
    let svcca: Double?
    let cca: Double?
    let pwcca: [Double]?
    let cka: Double?
    let debiased: Double?
    let procrustes: Double?
    /// nil too where distances between rows are too close to be ordered alike.
    let rsa: Double?

    var testDescription: String { name }
  }

  /// One pair of feature matrices in two halves.
  struct HeldOutCase: Decodable, Sendable, CustomTestStringConvertible {
    struct Half: Decodable, Sendable {
      let distance: Double
      let correlations: [Double]
      let kept: [Int]
    }

    let name: String
    let variance: Double
    let columns: [Int]
    let rows: [[Int]]
    let halves: [Half]

    var testDescription: String { name }
  }

  /// One matrix of pairs.
  struct PairCase: Decodable, Sendable {
    let count: Int
    let diagonal: String
    let matrix: [Double?]
    let mean: Double
    let standardError: Double
    let interval: [Double]
  }

  static func read() throws -> NumPyFixture {
    try JSONDecoder().decode(NumPyFixture.self, from: Data(contentsOf: fixture("measures.json")))
  }
}

private func fixture(_ name: String) throws -> URL {
  guard let root = Bundle.module.resourceURL else { throw CocoaError(.fileNoSuchFile) }
  return root.appending(path: "Fixtures").appending(path: name)
}

private func expectEqual(_ got: Double?, _ expected: Double?, _ what: Comment) {
  if let got, let expected { #expect(abs(got - expected) < 1e-10, what) } else { #expect(got == expected, what) }
}

/// Kept directions must match exactly; correlations and distances are compared with NumPy in Float64. Both round at
/// 1e-16, magnified by the gap below the last kept direction, and seedscape's bases at 1e-13; 1e-10 is 10 000 times
/// closer than promised.
@Suite struct NumPyTests {
  @Test(arguments: try NumPyFixture.read().cases)
  func basesAgree(with expected: NumPyFixture.Case) throws {
    let file = try SafetensorsFile(fixture("measures.safetensors"))
    let (x, y) = (
      try FeatureBasis(
        file.float32("\(expected.name).x"), columns: expected.columns[0], variance: expected.variance),
      try FeatureBasis(
        file.float32("\(expected.name).y"), columns: expected.columns[1], variance: expected.variance)
    )
    #expect(x.rows == expected.rows && y.rows == expected.rows)
    let result = try SVCCA(x, y)
    #expect(result.kept == expected.kept)
    #expect(result.isDegenerate == (expected.kept[0] + expected.kept[1] >= expected.rows))
    let correlations = try file.float64("\(expected.name).svcca")
    #expect(result.correlations.count == correlations.count)
    for (got, expected) in zip(result.correlations, correlations) { #expect(abs(got - expected) < 1e-10) }
    expectEqual(result.distance, expected.svcca, "svcca")
  }

  @Test(arguments: try NumPyFixture.read().cases)
  func comparisonsAgree(with expected: NumPyFixture.Case) throws {
    let file = try SafetensorsFile(fixture("measures.safetensors"))
    let comparison = try FeatureComparison(
      FeatureDecomposition(
        file.float32("\(expected.name).x"), columns: expected.columns[0], variance: expected.variance),
      FeatureDecomposition(
        file.float32("\(expected.name).y"), columns: expected.columns[1], variance: expected.variance))
    let (svcca, cca, pwcca) = (try comparison.svcca(), try comparison.cca(), try comparison.pwcca())
    #expect(svcca.kept == expected.kept && cca.kept == expected.ranks && pwcca.kept == expected.ranks)
    expectEqual(svcca.distance, expected.svcca, "svcca")
    expectEqual(cca.distance, expected.cca, "cca")
    let correlations = try file.float64("\(expected.name).cca")
    #expect(cca.correlations.count == correlations.count && pwcca.correlations.count == correlations.count)
    for (got, expected) in zip(cca.correlations, correlations) { #expect(abs(got - expected) < 1e-10) }
    for (got, expected) in zip(pwcca.correlations, correlations) { #expect(abs(got - expected) < 1e-10) }
    if let weighted = expected.pwcca {
      expectEqual(pwcca.distance, weighted[0], "pwcca")
      expectEqual(pwcca.reverseDistance, weighted[1], "pwcca, reverse")
    } else {
      #expect(pwcca.distance == nil && pwcca.reason != nil)
    }
    let cka = comparison.cka()
    expectEqual(cka.distance, expected.cka, "cka")
    expectEqual(cka.debiased, expected.debiased, "cka, debiased")
    expectEqual(try comparison.procrustes().distance, expected.procrustes, "procrustes")
    if let rsa = expected.rsa { expectEqual(comparison.rsa(seed: 0).distance, rsa, "rsa") }
  }

  @Test func severalCasesHaveDistancesToCorrelate() throws {
    #expect(try NumPyFixture.read().cases.count { $0.rsa != nil } >= 3)
  }

  @Test(arguments: try NumPyFixture.read().heldOut)
  func heldOutAgrees(with expected: NumPyFixture.HeldOutCase) throws {
    let file = try SafetensorsFile(fixture("measures.safetensors"))
    let result = try HeldOutSVCCA(
      HalfBasis.both(
        file.float32("\(expected.name).x"), columns: expected.columns[0], halves: expected.rows,
        variance: expected.variance),
      HalfBasis.both(
        file.float32("\(expected.name).y"), columns: expected.columns[1], halves: expected.rows,
        variance: expected.variance))
    for (got, expected) in zip(result.halves, expected.halves) {
      #expect(got.kept == expected.kept)
      #expect(got.correlations.count == expected.correlations.count)
      for (got, expected) in zip(got.correlations, expected.correlations) { #expect(abs(got - expected) < 1e-8) }
      #expect(abs(try #require(got.distance) - expected.distance) < 1e-8)
    }
    let distances = expected.halves.map(\.distance)
    #expect(abs(try #require(result.distance) - (distances[0] + distances[1]) / 2) < 1e-8)
    #expect(abs(try #require(result.spread) - abs(distances[0] - distances[1])) < 1e-8)
  }

  /// Mean and jackknife up to rounding; percentiles of 20 000 resamples compared with those of all n^n, values in 0 ...
  /// 1.
  @Test func pairStatisticsAgree() throws {
    for expected in try NumPyFixture.read().pairs {
      let statistics = PairStatistics(
        expected.matrix.map { $0 ?? .nan }, count: expected.count,
        diagonal: expected.diagonal == "kept" ? .kept : .dropped, resamples: 20_000)
      #expect(abs(try #require(statistics.mean) - expected.mean) < 1e-14)
      #expect(abs(try #require(statistics.standardError) - expected.standardError) < 1e-14)
      let interval = try #require(statistics.interval)
      #expect(abs(interval.lowerBound - expected.interval[0]) < 0.02)
      #expect(abs(interval.upperBound - expected.interval[1]) < 0.02)
    }
  }
}
