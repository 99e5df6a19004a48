import LinearAlgebra
import LossLandscape
import Testing

@Suite struct AxesTests {
  /// d1 = (3, 4) and d2 = (0, 2).
  @Test func byHand() throws {
    let axes = try Axes(try plane([1, 1], [4, 5], [1, 3]))
    #expect(axes.length1 == 5)
    #expect(axes.length2 == 2)
    #expect(axes.scale == 2.5)
    #expect(abs(axes.cosine - 0.8) < 1e-15)
  }

  @Test func anglesByHand() throws {
    #expect(try Axes(try plane([1, 1], [2, 1], [1, 7])).cosine == 0)
    #expect(abs(try Axes(try plane([1, 1], [2, 3], [-1, -3])).cosine + 1) < 1e-15)
    let same = try Axes(try plane([0, 0], [3, 4], [3, 4]))
    #expect(same.cosine == 1 && same.scale == 1)
  }

  /// Heads are of any size and value, and no part of a direction.
  @Test func headsDoNotCount() throws {
    let heads: [[Float]] = [[], [100, .nan, -3], [.infinity]]
    let bare = try Axes(try plane([1, 1], [4, 5], [1, 3]))
    #expect(try Axes(try plane([1, 1], [4, 5], [1, 3], heads: heads)) == bare)
  }

  /// Against sums in one go, at sizes on both sides of a block of 1024.
  @Test(arguments: [1, 2, 1023, 1024, 1025, 2048, 70_001])
  func awkwardSizes(count: Int) throws {
    let (zero, one, two) = (gaussian(count, seed: 0), gaussian(count, seed: 1), gaussian(count, seed: 2, scale: 0.1))
    let d1 = zip(one, zero).map { Double($0) - Double($1) }
    let d2 = zip(two, zero).map { Double($0) - Double($1) }
    let length1 = d1.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let length2 = d2.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let product = zip(d1, d2).reduce(0) { $0 + $1.0 * $1.1 }
    let axes = try Axes(try plane(zero, one, two))
    #expect(abs(axes.length1 / length1 - 1) < 1e-12)
    #expect(abs(axes.length2 / length2 - 1) < 1e-12)
    #expect(abs(axes.cosine - product / (length1 * length2)) < 1e-12)
  }

  /// Differences and squares that Float32 cannot hold.
  @Test func extremesOfFloat32() throws {
    let least = Float.leastNonzeroMagnitude
    let greatest = Float.greatestFiniteMagnitude
    let axes = try Axes(try plane([0, -greatest], [least, -greatest], [0, greatest]))
    #expect(axes.length1 == Double(least))
    #expect(axes.length2 == 2 * Double(greatest))
    #expect(axes.cosine == 0)
    // One unit in the last place of a great number is a direction.
    #expect(try Axes(try plane([1e8, 0], [Float(1e8).nextUp, 0], [0, 1])).length1 == 8)
  }

  @Test func zeroDirectionsAreErrors() throws {
    #expect(throws: LandscapeError.zeroDirection(name: "theta1 - theta0")) {
      try Axes(try plane([1, 2], [1, 2], [3, 4], heads: [[0], [5], [0]]))
    }
    #expect(throws: LandscapeError.zeroDirection(name: "theta2 - theta0")) {
      try Axes(try plane([1, 2], [3, 4], [1, 2], heads: [[0], [0], [5]]))
    }
    // 0 and -0 are one point.
    #expect(throws: LandscapeError.zeroDirection(name: "theta1 - theta0")) {
      try Axes(try plane([0, 2], [-0.0, 2], [3, 4]))
    }
  }
}

@Suite struct PlaneTests {
  @Test func checkpointsSmallerThanThetaAreErrors() throws {
    let (three, two) = (parameters([1, 2, 3]), parameters([1, 2]))
    let error = LandscapeError.sizesDiffer(got: 2, expected: 3)
    #expect(throws: error) { try Plane(theta0: two, theta1: three, theta2: three, encoder: 0..<3) }
    #expect(throws: error) { try Plane(theta0: three, theta1: two, theta2: three, encoder: 0..<3) }
    #expect(throws: error) { try Plane(theta0: three, theta1: three, theta2: two, encoder: 0..<3) }
    #expect(try Plane(theta0: two, theta1: three, theta2: three, encoder: 0..<2).encoder == 0..<2)
  }

  @Test func messagesSayWhatToDoOnOneLine() {
    for (error, facts) in [
      (LandscapeError.zeroDirection(name: "theta1 - theta0"), ["theta1 - theta0"]),
      (.sizesDiffer(got: 31, expected: 72), ["31", "72"]),
    ] {
      #expect(facts.allSatisfy { error.description.contains($0) })
      #expect(!error.description.contains("\n"))
    }
  }
}
