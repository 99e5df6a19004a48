import BERT
import LinearAlgebra
import LossLandscape
import TensorFiles
import Testing

private func principal(_ snapshots: [[Float]], encoder: Range<Int>? = nil) throws -> PrincipalTrajectory {
  try PrincipalTrajectory(count: snapshots.count, encoder: encoder ?? 0..<(snapshots.first?.count ?? 0)) {
    parameters(snapshots[$0])
  }
}

/// The combination of snapshots with some weights.
private func combine(_ weights: [Double], _ snapshots: [[Float]]) -> [Double] {
  snapshots[0].indices.map { i in zip(weights, snapshots).reduce(0) { $0 + $1.0 * Double($1.1[i]) } }
}

/// The point of the plane through the final snapshot with some coordinates, as weights of the snapshots.
private func weights(_ principal: PrincipalTrajectory, _ point: [Double]) -> [Double] {
  var weights = [Double](repeating: 0, count: principal.explainedVariance.count)
  for (coordinate, direction) in zip(point, principal.directions) {
    for i in weights.indices { weights[i] += coordinate * direction.coefficients[i] }
  }
  return weights + [1 - weights.reduce(0, +)]
}

@Suite struct PrincipalTrajectoryTests {
  /// Differences (4, 0), (0, 1), (0, 0): squares 16 and 1 along the axes. theta0 is negative on the first; it does not
  /// lie along the second, so the next snapshot is.
  @Test func byHand() throws {
    let principal = try principal([[5, 2], [1, 3], [1, 2]])
    #expect(principal.explainedVariance.count == 2 && principal.directions.count == 2)
    for (got, expected) in zip(principal.explainedVariance, [16.0 / 17, 1.0 / 17]) {
      #expect(abs(got - expected) < 1e-15)
    }
    #expect(principal.directions[0].coordinates == [-4, 0, 0])
    #expect(principal.directions[0].coefficients == [-0.25, 0, 0])
    #expect(principal.directions[1].coordinates == [0, -1, 0])
    #expect(principal.directions[1].coefficients == [0, -1, 0])
    // 8 forwards along -(1, 0) from (1, 2), and 3 along -(0, 1).
    #expect(weights(principal, [8, 3]) == [-2, -3, 6])
    #expect(combine(weights(principal, [8, 3]), [[5, 2], [1, 3], [1, 2]]) == [-7, -1])
    #expect(weights(principal, [8]) == [-2, 0, 3] && weights(principal, []) == [0, 0, 1])
  }

  /// Differences (-3, 0), (-1, 0), 0 are not centred: their mean, -4/3, would leave other coordinates.
  @Test func aLineHasOneDirection() throws {
    let principal = try principal([[-3, 7], [-1, 7], [0, 7]])
    #expect(principal.directions.count == 1)
    #expect(abs(principal.explainedVariance[0] - 1) < 1e-15 && principal.explainedVariance[1] < 1e-15)
    for (got, expected) in zip(principal.directions[0].coordinates, [-3.0, -1, 0]) {
      #expect(abs(got - expected) < 1e-14)
    }
  }

  /// Snapshots on a circle in a plane of 5000 dimensions: two components hold all, distances are kept, and each
  /// snapshot is the point at its coordinates. What Float32 rounds away, 2e-7 of a number below 4, stands at
  /// right angles to the plane and changes a distance in the second order only.
  @Test func aCircleLiesInItsPlane() throws {
    let (centre, x, y) = (
      gaussian(5000, seed: 1), gaussian(5000, seed: 2, scale: 0.1), gaussian(5000, seed: 3, scale: 0.1)
    )
    let circle: [(Double, Double)] = [(1, 0), (0.8, 0.6), (0, 1), (-0.6, 0.8), (-1, 0), (-0.28, -0.96)]
    let snapshots = circle.map { point in
      centre.indices.map { Float(Double(centre[$0]) + point.0 * Double(x[$0]) + point.1 * Double(y[$0])) }
    }
    let principal = try principal(snapshots)
    #expect(abs(principal.explainedVariance[0] + principal.explainedVariance[1] - 1) < 1e-12)
    let (first, second) = (principal.directions[0].coordinates, principal.directions[1].coordinates)
    #expect(first[0] < 0 && second[0] < 0)
    for i in snapshots.indices {
      for j in snapshots.indices {
        let squares = zip(snapshots[i], snapshots[j]).reduce(0.0) {
          $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1))
        }
        let (dx, dy) = (first[i] - first[j], second[i] - second[j])
        #expect(abs((dx * dx + dy * dy).squareRoot() - squares.squareRoot()) < 1e-11)
      }
      let point = combine(weights(principal, [first[i], second[i]]), snapshots)
      for (got, expected) in zip(point, snapshots[i]) { #expect(abs(got - Double(expected)) < 5e-7) }
    }
  }

  /// A direction of length 8 in place of 1: theta0 lies half a step backwards on the first, snapshot 1 an eighth on the
  /// second.
  @Test func directionsAreWritten() throws {
    let snapshots: [[Float]] = [[5, 2], [1, 3], [1, 2]]
    let principal = try principal(snapshots)
    for (index, expected) in ([[-8, 0], [0, -8]] as [[Float]]).enumerated() {
      let direction = AlignedBuffer<Float>(count: 2)
      try principal.write(index, length: 8, into: direction.pointer, encoder: 0..<2) { parameters(snapshots[$0]) }
      #expect(Array(direction.elements) == expected)
    }
    let line: [[Float]] = [[-3, 7], [-1, 7], [0, 7]]
    #expect(throws: LandscapeError.self) {
      let direction = AlignedBuffer<Float>(count: 2)
      try PrincipalTrajectory(count: 3, encoder: 0..<2) { parameters(line[$0]) }
        .write(1, length: 1, into: direction.pointer, encoder: 0..<2) { parameters(line[$0]) }
    }
  }

  /// Snapshots may be of any size behind theta, and no more than three are held.
  @Test func threeAreHeldAtATime() throws {
    final class Weak { weak var buffer: AlignedBuffer<Float>? }
    var given: [Weak] = []
    var asked = [Int](repeating: 0, count: 6)
    let snapshots = (0..<6).map { gaussian(40, seed: UInt32($0)) }
    let result = try PrincipalTrajectory(count: 6, encoder: 0..<40) { index in
      #expect(given.filter { $0.buffer != nil }.count <= 2)
      let buffer = AlignedBuffer<Float>(count: 40 + index)
      for (i, value) in snapshots[index].enumerated() { buffer.pointer[i] = value }
      for i in 40..<40 + index { buffer.pointer[i] = .nan }
      let weak = Weak()
      weak.buffer = buffer
      given.append(weak)
      asked[index] += 1
      return Parameters(buffer)
    }
    #expect(asked.max() == 5 && asked[5] == 1)
    #expect(try principal(snapshots) == result)
  }

  @Test func errors() throws {
    for few in [[], [[1, 2]], [[1, 2], [3, 4]]] as [[[Float]]] {
      #expect(throws: LandscapeError.tooFew(what: "snapshots", got: few.count, needed: 3)) { try principal(few) }
    }
    #expect(throws: LandscapeError.zeroDirection(name: "from the final snapshot to the others")) {
      try principal([[1, 2], [1, 2], [1, 2]])
    }
    #expect(throws: LandscapeError.sizesDiffer(got: 1, expected: 2)) { try principal([[1, 2], [1], [3, 2]]) }
    #expect(throws: LandscapeError.notFinite(what: "snapshot 1 of the trajectory")) {
      try principal([[1, 2], [.nan, 2], [3, 2]])
    }
    struct Unreadable: Error {}
    #expect(throws: Unreadable.self) {
      try PrincipalTrajectory(count: 3, encoder: 0..<2) {
        if $0 == 1 { throw Unreadable() } else { parameters([1, 2]) }
      }
    }
  }

  /// One snapshot that moved, among others that did not: a line.
  @Test func repeatedSnapshots() throws {
    let principal = try principal([[1, 2], [1, 2], [4, 6], [4, 6]])
    #expect(principal.directions.count == 1)
    for (got, expected) in zip(principal.directions[0].coordinates, [-5.0, -5, 0, 0]) {
      #expect(abs(got - expected) < 1e-14)
    }
  }

  /// Against the SVD of the differences themselves. The greatest difference seen is 4e-15.
  @Test func agreesWithNumPy() throws {
    let file = try SafetensorsFile(landscapeFixture("trajectory.safetensors"))
    let (numbers, width) = (try file.float32("snapshots"), try file.float32("theta2").count)
    let snapshots = stride(from: 0, to: numbers.count, by: width).map { Array(numbers[$0..<$0 + width]) }
    let principal = try principal(snapshots)
    let variance = try file.float64("variance")
    #expect(principal.explainedVariance.count == variance.count)
    for (got, expected) in zip(principal.explainedVariance, variance) { #expect(abs(got - expected) < 1e-14) }
    let (coordinates, directions) = (try file.float64("coordinates"), try file.float64("directions"))
    try #require(principal.directions.count == 2)
    for (k, direction) in principal.directions.enumerated() {
      for i in snapshots.indices { #expect(abs(direction.coordinates[i] - coordinates[2 * i + k]) < 1e-13) }
      // A step of 1 along the direction from the final snapshot.
      let step = weights(principal, k == 0 ? [1] : [0, 1])
      let vector = zip(combine(step, snapshots), snapshots[snapshots.count - 1]).map { $0 - Double($1) }
      for (got, expected) in zip(vector, directions[k * width..<(k + 1) * width]) {
        #expect(abs(got - expected) < 1e-13)
      }
    }
  }
}
