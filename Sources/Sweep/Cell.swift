/// One fine-tuning of a sweep: what it is, and the identity of the unit that does it, so that whoever has a cell finds its files.
public struct Cell: Sendable, Hashable, Codable {
  /// The identity of its fine-tuning.
  public let id: Identity
  /// The name of the task.
  public var task: String
  /// The name of the recipe's variant; nil for the plain recipe.
  public var variant: String?
  /// Keys the task head and the dropout masks.
  public var headSeed: Int
  /// Keys the order of the training examples.
  public var orderSeed: Int
  /// Where it starts.
  public var initialisation: Initialisation
  /// Keys the random part of theta0: all of it from scratch, a missing pooler else. The same for all cells of a sweep,
  /// or their differences to theta0 have no common origin.
  public var initialisationSeed: Int
  /// Optimiser and schedule.
  public var recipe: Recipe

  /// A cell from its parts.
  public init(
    id: Identity, task: String, variant: String? = nil, headSeed: Int, orderSeed: Int,
    initialisation: Initialisation = .pretrained,
    initialisationSeed: Int = 0, recipe: Recipe = Recipe()
  ) {
    self.id = id
    self.task = task
    self.variant = variant
    self.headSeed = headSeed
    self.orderSeed = orderSeed
    self.initialisation = initialisation
    self.initialisationSeed = initialisationSeed
    self.recipe = recipe
  }

  /// What a person calls it: `SST-2-s0`, `SST-2-scratch-s0`, `SST-2-long-s0` of the variant `long`, `SST-2-h0-o1` when the
  /// two seeds differ.
  public var name: String {
    Self.name(
      task: task, variant: variant, initialisation: initialisation, seed: Seed(head: headSeed, order: orderSeed))
  }

  /// The name of a cell that is not made yet.
  static func name(task: String, variant: String?, initialisation: Initialisation, seed: Seed) -> String {
    let start: String? = initialisation == .pretrained ? nil : initialisation.rawValue
    return [task, variant, start, "\(seed)"].compactMap(\.self).joined(separator: "-")
  }
}

/// Where a fine-tuning starts.
public enum Initialisation: String, Sendable, Hashable, Codable, CaseIterable {
  /// From the checkpoint.
  case pretrained
  /// From random parameters.
  case scratch
}

/// The two seeds of a cell.
public struct Seed: Sendable, Hashable, Encodable, CustomStringConvertible {
  /// Keys the task head and the dropout masks; 0 to 2^31 - 1.
  public let head: Int
  /// Keys the order of the training examples; 0 to 2^31 - 1.
  public let order: Int

  /// A pair of seeds.
  public init(head: Int, order: Int) {
    self.head = head
    self.order = order
  }

  /// `s0` when both are 0, else such as `h0-o1`.
  public var description: String { head == order ? "s\(head)" : "h\(head)-o\(order)" }

  /// As its description, in one text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
