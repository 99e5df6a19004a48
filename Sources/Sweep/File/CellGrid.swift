/// The cells of a sweep by what tells them apart: task, initialisation, variant of the recipe, seeds.
struct CellGrid: Sendable, Hashable {
  let tasks: [String]
  let initialisations: [Initialisation]
  let variants: [RecipeVariant]
  let seeds: [Seed]
  /// The names of all cells.
  let cellNames: Set<String>

  /// What the plain recipe is called where variants are listed.
  static let plain = "plain"

  /// The variants' names, the plain recipe first.
  var variantNames: [String] { [Self.plain] + variants.map(\.name) }

  /// Whether there are such cells; nil is the plain recipe.
  func has(task: String, initialisation: Initialisation, variant: String?) -> Bool {
    guard tasks.contains(task), initialisations.contains(initialisation) else { return false }
    guard let variant else { return true }
    return variants.contains {
      $0.name == variant && $0.tasks.contains(task) && $0.initialisations.contains(initialisation)
    }
  }

  /// The grid of a sweep.
  ///
  /// - Parameter place: what a message about its size or its names points to.
  /// - Throws: ``SweepError`` for more cells than a plan may have units, and for two cells of one name.
  init(
    tasks: [String], initialisations: [Initialisation], variants: [RecipeVariant], seeds: [Seed],
    _ place: SweepError.KeyPlace
  ) throws {
    (self.tasks, self.initialisations, self.variants, self.seeds) = (tasks, initialisations, variants, seeds)
    let kinds = tasks.map { ($0, Self.kinds(of: $0, initialisations, variants)) }
    let count = seeds.count * kinds.reduce(0) { $0 + $1.1.count }
    guard count <= Plan.mostUnits else {
      throw SweepError.wrongValue(
        place, got: "tasks, initialisations, variants and seeds that make \(count) cells",
        expected: "at most \(Plan.mostUnits)")
    }
    var names: Set<String> = []
    for (task, kinds) in kinds {
      for kind in kinds {
        for seed in seeds {
          let name = Cell.name(task: task, variant: kind.variant, initialisation: kind.initialisation, seed: seed)
          // Two cells of one name could not be told apart.
          guard names.insert(name).inserted else {
            throw SweepError.wrongValue(
              place, got: "two cells called \(name)", expected: "names of tasks and variants that differ")
          }
        }
      }
    }
    cellNames = names
  }

  /// Everything that tells the cells of a task apart but the seeds, the plain recipe first.
  func kinds(of task: String) -> [(initialisation: Initialisation, variant: String?)] {
    Self.kinds(of: task, initialisations, variants)
  }

  /// All kinds of cells.
  var allKinds: [CellKind] { tasks.flatMap { task in kinds(of: task).map { (task, $0.initialisation, $0.variant) } } }

  private static func kinds(
    of task: String, _ initialisations: [Initialisation], _ variants: [RecipeVariant]
  ) -> [(initialisation: Initialisation, variant: String?)] {
    initialisations.flatMap { initialisation in
      [(initialisation, nil)]
        + variants.filter { $0.tasks.contains(task) && $0.initialisations.contains(initialisation) }
        .map { (initialisation, $0.name) }
    }
  }
}

/// The cells that a section of a sweep file is about.
public struct CellSelection: Sendable, Hashable, Encodable {
  /// The tasks. Default: all of the sweep.
  public let tasks: [String]
  /// Where the cells start. Default: all of the sweep.
  public let initialisations: [Initialisation]
  /// The recipe's variants, `plain` for the recipe itself. Default: all of the sweep.
  public let variants: [String]
  /// Indices into the sweep's seeds. Default: all.
  public let seeds: [Int]

  /// Whether some cell may belong to both.
  func overlaps(_ other: CellSelection) -> Bool {
    !Set(tasks).isDisjoint(with: other.tasks) && !Set(seeds).isDisjoint(with: other.seeds)
      && !Set(initialisations).isDisjoint(with: other.initialisations)
      && !Set(variants).isDisjoint(with: other.variants)
  }

  /// Whether cells of a kind belong to it; nil is the plain recipe.
  func has(initialisation: Initialisation, variant: String?) -> Bool {
    initialisations.contains(initialisation) && variants.contains(variant ?? CellGrid.plain)
  }
}

extension CellSelection {
  /// Reads the keys of a section that choose cells, each with its default; its other keys are the section's own.
  ///
  /// - Parameter excluded: a task that is not among them by default.
  init(_ section: YAMLValue, of grid: CellGrid, excluding excluded: String? = nil) throws {
    let keys = Dictionary(try section.entries().map { ($0.key, $0.value) }) { first, _ in first }
    let (tasks, initialisations, variants) = (keys["tasks"], keys["initialisations"], keys["variants"])
    let seeds = keys["seeds"]
    self.tasks =
      try tasks?.list(of: "tasks", distinctBy: \.self) {
        try $0.name(among: grid.tasks, called: "one of the sweep's tasks")
      } ?? grid.tasks.filter { $0 != excluded }
    self.initialisations =
      try initialisations?.list(of: "initialisations", distinctBy: \.self) { try $0.initialisation(of: grid) }
      ?? grid.initialisations
    self.variants =
      try variants?.list(of: "variants", distinctBy: \.self) {
        try $0.name(among: grid.variantNames, called: "one of the sweep's variants")
      } ?? grid.variantNames
    self.seeds =
      try seeds?.list(of: "indices of seeds", atMost: SweepFile.mostSeeds, distinctBy: \.self) {
        try $0.integer(0...(grid.seeds.count - 1))
      }
      ?? Array(grid.seeds.indices)
    let isEmpty = !self.tasks.contains { task in
      grid.kinds(of: task).contains { has(initialisation: $0.initialisation, variant: $0.variant) }
    }
    if isEmpty {
      throw (variants ?? initialisations ?? tasks ?? section).wrong("a choice that some cell of the sweep meets")
    }
  }
}

extension YAMLValue {
  /// One of a sweep's initialisations.
  func initialisation(of grid: CellGrid) throws -> Initialisation {
    try initialisation(of: grid.initialisations)
  }

  /// One of some initialisations.
  func initialisation(of known: [Initialisation]) throws -> Initialisation {
    try one(of: known, called: "one of the sweep's initialisations", by: \.rawValue)
  }

  /// One of a sweep's tasks, perhaps any but one.
  func task(of grid: CellGrid, but excluded: [String] = []) throws -> String {
    try task(of: grid.tasks, but: excluded)
  }

  /// One of some tasks, perhaps any but one.
  func task(of known: [String], but excluded: [String] = []) throws -> String {
    let task = try name(among: known, called: "one of the sweep's tasks")
    guard !excluded.contains(task) else { throw wrong("another task than \(excluded.joined(separator: ", "))") }
    return task
  }
}
