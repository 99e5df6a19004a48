import Sweep
import Testing

@Suite struct AxisTests {
  @Test func aRangeIsDividedEqually() {
    #expect(Axis(lowest: -1, highest: 1, points: 5).coordinates == [-1, -0.5, 0, 0.5, 1])
    #expect(Axis(lowest: 0, highest: 7, points: 2).coordinates == [0, 7])
  }

  @Test func theDefaultRangeHoldsNeitherZeroNorOne() {
    let coordinates = Axis(lowest: -4, highest: 4, points: 40).coordinates
    #expect(coordinates.count == 40 && coordinates.first == -4 && coordinates.last == 4)
    #expect(!coordinates.contains(0) && !coordinates.contains(1))
    #expect(abs(coordinates[1] - (-4 + 8.0 / 39)) < 1e-12)
  }

  @Test func zeroAndOneAreExactWhereTheyAreHit() {
    // In binary -0.1 + 1.2 / 12 and -0.3 + 1.6 * 13 / 16 miss 0 and 1.
    let tenths = Axis(lowest: -0.1, highest: 1.1, points: 13).coordinates
    #expect(tenths[1] == 0 && tenths[1].sign == .plus && tenths[11] == 1)
    let others = Axis(lowest: -0.3, highest: 1.3, points: 17).coordinates
    #expect(others[3] == 0 && others[3].sign == .plus && others[13] == 1)
    #expect(Axis(lowest: -1, highest: -0.0, points: 2).coordinates[1].sign == .plus)
  }

  @Test func rangesShareTheCoordinatesTheyHaveInCommon() {
    let wide = Axis(lowest: -4, highest: 4, points: 81).coordinates
    let narrow = Axis(lowest: -2, highest: 2, points: 41).coordinates
    #expect(narrow.allSatisfy(wide.contains))
  }
}
