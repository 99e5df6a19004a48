import LearningDynamics
import LinearAlgebra
import Randomness

/// The attention of some models in one layer and sequence.
struct Attention {
  let heads: Int
  let length: Int
  let stride: Int
  /// [models][H, L, stride].
  var models: [[Float]]

  /// Rows without gaps.
  init(heads: Int = 1, length: Int, _ models: [Float]...) {
    self.init(heads: heads, length: length, models: models)
  }

  init(heads: Int = 1, length: Int, stride: Int? = nil, models: [[Float]]) {
    (self.heads, self.length, self.stride, self.models) = (heads, length, stride ?? length, models)
  }

  /// Weights of awkward kinds; the same seed gives the same ones.
  static func awkward(models: Int, heads: Int, length: Int, seed: UInt32) -> Attention {
    var stream = RandomStream(Philox(seed: 3, purpose: .direction), seed)
    let rows = (0..<models).map { _ in (0..<heads * length).flatMap { _ in awkwardRow(length, &stream) } }
    return Attention(heads: heads, length: length, models: rows)
  }

  /// Adds this as one example to divergences of one layer.
  func add(to divergence: inout AttentionDivergence, team: ThreadTeam = .single) throws {
    try withPointers { pointers in
      try divergence.add(length: length, stride: stride, team: team) { _ in pointers }
    }
  }

  /// The divergence in each head of the pair of models 0 and 1, or of `pairs`, [H, pairs].
  func divergences(_ pairs: [(Int, Int)] = [(0, 1)], team: ThreadTeam = .single) throws -> [Double] {
    let comparison = AttentionComparison(
      models: models.count, pairs: pairs.map { AttentionPair($0, $1, heads: .matched) }, layers: 1, heads: heads)
    let kernel = AttentionKernel(comparison, length: length, stride: stride)
    return try withPointers { try kernel.divergences($0, layer: 5, team: team) }
  }

  private func withPointers<Result>(_ body: ([UnsafePointer<Float>]) throws -> Result) rethrows -> Result {
    let buffer = AlignedBuffer<Float>(count: models.reduce(0) { $0 + $1.count })
    var pointers: [UnsafePointer<Float>] = []
    var end = buffer.pointer
    for model in models {
      pointers.append(end)
      for weight in model {
        end.pointee = weight
        end += 1
      }
    }
    return try withExtendedLifetime(buffer) { try body(pointers) }
  }
}

/// One row that is likely to cause trouble: single keys, zeros, subnormal numbers, large sums, equal weights.
private func awkwardRow(_ length: Int, _ stream: inout RandomStream) -> [Float] {
  var row = (0..<length).map { _ in Float(stream.uniform()) }
  let place = stream.uniform(below: length)
  switch stream.uniform(below: 8) {
  case 0: row = row.indices.map { $0 == place ? 1 : 0 }
  case 1: row = row.indices.map { $0 == place ? 1 : .leastNonzeroMagnitude }
  case 2: row = row.map { $0 < 0.5 ? 0 : $0 }
  case 3: row = row.map { $0 * 0x1p-133 }
  case 4: row = row.map { $0 * .greatestFiniteMagnitude }
  case 5: row = row.map { _ in 1 / Float(length) }
  case 6: row = row.map { $0 * $0 * $0 * $0 * $0 * $0 * $0 * $0 }
  default: break
  }
  // A row of zeros is not attention.
  if row.allSatisfy({ $0 == 0 }) { row[place] = .leastNonzeroMagnitude }
  return row
}
