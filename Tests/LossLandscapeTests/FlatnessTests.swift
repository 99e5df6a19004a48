import LossLandscape
import Testing

/// A valley round a = 1 with an eps of 1/4 and |d1| = 4.
private func flatness(
  _ coordinates: [Double], _ losses: [Double], centerLoss: Double = 0, center: Double = 1, tolerance: Double = 0.25
) throws -> Flatness {
  try Flatness(
    coordinates: coordinates, losses: losses, centerLoss: centerLoss, center: center, tolerance: tolerance,
    directionLength: 4)
}

@Suite struct FlatnessTests {
  /// f = |a - 1|, f <= 1/4 from 3/4 to 5/4, with and without a point at 1; steeper on the right in the second curve.
  @Test func byHand() throws {
    for coordinates in [[0, 0.5, 1.5, 2], [0, 0.5, 1, 1.5, 2]] {
      let valley = try flatness(coordinates, coordinates.map { abs($0 - 1) })
      #expect(valley.lower == 0.75 && valley.upper == 1.25 && valley.width == 0.5 && valley.distance == 2)
      #expect(!valley.isLowerCensored && !valley.isUpperCensored)
    }
    let steep = try flatness([0, 2], [3, 4], centerLoss: 2, tolerance: 0.5)
    #expect(steep.lower == 0.5 && steep.upper == 1.25)
  }

  /// (a - 1)^2 on a fine grid: 1 -+ 1/2, to the sagitta of a parabola over a step h, which moves a crossing by less than
  /// h^2 / 4 over a slope of 1.
  @Test func parabola() throws {
    let coordinates = linspace(-1, 3, 402)
    let valley = try flatness(coordinates, coordinates.map { ($0 - 1) * ($0 - 1) })
    let h = 4.0 / 401
    #expect(abs(valley.lower - 0.5) < h * h / 4 && abs(valley.upper - 1.5) < h * h / 4)
    #expect(valley.lower != 0.5)
  }

  @Test func onlyTheConnectedInterval() throws {
    let valley = try flatness([-1, -0.5, 0, 0.5, 1.5, 2, 2.5], [0, 0, 1, 0, 0, 1, -5])
    #expect(valley.lower == 0.375 && valley.upper == 1.625)
  }

  @Test func censoredEnds() throws {
    let both = try flatness([0, 2], [0.25, 0.1])
    #expect(both.lower == 0 && both.upper == 2 && both.isLowerCensored && both.isUpperCensored)
    let left = try flatness([-1, 0, 2], [0, 0, 0.5])
    #expect(left.lower == -1 && left.upper == 1.5 && left.isLowerCensored && !left.isUpperCensored)
    // A range that ends at the center, or before it, says nothing of what is beyond.
    for coordinates in [[0, 0.5, 1], [0, 0.5, 0.75]] {
      let right = try flatness(coordinates, [0.5, 0, 0])
      #expect(right.lower == 0.25 && right.upper == 1 && !right.isLowerCensored && right.isUpperCensored)
    }
    #expect(try flatness([0, 2], [(0.25).nextUp, 0.25]).isLowerCensored == false)
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity]) func lossesThatAreNotFiniteEndTheInterval(loss: Double) throws {
    let valley = try flatness([-1, 0, 0.5, 1.5, 2], [0, loss, 0.1, loss, 0])
    #expect(valley.lower == 0.5 && valley.upper == 1 && !valley.isLowerCensored && !valley.isUpperCensored)
  }

  /// The exact point stands for the curve's own at the same place, and f(1) need not be the least loss.
  @Test func theCenterIsTheExactPoint() throws {
    let valley = try flatness([0, 1, 2], [2, .nan, 2], centerLoss: 1, tolerance: 0.5)
    #expect(valley.lower == 0.5 && valley.upper == 1.5)
    let slope = try flatness([0, 2], [0, 2], centerLoss: 1, tolerance: 0)
    #expect(slope.lower == 0 && slope.isLowerCensored && slope.upper == 1 && !slope.isUpperCensored)
    let elsewhere = try flatness([-1, 1], [1, 0.5], center: 0)
    #expect(elsewhere.lower == -0.25 && elsewhere.upper == 0.5)
  }

  @Test func errors() throws {
    #expect(throws: LandscapeError.tooFew(what: "points of a curve", got: 1, needed: 2)) { try flatness([0], [0]) }
    #expect(throws: LandscapeError.notAscending(index: 2)) { try flatness([0, 2, 1], [0, 0, 0]) }
    #expect(throws: LandscapeError.notAscending(index: 1)) { try flatness([0, 0], [0, 0]) }
    #expect(throws: LandscapeError.notAscending(index: 0)) { try flatness([.nan, 0], [0, 0]) }
    #expect(throws: LandscapeError.notAscending(index: 1)) { try flatness([0, .infinity], [0, 0]) }
    #expect(throws: LandscapeError.invalidTolerance(got: -1)) { try flatness([0, 2], [0, 0], tolerance: -1) }
    #expect(throws: (any Error).self) { try flatness([0, 2], [0, 0], tolerance: .nan) }
    for loss in [Double.nan, .infinity] {
      #expect(throws: LandscapeError.notFinite(what: "the loss in the middle of the valley")) {
        try flatness([0, 2], [0, 0], centerLoss: loss)
      }
    }
  }
}
