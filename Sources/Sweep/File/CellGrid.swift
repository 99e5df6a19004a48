/// The cells of a sweep by what tells them apart: task, initialisation, variant of the recipe, seeds.
struct CellGrid {
  let tasks: [String]
  let initialisations: [Initialisation]
  let variants: [RecipeVariant]
  let seeds: [Seed]

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

  /// Everything that tells the cells of a task apart but the seeds, the plain recipe first.
  func kinds(of task: String) -> [(initialisation: Initialisation, variant: String?)] {
    initialisations.flatMap { initialisation in
      ([nil] + variants.map(\.name)).filter { has(task: task, initialisation: initialisation, variant: $0) }
        .map { (initialisation, $0) }
    }
  }

  /// The names of all cells, in their order.
  var cellNames: [String] {
    tasks.flatMap { task in
      kinds(of: task).flatMap { kind in
        seeds.map { Cell.name(task: task, variant: kind.variant, initialisation: kind.initialisation, seed: $0) }
      }
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
      try seeds?.list(of: "indices of seeds", distinctBy: \.self) { try $0.integer(0...(grid.seeds.count - 1)) }
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
    let name = try name(among: grid.initialisations.map(\.rawValue), called: "one of the sweep's initialisations")
    return Initialisation(rawValue: name) ?? .pretrained
  }

  /// One of a sweep's tasks, perhaps any but one.
  func task(of grid: CellGrid, but excluded: [String] = []) throws -> String {
    let task = try name(among: grid.tasks, called: "one of the sweep's tasks")
    guard !excluded.contains(task) else { throw wrong("another task than \(excluded.joined(separator: ", "))") }
    return task
  }
}
