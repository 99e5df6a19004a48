public import LinearAlgebra

/// Jensen-Shannon divergences between the attention of models, over examples. [LD; METHODS 5]
///
/// Mean over an example's queries, then heads, then examples. What is kept are moments, not the examples' values: of 25
/// models with 12 layers and 12 heads those are 0.7 MB, and values would be 0.4 MB an example.
public struct AttentionDivergence: Sendable, Equatable {
  /// What is compared.
  public let comparison: AttentionComparison
  /// Per layer, the mean over heads: [layers, pairs].
  public private(set) var layers: AttentionMoments
  /// Per head: [layers, pairs with matched heads, H]. Pairs with unmatched heads have no values here.
  public private(set) var heads: AttentionMoments

  /// A divergence without examples.
  public init(_ comparison: AttentionComparison) {
    self.comparison = comparison
    layers = AttentionMoments(figures: comparison.layers * comparison.pairs.count)
    heads = AttentionMoments(figures: comparison.layers * comparison.matchedPairs.count * comparison.heads)
  }

  /// The number of examples added.
  public var examples: Int { layers.examples }

  /// Adds one example. If it throws, nothing has been added.
  ///
  /// - Parameters:
  ///   - length: L >= 1, the number of tokens in the sequence.
  ///   - stride: numbers from row to row, >= L, as in `AttentionRows`.
  ///   - team: the threads that share the heads; does not change any bits.
  ///   - attention: returns a layer's attention, called for each model in turn: weights >= 0, [H, L, stride], one row
  ///     per query. Rows need not sum to 1. The pointers must stay valid until the next call.
  /// - Throws: ``DynamicsError/notFinite(what:)`` or ``DynamicsError/notWeights(what:)`` for the first row that is not
  ///   attention.
  public mutating func add(
    length: Int, stride: Int, team: ThreadTeam = .single, attention: (_ layer: Int) -> [UnsafePointer<Float>]
  ) throws(DynamicsError) {
    var example = ExampleDivergence(comparison, length: length, stride: stride)
    for layer in 0..<comparison.layers {
      try example.add(attention(layer), layer: layer, team: team)
    }
    add(example)
  }

  /// Adds one example of the same comparison, complete with every layer and head.
  public mutating func add(_ example: ExampleDivergence) {
    precondition(example.comparison == comparison, "what is added compares the same")
    var (ofLayers, ofHeads) = ([Double](), [Double]())
    for values in example.layers {
      precondition(values.count == comparison.heads * comparison.pairs.count, "an example has every layer and head")
      for (index, pair) in comparison.pairs.enumerated() {
        let heads = (0..<comparison.heads).map { values[$0 * comparison.pairs.count + index] }
        ofLayers.append(heads.reduce(0, +) / Double(comparison.heads))
        if pair.heads == .matched { ofHeads += heads }
      }
    }
    layers.add(ofLayers)
    heads.add(ofHeads)
  }

  /// A pair's divergence in a layer, the mean over heads; nil without examples.
  ///
  /// - Parameter pair: an index into the comparison's pairs.
  public func mean(ofLayer layer: Int, pair: Int) -> ExampleMean? {
    layers.mean(layer * comparison.pairs.count + pair)
  }

  /// A pair's divergence in each head of a layer; nil if its heads are unmatched, or without examples.
  ///
  /// - Parameter pair: an index into the comparison's pairs.
  public func means(ofHeadsIn layer: Int, pair: Int) -> [ExampleMean]? {
    guard let place = comparison.matchedPairs.firstIndex(of: pair), examples > 0 else { return nil }
    let first = (layer * comparison.matchedPairs.count + place) * comparison.heads
    return (first..<first + comparison.heads).compactMap { heads.mean($0) }
  }
}
