import Foundation
import GLUE
import LinearAlgebra
import Testing

@Suite struct MetricsTests {
  @Test func accuracyIsTheFractionOfRightRows() {
    #expect(Metrics.accuracy([0, 1, 1, 2], [0, 1, 0, 2]) == 0.75)
    #expect(Metrics.accuracy([], []) == nil)
  }

  // TP = 2, FP = 1, FN = 1: F1 = 4 / 6.
  @Test func f1IsOfTheClassAskedFor() {
    #expect(Metrics.f1([1, 1, 1, 0, 0], [1, 1, 0, 1, 0]) == 4.0 / 6.0)
    // Class 0: TP = 1, FP = 1, FN = 1.
    #expect(Metrics.f1([1, 1, 1, 0, 0], [1, 1, 0, 1, 0], positive: 0) == 0.5)
  }

  @Test func f1IsZeroOrMissingWithoutTruePositives() {
    #expect(Metrics.f1([0, 0], [0, 1]) == 0)
    #expect(Metrics.f1([0, 0], [0, 0]) == nil)
  }

  // TP = 2, TN = 1, FP = 1, FN = 1: (2 - 1) / sqrt(3 * 3 * 2 * 2) = 1 / 6.
  @Test func matthewsIsTheTextbookFormula() {
    #expect(abs(Metrics.matthews([1, 1, 1, 0, 0], [1, 1, 0, 1, 0]) - 1.0 / 6.0) < 1e-15)
    #expect(Metrics.matthews([0, 1, 2], [0, 1, 2]) == 1)
    #expect(Metrics.matthews([1, 0], [0, 1]) == -1)
  }

  @Test func matthewsIsZeroWhenUndefined() {
    #expect(Metrics.matthews([1, 1, 1], [1, 0, 1]) == 0)
    #expect(Metrics.matthews([1, 0, 1], [1, 1, 1]) == 0)
    #expect(Metrics.matthews([], []) == 0)
  }

  // x - 2 = (-1, 0, 1); y - 2 = (-1, 1, 0): 1 / sqrt(2 * 2).
  @Test func pearsonByHand() throws {
    #expect(abs(try #require(Metrics.pearson([1, 2, 3], [1, 3, 2])) - 0.5) < 1e-15)
    #expect(abs(try #require(Metrics.pearson([1, 2, 4], [-2, -4, -8])) + 1) < 1e-15)
  }

  @Test func correlationsAreMissingWhenUndefined() {
    let undefined: [([Double], [Double])] = [
      ([], []), ([1], [2]), ([0.1, 0.1, 0.1], [1, 2, 3]), ([1, 2, 3], [5, 5, 5]), ([1, .nan, 3], [1, 2, 3]),
      ([1, 2, 3], [1, 2, .infinity]),
    ]
    for (predictions, targets) in undefined {
      #expect(Metrics.pearson(predictions, targets) == nil)
      #expect(Metrics.spearman(predictions, targets) == nil)
    }
  }

  // Squares of such values overflow or underflow; the correlation does not.
  @Test(arguments: [1e-200, 1, 1e200]) func pearsonIsOfNoScale(scale: Double) throws {
    let value = try #require(Metrics.pearson([1 * scale, 2 * scale, 3 * scale], [1, 3, 2]))
    #expect(abs(value - 0.5) < 1e-14)
  }

  @Test func tiesShareTheMeanRank() {
    #expect(Correlation.meanRanks([30, 10, 20, 10, 10]) == [5, 2, 4, 2, 2])
    #expect(Correlation.meanRanks([]) == [])
  }

  @Test func spearmanIsPearsonOfRanks() throws {
    #expect(abs(try #require(Metrics.spearman([1, 10, 100], [1, 2, 3])) - 1) < 1e-15)
    // Ranks (1, 2.5, 2.5, 4) and (1, 2, 3, 4): 4.5 / sqrt(4.5 * 5).
    let tied = try #require(Metrics.spearman([1, 2, 2, 9], [1, 2, 3, 4]))
    #expect(abs(tied - 4.5 / (4.5 * 5.0).squareRoot()) < 1e-15)
  }
}

@Suite struct MetricsReferenceTests {
  struct Reference: Decodable {
    struct ClassCase: Decodable {
      let name: String
      let predictions, targets: [Int]
      let accuracy, f1, matthews: Double
    }
    struct ValueCase: Decodable {
      let name: String
      let predictions, targets: [Double]
      let pearson, spearman: Double
    }
    let classes: [ClassCase]
    let values: [ValueCase]
  }

  let reference: Reference

  init() throws {
    let url = try #require(Bundle.module.url(forResource: "metrics", withExtension: "json", subdirectory: "Fixtures"))
    reference = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url))
  }

  // A handful of roundings, of values of order 1.
  @Test func classMetricsAreNumPys() throws {
    #expect(reference.classes.count == 4)
    for item in reference.classes {
      #expect(
        abs(try #require(Metrics.accuracy(item.predictions, item.targets)) - item.accuracy) < 1e-15, "\(item.name)")
      #expect(abs(try #require(Metrics.f1(item.predictions, item.targets)) - item.f1) < 1e-15, "\(item.name)")
      #expect(abs(Metrics.matthews(item.predictions, item.targets) - item.matthews) < 1e-14, "\(item.name)")
    }
  }

  // Sums of 97 terms; at an offset of 1e6 the mean's rounding, 1e-10, meets a spread of 1.
  @Test func valueMetricsAreSciPys() throws {
    #expect(reference.values.count == 4)
    for item in reference.values {
      let tolerance = item.name == "large offset" ? 1e-10 : 1e-13
      #expect(
        abs(try #require(Metrics.pearson(item.predictions, item.targets)) - item.pearson) < tolerance, "\(item.name)")
      #expect(
        abs(try #require(Metrics.spearman(item.predictions, item.targets)) - item.spearman) < 1e-13, "\(item.name)")
    }
  }
}
