import BERT
import LossLandscape
import TensorFiles
import Testing

private func trajectory(_ zero: [Float], _ one: [Float], _ two: [Float]? = nil) throws -> Trajectory {
  try Trajectory(
    theta0: parameters(zero), theta1: parameters(one), theta2: two.map { parameters($0) }, encoder: 0..<zero.count)
}

/// zero + sum of shares of moves, rounded once.
private func sum(_ zero: [Float], _ terms: (Double, [Double])...) -> [Float] {
  zero.indices.map { i in Float(terms.reduce(Double(zero[i])) { $0 + $1.0 * $1.1[i] }) }
}

private func move(_ theta: [Float], from zero: [Float]) -> [Double] { zip(theta, zero).map { Double($0) - Double($1) } }

private func length(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 }.squareRoot() }

@Suite struct TrajectoryTests {
  /// d1 = (4, 0, 0), d2 = (0, 2, 0), s = 2, d = (2, 3, 6): half of the way, sqrt(45) off it, 6 of 7 off the plane.
  @Test func byHand() throws {
    let trajectory = try trajectory([1, 1, 1], [5, 1, 1], [1, 3, 1])
    #expect(trajectory.length1 == 4 && trajectory.scale == 2)
    let point = try trajectory.point(of: parameters([3, 4, 7]))
    #expect(point.alpha == 0.5 && point.beta == 45.0.squareRoot() / 4)
    let projection = try #require(point.projection)
    #expect(projection.alpha == 0.5 && projection.beta == 0.75 && abs(projection.residual - 6.0 / 7) < 1e-15)
  }

  /// d1 = (5, 0), d2 = (3, 4), s = 1, d = 2 d1 - d2 = (7, -4): the coordinate on d1 is 2, the share of the way 7/5.
  @Test func obliqueByHand() throws {
    let point = try trajectory([0, 0], [5, 0], [3, 4]).point(of: parameters([7, -4]))
    #expect(abs(point.alpha - 1.4) < 1e-15 && abs(point.beta - 0.8) < 1e-15)
    let projection = try #require(point.projection)
    #expect(abs(projection.alpha - 2) < 1e-15 && abs(projection.beta + 1) < 1e-15 && projection.residual < 1e-15)
  }

  @Test func noPlaneWithoutTheta2() throws {
    let trajectory = try trajectory([1, 1, 1], [5, 1, 1])
    let expected = TrajectoryPoint(alpha: 0.5, beta: 45.0.squareRoot() / 4, projection: nil)
    #expect(trajectory.scale == nil)
    #expect(try trajectory.point(of: parameters([3, 4, 7])) == expected)
  }

  /// To the last bit, at sizes on both sides of a block of 1024.
  @Test(arguments: [2, 1023, 1024, 1025, 70_001]) func checkpointsAreExact(count: Int) throws {
    let (zero, one, two) = (gaussian(count, seed: 0), gaussian(count, seed: 1), gaussian(count, seed: 2, scale: 0.1))
    let trajectory = try trajectory(zero, one, two)
    let scale = try Axes(try plane(zero, one, two)).scale
    #expect(trajectory.scale == scale)
    func projection(_ alpha: Double, _ beta: Double) -> PlaneProjection {
      PlaneProjection(alpha: alpha, beta: beta, residual: 0)
    }
    #expect(try trajectory.point(of: parameters(zero)) == .init(alpha: 0, beta: 0, projection: projection(0, 0)))
    #expect(try trajectory.point(of: parameters(one)) == .init(alpha: 1, beta: 0, projection: projection(1, 0)))
    #expect(try trajectory.point(of: parameters(two)).projection == projection(0, 1 / scale))
  }

  /// theta0 + t d1, first where Float32 holds it and then rounded: by at most 2^-24 of each number, which is 2^-24
  /// |theta| in all.
  @Test(arguments: [-1, 0.25, 0.5, 0.9375, 2]) func straightPath(t: Double) throws {
    let (whole, steps) = (gaussian(5000, seed: 1, scale: 50), gaussian(5000, seed: 2, scale: 50))
    let (zero, d1) = (whole.map { $0.rounded() }, steps.map { Double($0.rounded()) })
    let exact = try trajectory(zero, sum(zero, (1, d1))).point(of: parameters(sum(zero, (t, d1))))
    #expect(exact == TrajectoryPoint(alpha: t, beta: 0, projection: nil))

    let (start, end) = (gaussian(5000, seed: 3), gaussian(5000, seed: 4, scale: 0.02))
    let one = sum(start, (1, end.map { Double($0) }))
    let way = move(one, from: start)
    let snapshot = sum(start, (t, way))
    let point = try trajectory(start, one).point(of: parameters(snapshot))
    let rounding = 0x1p-24 * length(snapshot.map { Double($0) }) / length(way)
    #expect(abs(point.alpha - t) < rounding && point.beta < rounding)
  }

  /// A half circle over d1 in the plane of d1 and d2, which are at right angles but for 0.01: alpha = (1 - cos) / 2 and
  /// beta = sin / 2.
  @Test(arguments: Array(1..<8)) func circularPath(eighth: Int) throws {
    let zero = gaussian(5000, seed: 5)
    let one = sum(zero, (0.05, gaussian(5000, seed: 6).map { Double($0) }))
    let two = sum(zero, (0.02, gaussian(5000, seed: 7).map { Double($0) }))
    let (d1, d2) = (move(one, from: zero), move(two, from: zero))
    let along = zip(d1, d2).reduce(0) { $0 + $1.0 * $1.1 } / zip(d1, d1).reduce(0) { $0 + $1.0 * $1.1 }
    let side = zip(d1, d2).map { $1 - along * $0 }
    let ratio = length(d1) / length(side)
    let (x, y) = ((1 - cosine(eighth)) / 2, sine(eighth) / 2)
    let snapshot = sum(zero, (x, d1), (y * ratio, side))

    let trajectory = try trajectory(zero, one, two)
    let scale = try #require(trajectory.scale)
    let point = try trajectory.point(of: parameters(snapshot))
    let rounding = 0x1p-24 * length(snapshot.map { Double($0) }) / length(d1)
    #expect(abs(point.alpha - x) < rounding && abs(point.beta - y) < rounding)
    let projection = try #require(point.projection)
    // side = d2 - along d1, so the plane's own coordinates are (x - y ratio along, y ratio / s).
    #expect(abs(projection.alpha - (x - y * ratio * along)) < 1.1 * rounding)
    #expect(abs(projection.beta - y * ratio / scale) < 1.1 * rounding)
    #expect(projection.residual * length(move(snapshot, from: zero)) < rounding * length(d1))
  }

  private func cosine(_ eighth: Int) -> Double { sine(eighth + 4) }
  /// sin(k pi / 8) by the half-angle formulas.
  private func sine(_ eighth: Int) -> Double {
    let half = 0.5.squareRoot()
    let values = [0, ((1 - half) / 2).squareRoot(), half, ((1 + half) / 2).squareRoot(), 1]
    let k = eighth % 16
    if k > 8 { return -sine(k - 8) }
    return values[k <= 4 ? k : 8 - k]
  }

  /// 1e-12 off a way of 0.25: sqrt((|d| / |d1|)^2 - alpha^2) is 0 in Float64, and |d2|^2 - |d2|^2 cos^2 likewise.
  @Test func nothingCancels() throws {
    let trajectory = try trajectory([0, 0, 0], [1, 0, 0], [1, 0, 1e-4])
    let point = try trajectory.point(of: parameters([0.25, 0, 1e-12]))
    #expect(point.alpha == 0.25 && point.beta == Double(1e-12 as Float))
    let projection = try #require(point.projection)
    let scaled = Double(1e-12 as Float) / Double(1e-4 as Float) / (try #require(trajectory.scale))
    #expect(abs(projection.beta / scaled - 1) < 1e-12 && projection.residual < 1e-20)
  }

  @Test func headsDoNotCount() throws {
    let (zero, one, two) = (parameters([1, 1, 9]), parameters([5, 1]), parameters([1, 3, .nan]))
    let point = try Trajectory(theta0: zero, theta1: one, theta2: two, encoder: 0..<2)
      .point(of: parameters([3, 4, .infinity]))
    #expect(point == .init(alpha: 0.5, beta: 0.75, projection: .init(alpha: 0.5, beta: 0.75, residual: 0)))
  }

  @Test func errors() throws {
    #expect(throws: LandscapeError.zeroDirection(name: "theta1 - theta0")) { try trajectory([1, 2], [1, 2]) }
    #expect(throws: LandscapeError.zeroDirection(name: "theta2 - theta0")) { try trajectory([1, 2], [2, 2], [1, 2]) }
    #expect(throws: LandscapeError.notFinite(what: "theta0 or theta1")) { try trajectory([1, .nan], [2, 2]) }
    #expect(throws: LandscapeError.notFinite(what: "theta2")) { try trajectory([1, 1], [2, 2], [1, .infinity]) }
    #expect(throws: LandscapeError.parallelDirections(sine: 0)) { try trajectory([1, 1], [2, 2], [-1, -1]) }
    #expect(throws: LandscapeError.sizesDiffer(got: 1, expected: 2)) { try trajectory([1, 1], [2]) }
    #expect(throws: LandscapeError.sizesDiffer(got: 1, expected: 2)) { try trajectory([1, 1], [2, 2], [2]) }
    let fine = try trajectory([1, 1], [2, 2], [1, 2])
    #expect(throws: LandscapeError.sizesDiffer(got: 1, expected: 2)) { try fine.point(of: parameters([1])) }
    for bad in [Float.nan, .infinity, -.infinity] {
      #expect(throws: LandscapeError.notFinite(what: "a snapshot of the trajectory")) {
        try fine.point(of: parameters([1, bad]))
      }
    }
  }

  /// Both sides round at 1e-16; the greatest difference seen is 6e-16.
  @Test func agreesWithNumPy() throws {
    let file = try SafetensorsFile(landscapeFixture("trajectory.safetensors"))
    let (numbers, two) = (try file.float32("snapshots"), try file.float32("theta2"))
    let snapshots = stride(from: 0, to: numbers.count, by: two.count).map { Array(numbers[$0..<$0 + two.count]) }
    let trajectory = try trajectory(snapshots[0], snapshots[snapshots.count - 1], two)
    #expect(abs(try #require(trajectory.scale) - (try file.float64("scale")[0])) < 1e-14)
    let (hao, plane) = (try file.float64("hao"), try file.float64("plane"))
    #expect(hao.count == 2 * snapshots.count && plane.count == 3 * snapshots.count)
    for (i, snapshot) in snapshots.enumerated() {
      let point = try trajectory.point(of: parameters(snapshot))
      let projection = try #require(point.projection)
      let got = [point.alpha, point.beta, projection.alpha, projection.beta, projection.residual]
      let expected = hao[2 * i..<2 * i + 2] + plane[3 * i..<3 * i + 3]
      for (x, y) in zip(got, expected) { #expect(abs(x - y) < 1e-14, "snapshot \(i)") }
    }
  }
}
