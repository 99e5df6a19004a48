/// Two models whose attention is compared.
public struct AttentionPair: Sendable, Hashable {
  /// Whether head h of one model is the same head as head h of the other.
  public enum Heads: String, Sendable, Hashable {
    /// Both models descend from the same initial parameters: values of single heads mean something.
    case matched
    /// The models began apart, as two from scratch: the heads' numbers are arbitrary, and only layers are compared.
    case unmatched
  }

  /// One model's index.
  public let first: Int
  /// The other's; the divergence is symmetric.
  public let second: Int
  /// Whether values of single heads are kept.
  public let heads: Heads

  /// A pair of models. `heads` has no default: who makes a pair must say where its models began.
  public init(_ first: Int, _ second: Int, heads: Heads) {
    self.first = first
    self.second = second
    self.heads = heads
  }
}

/// Which attention is compared: pairs of models of one shape.
public struct AttentionComparison: Sendable, Hashable {
  /// S: how many models there are.
  public let models: Int
  /// The pairs that are wanted, P.
  public let pairs: [AttentionPair]
  /// Layers of each model.
  public let layers: Int
  /// H: heads of each layer.
  public let heads: Int

  /// The indices of the pairs whose single heads are compared.
  public var matchedPairs: [Int] { pairs.indices.filter { pairs[$0].heads == .matched } }

  /// A comparison. All counts are at least 1, and the pairs name models in 0 ..< `models`.
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
