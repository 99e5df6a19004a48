/// A sweep file: the grid of seeds x tasks, and what is measured around it.
///
/// Every key has a default but `model` and `tasks`; the coding keys are the keys of the file.
public struct SweepFile: Sendable, Hashable, Encodable {
  /// The sweep's name, part of folder names. Default: the file's own without its extension.
  public let name: String
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
  /// What the points of surfaces are evaluated on.
  public let subset: Subset
  /// The curves, distinct. Default: none.
  public let curves: [CurveRequest]
  /// The surfaces, distinct. Default: none.
  public let surfaces: [SurfaceRequest]
  /// The trajectories, distinct. Default: none.
  public let trajectories: [TrajectoryRequest]
  /// Which parts of the final models are put back to theta0; nil: none.
  public let rollback: RollbackRequest?
  /// The probes, their names distinct. Each runs on its own task's models. Default: none.
  public let probes: [Probe]
  /// What is compared between models; nil: nothing.
  public let consistency: ConsistencyRequest?
  /// What happens after a failure.
  public let onFailure: FailurePolicy

  enum CodingKeys: String, CodingKey, CaseIterable {
    case name, model, data, tasks, seeds, initialisations, recipe, recipes, subset, curves, surfaces, trajectories
    case rollback, probes, consistency
    case initialisationSeed = "initialisation_seed"
    case onFailure = "on_failure"
  }

  /// The recipe of a cell: the common one, changed by the initialisation's differences, then by the task's.
  public func recipe(task: String, initialisation: Initialisation) -> Recipe {
    recipe.applying(recipes[initialisation.rawValue]).applying(recipes[task])
  }
}

/// Curves that a sweep asks for: one for each task, seed (or pair of seeds), initialisation and layer group.
public struct CurveRequest: Sendable, Hashable, Encodable {
  /// What they lead along. Default: the fine-tuning.
  public let along: Along
  /// The tasks. Default: all of the sweep.
  public let tasks: [String]
  /// Indices into the sweep's seeds. Default: all.
  public let seeds: [Int]
  /// Where the models start. Default: all of the sweep.
  public let initialisations: [Initialisation]
  /// The coordinates along the line. Default: 40 from -4 to 4; between seeds 21 from 0 to 1.
  public let alpha: Axis
  /// Layer groups as written (``LayerGroup/expected``). Default: all.
  public let groups: [String]
  /// Where the parameters outside a group are. Default: theta1.
  public let elsewhere: Surface.Elsewhere

  /// What a curve leads along.
  public enum Along: String, Sendable, Hashable, Encodable, CaseIterable {
    /// From theta0 through the final model.
    case finetuning
    /// From one seed's final model to another's, for every pair of seeds, the head included.
    case seeds
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case along, tasks, seeds, initialisations, alpha, groups, elsewhere
  }
}

/// A surface that a sweep asks for, one for each layer group.
public struct SurfaceRequest: Sendable, Hashable, Encodable {
  /// The task whose model is theta1 and whose loss is evaluated.
  public let task: String
  /// The task whose model is theta2; not `task`.
  public let other: String
  /// An index into the sweep's seeds, of both models. Default: 0, the first.
  public let seed: Int
  /// Where both models start. Default: the sweep's first initialisation.
  public let initialisation: Initialisation
  /// The coordinates along d1. Default: 40 from -4 to 4.
  public let alpha: Axis
  /// The coordinates along s d2. Default: 40 from -4 to 4.
  public let beta: Axis
  /// Layer groups as written (``LayerGroup/expected``). Default: all.
  public let groups: [String]
  /// Where the parameters outside a group are. Default: theta1.
  public let elsewhere: Surface.Elsewhere

  enum CodingKeys: String, CodingKey, CaseIterable {
    case task, other, seed, initialisation, alpha, beta, groups, elsewhere
  }
}

/// Trajectories that a sweep asks for: one for each seed and initialisation of a task.
public struct TrajectoryRequest: Sendable, Hashable, Encodable {
  /// The task whose fine-tunings are followed; its recipe keeps snapshots.
  public let task: String
  /// The task whose model of the same seed is theta2; nil: none.
  public let other: String?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case task, other
  }
}

/// Which layer groups of every cell's final model are put back to theta0, one at a time.
public struct RollbackRequest: Sendable, Hashable, Encodable {
  /// Layer groups as written (``LayerGroup/expected``). Default: low, middle, high.
  public let groups: [String]
  /// Which single layers. Default: each.
  public let layers: Layers

  enum CodingKeys: String, CodingKey, CaseIterable {
    case groups, layers
  }

  /// Which single layers are put back.
  public enum Layers: String, Sendable, Hashable, Encodable, CaseIterable {
    /// One after the other.
    case each
    /// None of them.
    case none
  }
}

/// What is compared between the models of a sweep.
public struct ConsistencyRequest: Sendable, Hashable, Encodable {
  /// The models that are compared.
  public let between: [Between]
  /// The measures that compare them.
  public let measures: [Measure]
  /// The names of the probes that all tasks' models are compared on; nil (`own`): each task's models on the probes of
  /// that task.
  public let probes: [String]?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case between, measures, probes
  }

  /// The models that are compared.
  public enum Between: String, Sendable, Hashable, Encodable, CaseIterable {
    /// Those of one task and initialisation, over its seeds; at least two.
    case seeds
  }

  /// A measure between two models.
  public enum Measure: String, Sendable, Hashable, Encodable, CaseIterable {
    /// The SVCCA distance of hidden states, layer by layer.
    case svcca
  }
}

/// What happens after a unit has failed.
public struct FailurePolicy: Sendable, Hashable, Encodable {
  /// How often a failed unit is tried again, 0 to 10. Default: 0.
  public let retries: Int

  enum CodingKeys: String, CodingKey, CaseIterable {
    case retries
  }
}
