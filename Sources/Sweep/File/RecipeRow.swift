/// A row of the recipe's table: what a key takes and means, and how its value gets into a recipe.
struct RecipeRow: Sendable {
  let declaration: KeyDeclaration
  /// Reads a value into a recipe.
  let read: @Sendable (YAMLValue, inout Recipe) throws -> Void
  /// Takes over the value of one recipe into another.
  let copy: @Sendable (Recipe, inout Recipe) -> Void
  /// Writes a recipe's value under the key.
  let encode: @Sendable (Recipe, Recipe.CodingKeys, inout KeyedEncodingContainer<Recipe.CodingKeys>) throws -> Void

  init<Value: Encodable & Sendable>(
    _ path: any WritableKeyPath<Recipe, Value> & Sendable, _ declaration: KeyDeclaration,
    read: @escaping @Sendable (YAMLValue) throws -> Value
  ) {
    self.declaration = declaration
    self.read = { $1[keyPath: path] = try read($0) }
    copy = { $1[keyPath: path] = $0[keyPath: path] }
    encode = { try $2.encode($0[keyPath: path], forKey: $1) }
  }

  static func integer(
    _ path: any WritableKeyPath<Recipe, Int> & Sendable, _ range: ClosedRange<Int>, unit: String? = nil,
    bound: String? = nil, _ meaning: String
  ) -> RecipeRow {
    RecipeRow(
      path, .init(.integer(range), unit: unit, default: .of(Recipe()[keyPath: path]), bound: bound, meaning)
    ) { try $0.integer(range) }
  }

  /// A key whose default, in words, depends on others.
  static func integer(
    _ path: any WritableKeyPath<Recipe, Int?> & Sendable, _ range: ClosedRange<Int>, unit: String? = nil,
    default fallback: String, bound: String? = nil, _ meaning: String
  ) -> RecipeRow {
    RecipeRow(path, .init(.integer(range), unit: unit, default: .described(fallback), bound: bound, meaning)) {
      try $0.integer(range)
    }
  }

  static func number(
    _ path: any WritableKeyPath<Recipe, Double> & Sendable, _ range: ClosedRange<Double>, excludingLowest: Bool = false,
    unit: String? = nil, _ meaning: String
  ) -> RecipeRow {
    RecipeRow(
      path,
      .init(
        .number(range, excludingLowest: excludingLowest), unit: unit, default: .of(Recipe()[keyPath: path]), meaning)
    ) { try $0.number(range, excludingLowest: excludingLowest) }
  }

  static func groups(
    _ path: any WritableKeyPath<Recipe, [String]> & Sendable, bound: String, _ meaning: String
  ) -> RecipeRow {
    RecipeRow(path, .init(.list(of: "layer groups"), default: .value("[]"), bound: bound, meaning)) {
      try LayerGroup.names($0, mayBeEmpty: true)
    }
  }
}

/// What a sweep file says of a recipe: the values of some keys.
public struct RecipeChanges: Sendable, Hashable, Encodable {
  private var keys: Set<Recipe.CodingKeys> = []
  /// Has the values of ``keys``.
  private var values = Recipe()

  init(_ value: YAMLValue) throws {
    let mapping = try value.mapping(Recipe.CodingKeys.self)
    for key in Recipe.CodingKeys.allCases {
      guard let value = mapping[key] else { continue }
      try key.row.read(value, &values)
      keys.insert(key)
    }
  }

  /// What is said, and nothing else.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Recipe.CodingKeys.self)
    for key in Recipe.CodingKeys.allCases where keys.contains(key) { try key.row.encode(values, key, &container) }
  }

  /// The recipe with the changes made.
  func applied(to recipe: Recipe) -> Recipe {
    var recipe = recipe
    for key in keys { key.row.copy(values, &recipe) }
    return recipe
  }
}

extension Recipe {
  /// This recipe with the changes made.
  func applying(_ changes: RecipeChanges?) -> Recipe { changes?.applied(to: self) ?? self }
}

extension Snapshots {
  enum Keys: String, CodingKey, CaseIterable {
    case every
  }

  /// How the interval is written.
  static let interval = "an interval such as '0.5 epochs', '100 steps' or 'none'"

  init(_ value: YAMLValue) throws {
    let every = try value.mapping(Keys.self).value(.every)
    guard let snapshots = Snapshots(try every.text(Self.interval)) else { throw every.wrong(Self.interval) }
    self = snapshots
  }
}

extension Snapshots.Keys: SectionKey {
  static var section: SweepSection { .snapshots }

  var declaration: KeyDeclaration {
    switch self {
    case .every:
      .init(
        .described("interval"), default: .required(Snapshots.interval),
        bound: "N steps, at least 1; X epochs, 0.001 to 1000; none",
        "keeps the parameters at the start, after each interval and at the end: 100 steps, 0.5 epochs")
    }
  }
}
