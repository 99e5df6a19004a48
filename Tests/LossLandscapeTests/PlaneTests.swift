import BERT
import Foundation
import LinearAlgebra
import LossLandscape
import Testing

private func parameters(_ values: [Float]) -> Parameters {
  let buffer = AlignedBuffer<Float>(count: values.count)
  for (i, value) in values.enumerated() { buffer.pointer[i] = value }
  return Parameters(buffer)
}

/// A plane through three vectors; their last number stands for a head, which is not part of theta.
private func plane(_ zero: [Float], _ one: [Float], _ two: [Float]) throws -> Plane {
  try Plane(
    theta0: parameters(zero), theta1: parameters(one), theta2: parameters(two), encoder: 0..<zero.count - 1)
}

private func place(_ plane: Plane, _ point: Combination) -> [Float] {
  let theta = AlignedBuffer<Float>(count: plane.encoder.count)
  plane.place(point, into: theta.pointer)
  return Array(theta.elements)
}

@Suite struct AxesTests {
  @Test func lengthsAndAngleByHand() throws {
    let axes = try Axes(try plane([1, 1, 9], [4, 5, -9], [1, 3, 0]))
    #expect(axes.length1 == 5)
    #expect(axes.length2 == 2)
    #expect(axes.scale == 2.5)
    #expect(abs(axes.cosine - 0.8) < 1e-15)
  }

  @Test func degeneratePlanesAreErrors() throws {
    #expect(throws: LandscapeError.zeroDirection(name: "theta1 - theta0")) {
      _ = try Axes(try plane([1, 2, 0], [1, 2, 5], [3, 4, 0]))
    }
    #expect(throws: LandscapeError.zeroDirection(name: "theta2 - theta0")) {
      _ = try Axes(try plane([1, 2, 0], [3, 4, 0], [1, 2, 5]))
    }
    #expect(throws: LandscapeError.sizesDiffer(got: 1, expected: 2)) {
      _ = try plane([1, 2, 3], [1], [1, 2, 3])
    }
  }
}

@Suite struct PlacementTests {
  /// A point that is a checkpoint has its bits, where rounding, signed zeros and tiny numbers would show.
  @Test func checkpointsKeepTheirBits() throws {
    let vectors: [[Float]] = [
      [0.1, -0.0, 8 * .leastNonzeroMagnitude, 3e38, -1, 7], [0.3, 0.0, -.leastNonzeroMagnitude, -3e38, 1 / 3, 7],
      [-0.7, -0.0, 0, 1, 1e-8, 7],
    ]
    let plane = try plane(vectors[0], vectors[1], vectors[2])
    let axes = try Axes(plane)
    for (vector, point) in zip(vectors, [Combination.theta0, .theta1, .theta2]) {
      #expect(place(plane, point).map(\.bitPattern) == vector.dropLast().map(\.bitPattern))
    }
    // The grid's (0, 0) and (1, 0) are theta0 and theta1, when a grid hits them.
    for (vector, alpha) in zip(vectors, [0.0, 1]) {
      let theta = place(plane, Combination(alpha: alpha, beta: 0, scale: axes.scale))
      #expect(theta.map(\.bitPattern) == vector.dropLast().map(\.bitPattern))
    }
  }

  /// Formed in Float64 and rounded once.
  @Test func roundsOnce() throws {
    let (zero, one, two): ([Float], [Float], [Float]) = ([0.1, 1e8, 0], [0.2, 1, 0], [0.7, -3, 0])
    let point = Combination(alpha: 0.3, beta: -0.7, scale: 1.7)
    let expected = (0..<2).map {
      Float(point.c0 * Double(zero[$0]) + point.c1 * Double(one[$0]) + point.c2 * Double(two[$0]))
    }
    #expect(place(try plane(zero, one, two), point) == expected)
  }

  /// J(theta) = (theta_x - 1)^2 + 3 (theta_y + 2)^2 on a 7 x 5 grid has its closed form at every (i, j), which its
  /// transpose has not.
  @Test func quadraticLossHasItsKnownSurface() throws {
    // d1 = (2, 0), d2 = (0, 4), so s = 1/2 and theta = (2 alpha, 2 beta).
    let plane = try plane([0, 0, 0], [2, 0, 0], [0, 4, 0])
    let scale = try Axes(plane).scale
    #expect(scale == 0.5)
    for i in 0..<7 {
      for j in 0..<5 {
        let (alpha, beta) = (-1 + 0.5 * Double(i), -1 + 0.5 * Double(j))
        let theta = place(plane, Combination(alpha: alpha, beta: beta, scale: scale)).map { Double($0) }
        let loss = (theta[0] - 1) * (theta[0] - 1) + 3 * (theta[1] + 2) * (theta[1] + 2)
        #expect(loss == (2 * alpha - 1) * (2 * alpha - 1) + 3 * (2 * beta + 2) * (2 * beta + 2))
      }
    }
  }
}
