/// Two models whose attention is compared.
public struct AttentionPair: Sendable, Hashable {
  /// Whether head h of one model is the same head as head h of the other.
  public enum Heads: String, Sendable, Hashable {
    /// Both models started from the same initial parameters, so values of single heads are meaningful.
    case matched
    /// The models started from different parameters, such as two models trained from scratch. The numbering of heads is
    /// arbitrary, so only layers are compared.
    case unmatched
  }

  /// The index of one model.
  public let first: Int
  /// The index of the other; the divergence is symmetric.
  public let second: Int
  /// Whether values of single heads are kept.
  public let heads: Heads

  /// A pair of models. `heads` has no default, because the caller must say whether the models started alike.
  public init(_ first: Int, _ second: Int, heads: Heads) {
    self.first = first
    self.second = second
    self.heads = heads
  }
}

/// Which attention is compared: pairs of models of the same shape.
public struct AttentionComparison: Sendable, Hashable {
  /// S: the number of models.
  public let models: Int
  /// The pairs to compare, P of them.
  public let pairs: [AttentionPair]
  /// Layers of each model.
  public let layers: Int
  /// H: heads per layer.
  public let heads: Int

  /// The indices of the pairs whose single heads are compared.
  public var matchedPairs: [Int] { pairs.indices.filter { pairs[$0].heads == .matched } }

  /// A comparison. All counts are at least 1, and the pairs refer to models in 0 ..< `models`.
  public init(models: Int, pairs: [AttentionPair], layers: Int, heads: Int) {
    precondition(models > 0 && layers > 0 && heads > 0, "models have layers and heads")
    precondition(
      pairs.allSatisfy { 0..<models ~= $0.first && 0..<models ~= $0.second }, "pairs are pairs of the models")
    self.models = models
    self.pairs = pairs
    self.layers = layers
    self.heads = heads
  }
}
