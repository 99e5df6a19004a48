/// Curves that a sweep asks for: one for each cell (or pair of seeds) and layer group, or one between two named models.
public struct CurveRequest: Sendable, Hashable, Encodable {
  /// What they lead along. Default: the fine-tuning.
  public let along: Along
  /// Whose models, but for a line between two named ones.
  public let cells: CellSelection
  /// The coordinates along the line. Default: 40 from -4 to 4; between models 21 from 0 to 1; along random directions 41
  /// from -1 to 1.
  public let alpha: Axis
  /// Layer groups as written (``LayerGroup/expected``). Default: all.
  public let groups: [String]
  /// Where the parameters outside a group are. Default: theta1.
  public let elsewhere: Surface.Elsewhere

  /// What a curve leads along.
  public enum Along: Sendable, Hashable {
    /// From theta0 through the final model.
    case finetuning
    /// From one seed's final model to another's, for every pair of seeds, the head included.
    case seeds
    /// Random directions around the final model.
    case random(RandomRequest)
    /// From one model to another.
    case models(from: ModelReference, to: ModelReference)
  }

  enum Keys: String, CodingKey, CaseIterable {
    case along, tasks, initialisations, variants, seeds, alpha, groups, elsewhere
  }
}

/// Surfaces that a sweep asks for, one for each layer group.
public struct SurfaceRequest: Sendable, Hashable, Encodable {
  /// What spans them. Default: the fine-tunings of two tasks.
  public let along: Along
  /// The task whose model is theta1 and whose loss is evaluated; nil where `along` names models.
  public let task: String?
  /// An index into the sweep's seeds, of both models. Default: 0, the first.
  public let seed: Int
  /// Where both models start. Default: the sweep's first initialisation.
  public let initialisation: Initialisation
  /// The variant of the recipe; nil: the plain one. The other task's model is of the same variant if that task has it.
  public let variant: String?
  /// The coordinates along d1. Default: 40 from -4 to 4; random 41 from -1 to 1; of a trajectory 41 from -1.5 to 0.5.
  public let alpha: Axis
  /// The coordinates along s d2. Default: 40 from -4 to 4; random and of a trajectory 41 from -1 to 1.
  public let beta: Axis
  /// Layer groups as written (``LayerGroup/expected``). Default: all.
  public let groups: [String]
  /// Where the parameters outside a group are. Default: theta1.
  public let elsewhere: Surface.Elsewhere

  /// What spans a surface.
  public enum Along: Sendable, Hashable {
    /// The fine-tuning of the task, and that of another one.
    case tasks(other: String)
    /// Two random directions around the final model.
    case random(RandomRequest)
    /// The first two principal directions of the cell's snapshots.
    case trajectory
    /// The differences of two models to a third.
    case models(from: ModelReference, to: ModelReference, other: ModelReference)
  }

  enum Keys: String, CodingKey, CaseIterable {
    case along, task, other, seed, initialisation, variant, alpha, beta, groups, elsewhere
  }
}

/// Random directions that a sweep asks for.
public struct RandomRequest: Sendable, Hashable, Encodable {
  /// What is scaled to the norm of the same weights.
  public var normalisation = RandomSpan.Normalisation.filter
  /// How many curves, 1 to 1000; a surface always takes two directions.
  public var directions = 1
  /// Keys the directions, 0 to 2^31 - 1.
  public var seed = 0
  /// Whether biases and LayerNorms move as well.
  public var vectors = false

  /// One direction, filter by filter.
  public init() {}

  enum CodingKeys: String, CodingKey, CaseIterable {
    case normalisation, directions, seed, vectors
  }
}

/// A model as a sweep file names it: `theta0`, a cell such as `MRPC-s0`, or one of its snapshots, `MRPC-s0 step 20`.
public struct ModelReference: Sendable, Hashable {
  /// The cell's name; nil for theta0.
  public let cell: String?
  /// After so many steps; nil for the final model.
  public let step: Int?
}

/// Trajectories that a sweep asks for: one for each cell.
public struct TrajectoryRequest: Sendable, Hashable, Encodable {
  /// Whose fine-tunings are followed; their recipes keep snapshots.
  public let cells: CellSelection
  /// The task whose model of the same kind and seed is theta2; nil: none.
  public let other: String?

  enum Keys: String, CodingKey, CaseIterable {
    case tasks, initialisations, variants, seeds, other
  }
}

/// Which layer groups of final models are put back to theta0, one at a time.
public struct RollbackRequest: Sendable, Hashable, Encodable {
  /// Whose final models. Default: all.
  public let cells: CellSelection
  /// Layer groups as written (``LayerGroup/expected``). Default: low, middle, high.
  public let groups: [String]
  /// Which single layers. Default: each.
  public let layers: Layers

  enum Keys: String, CodingKey, CaseIterable {
    case tasks, initialisations, variants, seeds, groups, layers
  }

  /// Which single layers are put back.
  public enum Layers: String, Sendable, Hashable, Encodable, CaseIterable {
    /// One after the other.
    case each
    /// None of them.
    case none
  }
}

/// Whose training loss's Hessian is looked at.
public struct CurvatureRequest: Sendable, Hashable, Encodable {
  /// Whose final models. Default: all.
  public let cells: CellSelection
  /// Layer groups as written (``LayerGroup/expected``), one at a time. Default: all.
  public let groups: [String]
  /// How many eigenvalues and probes.
  public let effort: CurvatureWork.Effort

  enum Keys: String, CodingKey, CaseIterable {
    case tasks, initialisations, variants, seeds, groups, eigenvalues, steps, probes, seed
  }
}
