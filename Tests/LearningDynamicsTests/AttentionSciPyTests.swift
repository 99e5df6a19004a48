import Foundation
import LearningDynamics
import TensorFiles
import Testing

/// What tools/fixtures/attention_fixture.py says about its arrays.
private struct Described: Decodable {
  let noise: [Double]
  let layers: [Int]
  let heads: [Int]
  let pairs: [[Int]]
  let lengths: [String: Int]
}

@Suite struct AttentionSciPyTests {
  private let directory: URL
  private let described: Described
  private let file: SafetensorsFile

  init() throws {
    directory = try #require(Bundle.module.resourceURL).appending(path: "Fixtures")
    described = try JSONDecoder().decode(
      Described.self, from: Data(contentsOf: directory.appending(path: "attention.json")))
    file = try SafetensorsFile(directory.appending(path: "attention.safetensors"))
  }

  /// Real attention of MiniLM, of a copy that differs and of one that hardly does, compared with SciPy in Float64. Both
  /// round sums of order 1 at 1e-16; the largest difference seen is 2e-16. The smallest divergences are 1e-11.
  @Test(arguments: ["sentence", "pair"])
  func agrees(with input: String) throws {
    let length = try #require(described.lengths[input])
    let weights = try file.float32("\(input).attention")
    let expected = try file.float64("\(input).divergences")
    let (layers, heads, models) = (described.layers.count, described.heads.count, described.noise.count)
    let size = heads * length * length
    #expect(weights.count == models * layers * size && expected.count == described.pairs.count * layers * heads)
    for layer in 0..<layers {
      let attention = Attention(
        heads: heads, length: length,
        models: (0..<models).map { Array(weights[($0 * layers + layer) * size..<($0 * layers + layer + 1) * size]) })
      let found = try attention.divergences(described.pairs.map { ($0[0], $0[1]) })
      for pair in described.pairs.indices {
        for head in 0..<heads {
          let value = found[head * described.pairs.count + pair]
          #expect(abs(value - expected[(pair * layers + layer) * heads + head]) < 1e-15)
        }
      }
    }
  }
}
