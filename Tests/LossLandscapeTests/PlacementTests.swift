import LinearAlgebra
import LossLandscape
import Testing

/// Vectors where rounding, signed zeros and subnormals would show.
private let zero: [Float] = [0.1, -0.0, 0, 0x1p-140, 3e38, -1, 0.3, -0x1p-149, 16_777_216]
private let one: [Float] = [0.3, 0, -0.0, -0x1p-149, -3e38, 1 / 3, -0.0, 0x1.8p-127, 1]
private let two: [Float] = [-0.7, -0.0, -0.0, 0, 1, 1e-8, -0x1p-149, 0x1p-126, -3]

private func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }

@Suite struct CombinationTests {
  /// theta0 + a d1 + b s d2 = (1 - a - b s) theta0 + a theta1 + b s theta2.
  @Test func byHand() {
    let point = Combination(alpha: 0.5, beta: -2, scale: 0.75)
    #expect(point == Combination(c0: 2, c1: 0.5, c2: -1.5))
    #expect(Combination(alpha: 0, beta: 0, scale: 0.3) == .theta0)
    #expect(Combination(alpha: 1, beta: 0, scale: 0.3) == .theta1)
    #expect(Combination(alpha: 0, beta: 4, scale: 0.25) == .theta2, "theta2 is the point (0, 1/s)")
  }
}

@Suite struct PlacementTests {
  /// A point that is a checkpoint has its bits.
  @Test func checkpointsKeepTheirBits() throws {
    let plane = try plane(zero, one, two)
    for (vector, point) in zip([zero, one, two], [Combination.theta0, .theta1, .theta2]) {
      #expect(bits(place(plane, point)) == bits(vector))
    }
  }

  /// So has a grid that hits one: (0, 0) is theta0 and (1, 0) theta1, whatever the scale, whichever the zero's sign.
  @Test(arguments: [0.0, -0.0])
  func gridPointsThatAreCheckpointsKeepTheirBits(beta: Double) throws {
    let plane = try plane(zero, one, two)
    for scale in [0.3, 1, 17.7] {
      #expect(bits(place(plane, Combination(alpha: beta, beta: beta, scale: scale))) == bits(zero))
      #expect(bits(place(plane, Combination(alpha: 1, beta: beta, scale: scale))) == bits(one))
    }
    #expect(bits(place(plane, Combination(alpha: beta, beta: 4, scale: 0.25))) == bits(two))
  }

  /// A checkpoint's NaN is kept like any other number of it.
  @Test func notANumberKeepsItsBits() throws {
    let value = Float(bitPattern: 0x7FC0_1234)
    let plane = try plane([1, 2], [value, 3], [4, 5])
    #expect(bits(place(plane, .theta1)) == bits([value, 3]))
  }

  /// Formed in Float64 and rounded once. In Float32, or rounded along the way, a quarter to a half of the numbers differ.
  @Test func roundsOnce() throws {
    let vectors = (0..<3).map { gaussian(5000, seed: UInt32($0)) }
    let plane = try plane(vectors[0], vectors[1], vectors[2])
    for (alpha, beta) in [(0.3, -0.7), (-4, 4), (3.794_871_794_871_795, 0.1), (0.5, 0), (0, 0.5), (0.25, 0.75)] {
      let point = Combination(alpha: alpha, beta: beta, scale: 1)
      let got = place(plane, point)
      var (wrong, roundedOften) = (0, 0)
      for i in got.indices {
        let (x, y, z) = (vectors[0][i], vectors[1][i], vectors[2][i])
        let once = Float(point.c0 * Double(x) + point.c1 * Double(y) + point.c2 * Double(z))
        wrong += got[i].bitPattern == once.bitPattern ? 0 : 1
        roundedOften += got[i] == x + Float(alpha) * (y - x) + Float(beta) * (z - x) ? 0 : 1
      }
      #expect(wrong == 0)
      #expect(roundedOften > 1000, "the numbers tell the two ways apart")
    }
  }

  /// Magnitudes that Float32 cannot hold on the way: 4 3e38 - 4 3e38.
  @Test func intermediateValuesMayBeGreat() throws {
    let plane = try plane([3e38, 16_777_216], [-3e38, 2], [0, 0])
    #expect(place(plane, Combination(c0: 4, c1: 4, c2: 1)) == [0, 67_108_872])
    #expect(place(plane, Combination(c0: 4, c1: 0, c2: 0))[0] == .infinity, "a point may lie outside Float32")
  }

  /// A coefficient 0 leaves a checkpoint out, whatever it holds.
  @Test func zeroLeavesOut() throws {
    let (bad, fine) = ([Float](arrayLiteral: .nan, .infinity, -.infinity), [Float](arrayLiteral: 2, 3, -4))
    let half = Combination(c0: 0.5, c1: 0.5, c2: 0)
    #expect(place(try plane(fine, [4, 5, 6], bad), half) == [3, 4, 1])
    #expect(place(try plane(fine, bad, [4, 5, 6]), Combination(c0: 0.5, c1: -0.0, c2: 0.5)) == [3, 4, 1])
    #expect(place(try plane(bad, fine, [4, 5, 6]), Combination(c0: 0, c1: 0.5, c2: 0.5)) == [3, 4, 1])
    #expect(place(try plane(bad, fine, bad), Combination(c0: 0, c1: 2, c2: 0)) == [4, 6, -8])
    #expect(place(try plane(bad, bad, bad), Combination(c0: 0, c1: 0, c2: 0)) == [0, 0, 0])
  }

  /// What is left out is not there as 0 times something either: infinity stays infinity, and -0 keeps its sign.
  @Test func leftOutTermsLeaveNoTrace() throws {
    let plane = try plane([.infinity, 0, 1], [1, 0, 1], [1, 0, 1])
    let double = place(plane, Combination(c0: -2, c1: 0, c2: 0))
    #expect(double[0] == -.infinity && double[2] == -2)
    #expect(double[1].bitPattern == (-0.0 as Float).bitPattern)
    let mean = place(plane, Combination(c0: 0.5, c1: 0.5, c2: 0))
    #expect(mean == [.infinity, 0, 1])
  }

  /// Only theta is written.
  @Test func headsStay() throws {
    let plane = try plane([1, 2], [3, 4], [5, 6], heads: [[7], [8, 9], []])
    for point in [
      Combination.theta0, .theta1, Combination(alpha: 0.5, beta: 0, scale: 1), Combination(alpha: 2, beta: 1, scale: 1),
    ] {
      let theta = AlignedBuffer<Float>(count: 4)
      theta.elements.update(repeating: -1)
      plane.place(point, into: theta.pointer)
      #expect(theta.pointer[2] == -1 && theta.pointer[3] == -1)
    }
  }
}
