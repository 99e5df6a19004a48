/// Models that are compared on one probe (METHODS, sections 5 to 7).
public struct Comparison: Sendable, Hashable, Codable {
  /// What the comparison is about.
  public let kind: Kind
  /// The models, theta0 first; at least two.
  public let models: [ModelState]
  /// The inputs.
  public let probe: Probe

  /// What a comparison is about.
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// The final models of one task over its seeds: every pair.
    case seeds
    /// The final models of one seed over its tasks: every pair.
    case tasks
    /// One fine-tuning over time: each snapshot with theta0.
    case time
  }

  /// A comparison from its parts.
  public init(kind: Kind, models: [ModelState], probe: Probe) {
    self.kind = kind
    self.models = models
    self.probe = probe
  }

  /// The pairs that are compared, as indices of the models, the lower first: all of them; over time those with theta0.
  public var pairs: [(a: Int, b: Int)] {
    let ends = kind == .time ? 0..<min(1, models.count) : models.indices
    return ends.flatMap { a in models.indices.dropFirst(a + 1).map { (a, $0) } }
  }

  /// Where a pair stands among ``pairs``.
  ///
  /// - Precondition: it is one of them: a < b, and a is 0 over time.
  public func index(of pair: (a: Int, b: Int)) -> Int {
    precondition(0 <= pair.a && pair.a < pair.b && pair.b < models.count && (pair.a == 0 || kind != .time))
    // Before a's come those of each lower one, each with all above it.
    return pair.a * (2 * models.count - pair.a - 1) / 2 + pair.b - pair.a - 1
  }

  /// Whether attention heads of a pair have a common identity: not between two models that were trained from scratch.
  public func sharesHeads(_ a: Int, _ b: Int) -> Bool {
    !(models[a].isTrained && models[b].isTrained
      && [models[a], models[b]].allSatisfy { $0.cell.initialisation == .scratch })
  }

  /// What a person calls it, such as `MRPC seeds on mrpc-dev`, `tasks-s0 on mrpc-dev` or `MRPC-s0 over time on mrpc-dev`.
  public var name: String {
    let last = models[models.count - 1].cell
    let start = last.initialisation == .pretrained ? nil : last.initialisation.rawValue
    let what =
      switch kind {
      case .seeds: [last.task, last.variant, start].compactMap(\.self).joined(separator: "-") + " seeds"
      case .tasks:
        ["tasks", last.variant, start, "\(Seed(head: last.headSeed, order: last.orderSeed))"].compactMap(\.self)
          .joined(separator: "-")
      case .time: "\(last.name) over time"
      }
    return "\(what) on \(probe.name)"
  }

  /// The cells that must have been fine-tuned for it, each once, in the order of the models.
  public var cells: [Cell] { models.trainedCells }
  /// The most threads of a model's recipe.
  public var threads: Int { models.map(\.cell.recipe.threads).max() ?? 1 }
}
