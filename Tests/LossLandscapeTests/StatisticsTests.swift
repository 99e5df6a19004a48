import Foundation
import LossLandscape
import Testing

/// What tools/fixtures/landscape_fixture.py says.
private struct SciPy: Decodable {
  struct Quantile: Decodable {
    let share: Double
    let degrees: Int
    let t: Double
  }
  struct Sample: Decodable {
    let values: [Double]
    let mean: Double
    let interval: [Double]
  }
  let quantiles: [Quantile]
  let samples: [Sample]

  static func read() throws -> SciPy {
    try JSONDecoder().decode(SciPy.self, from: Data(contentsOf: landscapeFixture("statistics.json")))
  }
}

@Suite struct SeedStatisticsTests {
  /// 1 ... 5: deviation sqrt(2.5), standard error sqrt(0.5), t with 4 degrees 2.776 (any table).
  @Test func byHand() throws {
    let statistics = try SeedStatistics([5, 1, 4, 2, 3])
    #expect(statistics.count == 5 && statistics.mean == 3 && statistics.kind == .confidence95)
    #expect(abs(statistics.interval.upperBound - (3 + 2.776_445_105 * 0.5.squareRoot())) < 1e-9)
    #expect(abs(statistics.interval.lowerBound - (3 - 2.776_445_105 * 0.5.squareRoot())) < 1e-9)
  }

  @Test func rangeBelowFiveSeeds() throws {
    for values in [[2.0], [2, 7], [7, 2, 3], [3, 7, 4, 2]] {
      let statistics = try SeedStatistics(values)
      #expect(statistics.kind == .range && statistics.count == values.count)
      #expect(statistics.interval == 2...(values.count == 1 ? 2 : 7))
      #expect(statistics.mean == values.reduce(0, +) / Double(values.count))
    }
  }

  @Test func equalValuesHaveNoWidth() throws {
    let statistics = try SeedStatistics([0.5, 0.5, 0.5, 0.5, 0.5])
    #expect(statistics.interval == 0.5...0.5 && statistics.kind == .confidence95)
  }

  @Test func errors() throws {
    #expect(throws: LandscapeError.tooFew(what: "seeds", got: 0, needed: 1)) { try SeedStatistics([]) }
    for bad in [[Double.nan], [1, .infinity, 2], [1, 2, 3, 4, -.infinity, .nan], [1e200, -1e200]] {
      #expect(throws: LandscapeError.notFinite(what: "a value of a seed, or its square,")) { try SeedStatistics(bad) }
    }
  }

  /// The mean's own rounding, 1e-16 of it, and that of deviations from it.
  @Test func agreesWithSciPy() throws {
    let samples = try SciPy.read().samples
    #expect(samples.map(\.values.count) == [5, 6, 25, 10])
    for sample in samples {
      let statistics = try SeedStatistics(sample.values)
      let tolerance = 1e-14 * sample.values.reduce(1) { max($0, abs($1)) }
      #expect(abs(statistics.mean - sample.mean) < tolerance)
      #expect(abs(statistics.interval.lowerBound - sample.interval[0]) < tolerance)
      #expect(abs(statistics.interval.upperBound - sample.interval[1]) < tolerance)
    }
  }
}

@Suite struct StudentQuantileTests {
  /// Closed forms: tan(pi share / 2) for one degree; share sqrt(2 / (1 - share^2)) for two. Half of the mass of Cauchy's
  /// distribution lies within 1.
  @Test(arguments: [0.1, 0.5, 0.9, 0.95, 0.999]) func byHand(share: Double) throws {
    #expect(abs(studentQuantile(share: share, degrees: 1) / tan(.pi / 2 * share) - 1) < 1e-12)
    #expect(
      abs(studentQuantile(share: share, degrees: 2) / (share * (2 / (1 - share * share)).squareRoot()) - 1) < 1e-12)
    #expect(abs(studentQuantile(share: 0.5, degrees: 1) - 1) < 1e-15)
  }

  @Test func agreesWithSciPy() throws {
    let quantiles = try SciPy.read().quantiles
    #expect(quantiles.count == 135)
    for quantile in quantiles {
      let t = studentQuantile(share: quantile.share, degrees: quantile.degrees)
      #expect(abs(t / quantile.t - 1) < 1e-11, "\(quantile)")
    }
  }
}
