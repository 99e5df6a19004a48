import LearningDynamics
import Testing

@Suite struct PairStatisticsTests {
  private func symmetric(_ values: [Double], count: Int) -> [Double] {
    var matrix = [Double](repeating: .nan, count: count * count)
    var next = values.makeIterator()
    for i in 0..<count {
      for j in 0..<i { (matrix[i * count + j], matrix[j * count + i]) = next.next().map { ($0, $0) } ?? (.nan, .nan) }
    }
    return matrix
  }

  /// Three seeds: a resample with a pair has two seeds, whose distance is its mean, or all three. So a quarter of the
  /// means each are 1, 2, 6 and their mean 3. Without one seed, one distance is left: the jackknife of 1, 2, 6 is
  /// sqrt(2/3 (4 + 1 + 9)).
  @Test func threeSeedsByHand() throws {
    let statistics = PairStatistics(symmetric([1, 2, 6], count: 3), count: 3)
    #expect(statistics.mean == 3 && statistics.seeds == 3 && statistics.reason == nil)
    #expect(statistics.interval == 1...6)
    #expect(abs(try #require(statistics.standardError) - (28.0 / 3).squareRoot()) < 1e-14)
  }

  @Test func equalDistancesLeaveNoDoubt() {
    let statistics = PairStatistics([Double](repeating: 0.25, count: 49), count: 7)
    #expect(statistics.mean == 0.25 && statistics.interval == 0.25...0.25 && statistics.standardError == 0)
  }

  /// Two tasks: elements (i, i) count as pairs if requested.
  @Test func diagonalByHand() {
    let matrix: [Double] = [1, 0, 0, 0, 1, 0, 0, 0, 1]
    #expect(PairStatistics(matrix, count: 3).mean == 0)
    #expect(PairStatistics(matrix, count: 3, diagonal: .kept).mean == 1.0 / 3)
    // In a resample each draw meets the model of the other task with the same seed once: a third, whatever was drawn,
    // or 3 of 7 if one seed was drawn twice, or 1 if it was drawn three times: (3, 3/7, 1/3) of 3/27, 18/27, 6/27.
    #expect(PairStatistics(matrix, count: 3, diagonal: .kept).interval == 1.0 / 3...1)
  }

  @Test func fewSeedsHaveNoInterval() {
    let two = PairStatistics(symmetric([0.5], count: 2), count: 2)
    #expect(two.mean == 0.5 && two.interval == nil && two.standardError == nil && two.reason == .fewSeeds)
    for (matrix, count) in [([Double.nan], 1), ([], 0), ([Double](repeating: .nan, count: 16), 4)] {
      let none = PairStatistics(matrix, count: count)
      #expect(none.mean == nil && none.interval == nil && none.seeds == 0 && none.reason == .noPairs)
    }
    // A single number is a pair only between two tasks.
    #expect(PairStatistics([0.5], count: 1).reason == .noPairs)
    #expect(PairStatistics([0.5], count: 1, diagonal: .kept).mean == 0.5)
  }

  /// A seed without any value, such as a failed model, is ignored.
  @Test func seedsWithoutAValueAreLeftOut() {
    let with = PairStatistics(symmetric([1, 2, 6, .nan, .nan, .nan], count: 4), count: 4)
    #expect(with == PairStatistics(symmetric([1, 2, 6], count: 3), count: 3))
    // Three pairs around one seed: without it there is none.
    let star = PairStatistics(symmetric([1, 2, .nan, 6, .nan, .nan], count: 4), count: 4)
    #expect(star.mean == 3 && star.standardError == nil && star.interval != nil)
  }

  @Test func resamplesAreKeyed() {
    let matrix = symmetric((0..<45).map { Double($0 * $0 % 17) }, count: 10)
    let one = PairStatistics(matrix, count: 10, resamples: 100, seed: 1)
    #expect(one == PairStatistics(matrix, count: 10, resamples: 100, seed: 1))
    #expect(one.interval != PairStatistics(matrix, count: 10, resamples: 100, seed: 2).interval)
  }
}
