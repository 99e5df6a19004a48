import Foundation
import LearningDynamics
import LinearAlgebra
import Testing

private let ln2 = M_LN2

/// Two heads, two tokens: the pair of models is ln 2 apart in head 0 and alike in head 1.
private let apart = Attention(heads: 2, length: 2, [1, 0, 1, 0, 0, 1, 1, 0], [0, 1, 0, 1, 0, 1, 1, 0])

/// Two heads, three tokens, with the same attention in all models.
private let alike = Attention(
  heads: 2, length: 3, models: [[Float]](repeating: [Float](repeating: 0.25, count: 18), count: 2))

private func comparison(_ pairs: [AttentionPair.Heads] = [.matched], heads: Int = 2) -> AttentionComparison {
  AttentionComparison(models: 2, pairs: pairs.map { AttentionPair(0, 1, heads: $0) }, layers: 1, heads: heads)
}

/// Divergences of `count` random examples of different lengths.
private func random(_ count: Int, _ comparison: AttentionComparison) throws -> AttentionDivergence {
  var divergence = AttentionDivergence(comparison)
  for example in 0..<count { try randomExample(example, comparison.heads).add(to: &divergence) }
  return divergence
}

private func randomExample(_ index: Int, _ heads: Int) -> Attention {
  .awkward(models: 2, heads: heads, length: 1 + index * 7 % 12, seed: UInt32(100 + index))
}

/// Whether a mean and its error are these but for rounding.
private func isNear(_ x: ExampleMean?, value: Double, error: Double) -> Bool {
  guard let x, let found = x.standardError else { return false }
  return abs(x.value - value) < 1e-15 && abs(found - error) < 1e-15
}

@Suite struct AttentionDivergenceTests {
  /// Values ln 2 and 0: mean ln 2 / 2, deviation ln 2 / sqrt(2), its error ln 2 / 2. An example counts once, however long.
  @Test func meansByHand() throws {
    var divergence = AttentionDivergence(comparison())
    try apart.add(to: &divergence)
    #expect(divergence.examples == 1)
    let first = try #require(divergence.mean(ofLayer: 0, pair: 0))
    #expect(first.value == ln2 / 2 && first.standardError == nil)
    try alike.add(to: &divergence)
    #expect(divergence.examples == 2)

    let heads = try #require(divergence.means(ofHeadsIn: 0, pair: 0))
    #expect(heads.map(\.value) == [ln2 / 2, 0])
    let errors = heads.compactMap(\.standardError)
    #expect(errors.count == 2 && abs(errors[0] - ln2 / 2) < 1e-16 && errors[1] == 0)
    let layer = try #require(divergence.mean(ofLayer: 0, pair: 0))
    let error = try #require(layer.standardError)
    #expect(layer.value == ln2 / 4 && abs(error - ln2 / 4) < 1e-16)
  }

  /// However many heads with ln 2 are summed; other sums are not larger.
  @Test(arguments: 1...64)
  func layerIsNotBeyondLn2(heads: Int) throws {
    var divergence = AttentionDivergence(comparison(heads: heads))
    let left = (0..<heads * 4).map { Float(1 - $0 % 2) }
    try Attention(heads: heads, length: 2, left, left.map { 1 - $0 }).add(to: &divergence)
    let value = try #require(divergence.mean(ofLayer: 0, pair: 0)).value
    #expect(value <= ln2 && value > ln2 - 1e-15)
  }

  @Test func layersAndPairsInTheirPlaces() throws {
    let pairs = [
      AttentionPair(0, 1, heads: .matched), AttentionPair(0, 2, heads: .unmatched),
      AttentionPair(2, 1, heads: .matched),
    ]
    var divergence = AttentionDivergence(AttentionComparison(models: 3, pairs: pairs, layers: 2, heads: 2))
    // In layer 0 model 1 differs in head 0, in layer 1 model 2 differs in head 1.
    let weights: [Float] = [0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1, 0, 0, 1, 0, 1]
    try weights.withUnsafeBufferPointer { weights in
      let first = try #require(weights.baseAddress)
      let (elsewhere0, usual, elsewhere1) = (first, first + 4, first + 8)
      try divergence.add(length: 2, stride: 2) { layer in
        layer == 0 ? [usual, elsewhere0, usual] : [usual, usual, elsewhere1]
      }
    }
    #expect(divergence.means(ofHeadsIn: 0, pair: 0)?.map(\.value) == [ln2, 0])
    #expect(divergence.means(ofHeadsIn: 1, pair: 0)?.map(\.value) == [0, 0])
    #expect(divergence.means(ofHeadsIn: 0, pair: 2)?.map(\.value) == [ln2, 0])
    #expect(divergence.means(ofHeadsIn: 1, pair: 2)?.map(\.value) == [0, ln2])
    #expect([0, 1, 2].map { divergence.mean(ofLayer: 0, pair: $0)?.value } == [ln2 / 2, 0, ln2 / 2])
    #expect([0, 1, 2].map { divergence.mean(ofLayer: 1, pair: $0)?.value } == [0, ln2 / 2, ln2 / 2])
  }

  /// For unmatched heads nothing is kept, neither to read nor to store; the layer is the same as with matched ones.
  @Test func unmatchedHeadsAreNotKept() throws {
    var divergence = AttentionDivergence(comparison([.unmatched, .matched]))
    try apart.add(to: &divergence)
    #expect(divergence.means(ofHeadsIn: 0, pair: 0) == nil)
    #expect(divergence.means(ofHeadsIn: 0, pair: 1)?.map(\.value) == [ln2, 0])
    #expect(divergence.heads.means == [ln2, 0])
    #expect(divergence.mean(ofLayer: 0, pair: 0) == divergence.mean(ofLayer: 0, pair: 1))

    var alone = AttentionDivergence(comparison([.unmatched]))
    try apart.add(to: &alone)
    #expect(alone.heads.means.isEmpty && alone.examples == 1)
  }

  @Test func withoutExamplesThereIsNoMean() {
    let empty = AttentionDivergence(comparison())
    #expect(empty.examples == 0 && empty.mean(ofLayer: 0, pair: 0) == nil && empty.means(ofHeadsIn: 0, pair: 0) == nil)
  }

  /// Compared with the mean and the sample deviation of all values at once.
  @Test func momentsAreThoseOfTheValues() throws {
    let comparison = comparison(heads: 3)
    let divergence = try random(40, comparison)
    var values: [[Double]] = []
    for example in 0..<40 { values.append(try randomExample(example, 3).divergences()) }
    func isRight(_ found: ExampleMean?, _ values: [Double]) -> Bool {
      let n = Double(values.count)
      let mean = values.reduce(0, +) / n
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
      return isNear(found, value: mean, error: variance.squareRoot() / n.squareRoot())
    }
    for head in 0..<3 {
      #expect(isRight(divergence.means(ofHeadsIn: 0, pair: 0)?[head], values.map { $0[head] }))
    }
    #expect(isRight(divergence.mean(ofLayer: 0, pair: 0), values.map { $0.reduce(0, +) / 3 }))
  }

  /// Exactly 0, not the root of what rounding leaves.
  @Test func equalExamplesHaveNoDeviation() throws {
    var divergence = AttentionDivergence(comparison(heads: 3))
    for _ in 0..<20 { try randomExample(4, 3).add(to: &divergence) }
    #expect(divergence.examples == 20)
    let mean = try #require(divergence.mean(ofLayer: 0, pair: 0))
    #expect(mean.standardError == 0 && mean.value > 0)
    #expect(divergence.means(ofHeadsIn: 0, pair: 0)?.allSatisfy { $0.standardError == 0 } == true)
  }

  @Test func teamChangesNoBit() throws {
    let team = try ThreadTeam(count: 3)
    var shared = AttentionDivergence(comparison(heads: 4))
    for example in 0..<10 { try randomExample(example, 4).add(to: &shared, team: team) }
    #expect(shared == (try random(10, comparison(heads: 4))))
  }

  @Test func anExampleThatThrowsIsNotAdded() throws {
    var divergence = try random(3, comparison())
    let before = divergence
    var broken = apart
    broken.models[1][5] = .nan
    let what = "the attention of model 1 in layer 0, head 1, query 0,"
    #expect(throws: DynamicsError.notFinite(what: what)) { try broken.add(to: &divergence) }
    #expect(divergence == before)
  }

  /// Heads may be added in any blocks, layer by layer: the same bits as all at once.
  @Test(arguments: [1, 2, 3, 5]) func headsInBlocks(size: Int) throws {
    let compared = AttentionComparison(
      models: 3, pairs: [AttentionPair(0, 1, heads: .matched), AttentionPair(1, 2, heads: .unmatched)], layers: 2,
      heads: 5)
    let (length, layers) = (7, (0..<2).map { Attention.awkward(models: 3, heads: 5, length: 7, seed: 40 + $0) })
    var (whole, parts) = (AttentionDivergence(compared), AttentionDivergence(compared))
    var example = ExampleDivergence(compared, length: length, stride: length)
    let buffers = layers.map { $0.models.map { AlignedBuffer<Float>(count: $0.count) } }
    for (layer, models) in zip(buffers, layers.map(\.models)) {
      for (buffer, numbers) in zip(layer, models) { buffer.pointer.update(from: numbers, count: numbers.count) }
    }
    try withExtendedLifetime(buffers) {
      func rows(_ layer: Int, from head: Int) -> [UnsafePointer<Float>] {
        buffers[layer].map { UnsafePointer($0.pointer + head * length * length) }
      }
      try whole.add(length: length, stride: length) { rows($0, from: 0) }
      for layer in 0..<2 {
        for first in stride(from: 0, to: 5, by: size) {
          try example.add(rows(layer, from: first), layer: layer, heads: first..<min(first + size, 5))
        }
      }
    }
    parts.add(example)
    #expect(parts == whole)
  }
}
