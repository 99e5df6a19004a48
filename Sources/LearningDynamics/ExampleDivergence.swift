public import LinearAlgebra

/// The divergences of one example while they are being computed: layer by layer, and a few heads at a time if all heads
/// would take too much memory.
public struct ExampleDivergence: Sendable {
  /// What is compared.
  public let comparison: AttentionComparison
  /// For each layer, [heads so far, pairs].
  private(set) var layers: [[Double]]
  private let kernel: AttentionKernel

  /// An example without values.
  ///
  /// - Parameters:
  ///   - length: L >= 1, the number of tokens in the sequence.
  ///   - stride: numbers from row to row, >= L.
  public init(_ comparison: AttentionComparison, length: Int, stride: Int) {
    self.comparison = comparison
    layers = Array(repeating: [], count: comparison.layers)
    kernel = AttentionKernel(comparison, length: length, stride: stride)
  }

  /// Adds heads of a layer.
  ///
  /// - Parameters:
  ///   - attention: each model's weights >= 0, [heads, L, stride], one row per query. Rows need not sum to 1.
  ///   - heads: the heads that are passed, the next ones of the layer; nil for all.
  ///   - team: the threads that share the heads; does not change any bits.
  /// - Throws: ``DynamicsError/notFinite(what:)`` or ``DynamicsError/notWeights(what:)`` for the first row that is not
  ///   attention.
  public mutating func add(
    _ attention: [UnsafePointer<Float>], layer: Int, heads: Range<Int>? = nil, team: ThreadTeam = .single
  ) throws(DynamicsError) {
    let first = heads?.lowerBound ?? 0
    precondition(layers[layer].count == first * comparison.pairs.count, "heads come in order")
    layers[layer] += try kernel.divergences(attention, layer: layer, heads: heads, team: team)
  }
}
