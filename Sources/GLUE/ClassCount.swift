/// The number of rows of a class.
public struct ClassCount: Sendable, Codable, Hashable {
  /// The label as spelled in the files.
  public let label: String
  /// The number of training rows.
  public let train: Int
  /// The number of dev rows.
  public let dev: Int

  /// A count from its parts.
  public init(label: String, train: Int, dev: Int) {
    self.label = label
    self.train = train
    self.dev = dev
  }
}

extension Task {
  /// The number of rows of each class, in the order of the class ids; empty for regression.
  public func classCounts(train: some Collection<Example>, dev: some Collection<Example>) -> [ClassCount] {
    guard case .classes(let labels) = labels else { return [] }
    return zip(labels, zip(rowsByClass(train), rowsByClass(dev))).map { label, rows in
      ClassCount(label: label, train: rows.0, dev: rows.1)
    }
  }

  /// The number of rows by class id; empty for regression.
  public func rowsByClass(_ examples: some Collection<Example>) -> [Int] {
    guard case .classes(let labels) = labels else { return [] }
    var counts = [Int](repeating: 0, count: labels.count)
    for case .class(let id)? in examples.lazy.map(\.label) { counts[id] += 1 }
    return counts
  }
}
