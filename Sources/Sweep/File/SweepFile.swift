/// A sweep file: the grid of seeds x tasks, and what is measured around it.
///
/// Every key has a default but `model` and `tasks`; the coding keys are the keys of the file.
@dynamicMemberLookup
public struct SweepFile: Sendable, Hashable, Encodable {
  /// The sweep's name, part of folder names. Default: the file's own without its extension.
  public let name: String
  /// Whether the file itself says its name.
  let hasOwnName: Bool
  /// The Hugging Face directory, absolute or relative to the sweep file; `--model` replaces it.
  public var model: String
  /// The GLUE folder, absolute or relative to the sweep file; nil: given by `--data`, which also replaces it.
  public var data: String?
  /// The tasks, at least one, their names distinct.
  public let tasks: [TaskEntry]
  /// The seeds of each task's cells, at least one, distinct. Default: three.
  public let seeds: [Seed]
  /// Where each task's cells start, at least one, distinct. Default: the checkpoint.
  public let initialisations: [Initialisation]
  /// Keys random initial parameters and a missing pooler, 0 to 2^31 - 1. Default: 0.
  public let initialisationSeed: Int
  /// The recipe of all cells.
  public let recipe: Recipe
  /// Differences from it, by the name of an initialisation or of a task.
  public let recipes: [String: RecipeChanges]
  /// Cells beside the plain ones by recipes that differ, their names distinct. Default: none.
  public let variants: [RecipeVariant]
  /// What the points of surfaces are evaluated on.
  public let subset: Subset
  /// What rank 0 may hold and keep of what is compared.
  public let gather: Gathering
  /// What happens after a failure.
  public let onFailure: FailurePolicy
  /// What is asked for around the cells; its properties are the sweep's too.
  let requests: Requests
  /// The cells by what tells them apart.
  let grid: CellGrid

  enum CodingKeys: String, CodingKey, CaseIterable {
    case name, model, data, tasks, seeds, initialisations
    case initialisationSeed = "initialisation_seed"
    case recipe, recipes, variants, subset, gather
    case onFailure = "on_failure"
  }

  /// What a section asks for.
  public subscript<Value>(dynamicMember section: KeyPath<Requests, Value>) -> Value { requests[keyPath: section] }

  /// The recipe of a cell: the common one, changed by the initialisation's differences, then by the task's, then by the
  /// variant's; nil is the plain recipe.
  public func recipe(task: String, initialisation: Initialisation, variant: String? = nil) -> Recipe {
    recipe.applying(recipes[initialisation.rawValue]).applying(recipes[task])
      .applying(variants.first { $0.name == variant }?.recipe)
  }

  /// Everything that tells the cells of a selection apart but the seeds.
  func kinds(of cells: CellSelection) -> [CellKind] {
    cells.tasks.flatMap { task in
      grid.kinds(of: task).filter { cells.has(initialisation: $0.initialisation, variant: $0.variant) }
        .map { (task, $0.initialisation, $0.variant) }
    }
  }
}

/// What happens after a unit has failed.
public struct FailurePolicy: Sendable, Hashable, Encodable {
  /// How often a failed unit is tried again, 0 to 10.
  public var retries = 0

  /// No second try.
  public init() {}

  enum CodingKeys: String, CodingKey, CaseIterable {
    case retries
  }
}
