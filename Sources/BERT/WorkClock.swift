/// The time that passes take by kind of work, as the calling thread sees it.
public final class WorkClock {
  /// A kind of work.
  public enum Kind: String, Sendable, CaseIterable {
    /// Dense layers: large matrix products.
    case dense
    /// Attention: scores, softmax, weighted sums; in the last layer the products around it too.
    case attention
    /// Biases, activations, dropout, norms, embeddings, classifier and loss.
    case elementwise
    /// Gradient norm and AdamW.
    case optimiser
    /// Parameters of a landscape point.
    case forming
    /// Until the other threads have done their parts.
    case waiting
  }

  /// Seconds by kind.
  public private(set) var seconds: [Kind: Double] = [:]
  private let clock = ContinuousClock()
  private var last: ContinuousClock.Instant

  /// Starts.
  public init() { last = clock.now }

  /// Charges the time since the last call to `kind`.
  public func charge(_ kind: Kind) {
    let now = clock.now
    seconds[kind, default: 0] += (now - last) / .seconds(1)
    last = now
  }

  /// Forgets the time since the last call: it belongs to no kind.
  public func skip() { last = clock.now }
}
