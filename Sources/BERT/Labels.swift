/// What the examples of a batch or a data set should give, or what a model predicts for them.
public enum Labels: Sendable, Codable, Hashable {
  /// Class ids, 0 ..< N: scored by cross-entropy.
  case classes([Int])
  /// Numbers of a regression task: scored by squared error.
  case values([Double])

  /// How many examples.
  public var count: Int {
    switch self {
    case .classes(let classes): classes.count
    case .values(let values): values.count
    }
  }

  /// The labels at `indices`, in their order.
  public func selecting(_ indices: some Collection<Int>) -> Labels {
    switch self {
    case .classes(let classes): .classes(indices.map { classes[$0] })
    case .values(let values): .values(indices.map { values[$0] })
    }
  }
}
