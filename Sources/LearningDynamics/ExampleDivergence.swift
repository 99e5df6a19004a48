public import LinearAlgebra

/// The divergences of one example while they are found: layer by layer, and some heads at a time where all of them are
/// more than memory should hold.
public struct ExampleDivergence: Sendable {
  /// What is compared.
  public let comparison: AttentionComparison
  /// Of each layer, [heads so far, pairs].
  private(set) var layers: [[Double]]
  private let kernel: AttentionKernel

  /// Nothing yet of an example.
  ///
  /// - Parameters:
  ///   - length: L >= 1, the sequence's tokens.
  ///   - stride: numbers from row to row, >= L.
  public init(_ comparison: AttentionComparison, length: Int, stride: Int) {
    self.comparison = comparison
    layers = Array(repeating: [], count: comparison.layers)
    kernel = AttentionKernel(comparison, length: length, stride: stride)
  }

  /// Adds heads of a layer.
  ///
  /// - Parameters:
  ///   - attention: each model's weights >= 0, [heads, L, stride], a row per query. They need not sum to 1.
  ///   - heads: which heads these are, the next of the layer; nil: all.
  ///   - team: who shares the heads; changes no bit.
  /// - Throws: ``DynamicsError/notFinite(what:)``, ``DynamicsError/notWeights(what:)`` for the first row that is no
  ///   attention.
  public mutating func add(
    _ attention: [UnsafePointer<Float>], layer: Int, heads: Range<Int>? = nil, team: ThreadTeam = .single
  ) throws(DynamicsError) {
    let first = heads?.lowerBound ?? 0
    precondition(layers[layer].count == first * comparison.pairs.count, "heads come in order")
    layers[layer] += try kernel.divergences(attention, layer: layer, heads: heads, team: team)
  }
}
