import Foundation
import LearningDynamics
import TensorFiles
import Testing

/// What tools/fixtures/dynamics_fixture.py says of one pair.
struct NumPyCase: Decodable, Sendable, CustomTestStringConvertible {
  let name: String
  let variance: Double
  let rows: Int
  let columns: [Int]
  let kept: [Int]
  let distance: Double?

  var testDescription: String { name }

  static func all() throws -> [NumPyCase] {
    struct Document: Decodable { let cases: [NumPyCase] }
    return try JSONDecoder().decode(Document.self, from: Data(contentsOf: fixture("svcca.json"))).cases
  }
}

private func fixture(_ name: String) throws -> URL {
  guard let root = Bundle.module.resourceURL else { throw CocoaError(.fileNoSuchFile) }
  return root.appending(path: "Fixtures").appending(path: name)
}

@Suite struct NumPyTests {
  /// Kept directions exactly, correlations and distance against NumPy in Float64. Both sides round at 1e-16, magnified
  /// by the gap below the last kept direction; the greatest difference seen is 6e-15.
  @Test(arguments: try NumPyCase.all())
  func agrees(with expected: NumPyCase) throws {
    let file = try SafetensorsFile(fixture("svcca.safetensors"))
    func basis(_ side: String, _ columns: Int) throws -> FeatureBasis {
      try FeatureBasis(try file.float32("\(expected.name).\(side)"), columns: columns, variance: expected.variance)
    }
    let (x, y) = (try basis("x", expected.columns[0]), try basis("y", expected.columns[1]))
    #expect(x.rows == expected.rows && y.rows == expected.rows)
    #expect([x.kept, y.kept] == expected.kept)

    let result = try SVCCA(x, y)
    #expect(result.isDegenerate == (expected.kept[0] + expected.kept[1] >= expected.rows))
    let correlations = try file.float64("\(expected.name).correlations")
    #expect(result.correlations.count == correlations.count)
    for (got, expected) in zip(result.correlations, correlations) { #expect(abs(got - expected) < 1e-10) }
    if let distance = expected.distance {
      #expect(abs(try #require(result.distance) - distance) < 1e-10)
    } else {
      #expect(result.distance == nil && result.reason != nil)
    }
  }
}
