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

/// Labels that a head of so many outputs can be scored by: classes are in range, numbers have one output.
public struct Targets: Sendable, Hashable {
  /// What the examples should give.
  public let labels: Labels
  /// N: the head's outputs.
  public let outputs: Int

  /// Checks labels against a head.
  ///
  /// - Throws: ``ModelError/labelOutOfRange(got:expected:)``.
  public init(_ labels: Labels, outputs: Int) throws(ModelError) {
    switch labels {
    case .classes(let classes):
      if let other = classes.first(where: { !(0..<outputs).contains($0) }) {
        throw .labelOutOfRange(got: "\(other)", expected: "classes 0 to \(outputs - 1)")
      }
    case .values(let values):
      if outputs != 1 {
        throw .labelOutOfRange(
          got: values.first.map { "\($0)" } ?? "of a regression", expected: "classes 0 to \(outputs - 1)")
      }
    }
    (self.labels, self.outputs) = (labels, outputs)
  }

  private init(checked labels: Labels, outputs: Int) {
    (self.labels, self.outputs) = (labels, outputs)
  }

  /// How many examples.
  public var count: Int { labels.count }

  /// The targets at `indices`, in their order.
  public func selecting(_ indices: some Collection<Int>) -> Targets {
    Targets(checked: labels.selecting(indices), outputs: outputs)
  }
}
