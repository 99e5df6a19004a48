import Foundation
import LearningDynamics
import Randomness
import TensorFiles
import Testing

@Suite struct SVCCATests {
  private func file() throws -> SafetensorsFile {
    guard let root = Bundle.module.resourceURL else { throw CocoaError(.fileNoSuchFile) }
    return try SafetensorsFile(root.appending(path: "Fixtures/svcca.safetensors"))
  }

  private func basis(_ rows: [[Float]], variance: Double = 0.99) throws -> FeatureBasis {
    try FeatureBasis(rows.flatMap { $0 }, columns: rows[0].count, variance: variance)
  }

  private func gaussian(_ rows: Int, _ columns: Int, stream index: UInt32) -> [Float] {
    var stream = RandomStream(Philox(seed: 1, purpose: .direction), index)
    return (0..<rows * columns).map { _ in Float(stream.normal()) }
  }

  /// Kept directions exactly, the distance to 1e-6, against NumPy in Float64.
  @Test(
    arguments: [
      "similar", "narrow_wide", "wide_narrow", "few_rows", "rank_deficient", "duplicates", "constant_column", "scales",
    ])
  func agreesWithNumPy(name: String) throws {
    let file = try file()
    let expected = try file.float64("\(name).expected")
    func basis(_ side: String) throws -> FeatureBasis {
      try FeatureBasis(
        try file.float32("\(name).\(side)"), columns: try #require(file.entry("\(name).\(side)")).shape[1])
    }
    let (x, y) = (try basis("x"), try basis("y"))
    #expect(x.kept == Int(expected[1]))
    #expect(y.kept == Int(expected[2]))
    let distance = try #require(try SVCCA(x, y).distance)
    #expect(abs(distance - expected[0]) < 1e-6)
  }

  /// One direction each: the correlation is that of the columns. (1, 2, 3) and (1, 3, 2): 1/2.
  @Test func twoColumnsByHand() throws {
    let result = try SVCCA(basis([[1], [2], [3]]), basis([[1], [3], [2]]))
    #expect(result.correlations.count == 1)
    #expect(abs(try #require(result.distance) - 0.5) < 1e-12)
    #expect(!result.isDegenerate)
  }

  @Test func identicalFeaturesHaveDistanceZero() throws {
    let features = try FeatureBasis(gaussian(60, 7, stream: 0), columns: 7)
    #expect(try #require(try SVCCA(features, features).distance) < 1e-12)
  }

  /// Rotation, scale and offset of the features change nothing: SVCCA sees subspaces.
  @Test func invariances() throws {
    let x = gaussian(80, 2, stream: 1)
    let y = try FeatureBasis(gaussian(80, 3, stream: 2), columns: 3)
    let (c, s) = (Float(0.6), Float(0.8))
    var turned = x
    for i in stride(from: 0, to: x.count, by: 2) {
      turned[i] = 5 * (c * x[i] - s * x[i + 1]) + 3
      turned[i + 1] = 5 * (s * x[i] + c * x[i + 1]) - 9
    }
    let before = try #require(try SVCCA(FeatureBasis(x, columns: 2), y).distance)
    let after = try #require(try SVCCA(FeatureBasis(turned, columns: 2), y).distance)
    #expect(abs(before - after) < 1e-6)
    let other = try #require(try SVCCA(y, FeatureBasis(x, columns: 2)).distance)
    #expect(abs(before - other) < 1e-12)
  }

  /// Independent Gaussians, d = 200, N = 250, nothing truncated: the mean correlation by chance is near 0.85.
  @Test func chanceFloor() throws {
    let x = try FeatureBasis(gaussian(250, 200, stream: 3), columns: 200, variance: 1)
    let y = try FeatureBasis(gaussian(250, 200, stream: 4), columns: 200, variance: 1)
    let result = try SVCCA(x, y)
    #expect(abs(1 - (try #require(result.distance)) - 0.85) < 0.02)
    #expect(result.isDegenerate)
  }

  @Test func distancesThatDoNotExistHaveAReason() throws {
    let varying = try basis([[1, 2], [2, 1], [0, 5]])
    let constant = try basis([[4, 4], [4, 4], [4, 4]])
    let result = try SVCCA(varying, constant)
    #expect(result.distance == nil)
    #expect(result.reason == "the features of one side do not vary")
    let one = try basis([[1, 2]])
    #expect(try SVCCA(one, one).reason == "one row has no variance")
  }

  @Test func wrongFeaturesAreErrors() throws {
    #expect(throws: DynamicsError.notFinite(what: "a feature matrix")) { _ = try basis([[1], [.nan]]) }
    #expect(throws: DynamicsError.notFinite(what: "a feature matrix")) { _ = try basis([[1], [.infinity]]) }
    let (three, two) = (try basis([[1], [2], [3]]), try basis([[1], [2]]))
    #expect(throws: DynamicsError.rowsDiffer(3, 2)) { _ = try SVCCA(three, two) }
  }

  /// Random matrices of awkward shapes, ranks and scales: a distance in 0 ... 1, or none and a reason.
  @Test func neverNotANumber() throws {
    var stream = RandomStream(Philox(seed: 6, purpose: .direction))
    for _ in 0..<1000 {
      let rows = 1 + stream.uniform(below: 12)
      func features() -> ([Float], Int) {
        let columns = 1 + stream.uniform(below: 9)
        let rank = stream.uniform(below: columns + 1)
        let scale = Float(pow(10, Double(stream.uniform(below: 61) - 30)))
        var values = [Float](repeating: 0, count: rows * columns)
        for row in 0..<rows {
          for column in 0..<columns {
            values[row * columns + column] =
              column < rank ? scale * Float(stream.normal()) : column > 0 ? values[row * columns] : 1
          }
        }
        return (values, columns)
      }
      let (x, dx) = features()
      let (y, dy) = features()
      let result = try SVCCA(FeatureBasis(x, columns: dx), FeatureBasis(y, columns: dy))
      if let distance = result.distance {
        #expect((0...1).contains(distance))
      } else {
        #expect(result.reason != nil)
      }
    }
  }
}
