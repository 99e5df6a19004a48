extension CurveRequest.Keys: SectionKey {
  static var section: SweepSection { .curves }

  var declaration: KeyDeclaration {
    switch self {
    case .along:
      .init(
        .wordOrMapping(CurveRequest.Along.words, .line), default: .value("finetuning"), "what the lines lead along")
    case .tasks: .cells.tasks
    case .initialisations: .cells.initialisations
    case .variants: .cells.variants
    case .seeds: .cells.seeds
    case .alpha: .axis("coordinates along the line")
    case .groups: .groups("which parameters move", default: "[all]")
    case .elsewhere: .elsewhere(bound: "not along `random`")
    }
  }
}

extension CurveRequest.Along.Keys: SectionKey {
  static var section: SweepSection { .line }

  var declaration: KeyDeclaration {
    switch self {
    case .random: .random
    case .from: .model("the model at 0", bound: "not with `random`")
    case .to: .model("the model at 1, theta1", bound: "not with `random`; not theta0")
    }
  }
}

extension SurfaceRequest.Keys: SectionKey {
  static var section: SweepSection { .surfaces }

  var declaration: KeyDeclaration {
    switch self {
    case .along:
      .init(
        .wordOrMapping(SurfaceRequest.Along.words, .plane), default: .value("tasks"), "what spans the plane")
    case .task:
      .init(
        .described("task"), default: .required("one of the sweep's tasks"), bound: "not along named models",
        "whose final model is theta1, and whose rows are evaluated")
    case .other:
      .init(
        .described("task"), default: .required("another one of the sweep's tasks"), bound: "only along `tasks`",
        "whose final model is theta2")
    case .seed:
      .init(
        .described("index"), default: .of(0), bound: "0 to number of seeds - 1",
        "which of the sweep's seeds, counted from 0, for both models")
    case .initialisation:
      .init(
        .described("initialisation"), default: .described("the sweep's first"), bound: "one of the sweep's",
        "where both models start")
    case .variant:
      .init(
        .described("variant"), default: .of(CellGrid.plain), bound: "one of the sweep's",
        "the variant of theta1; of theta2 too where the other task has it, else that is plain")
    case .alpha: .axis("coordinates along the first direction")
    case .beta: .axis("coordinates along the second")
    case .groups: .groups("which parameters move; both directions and s are of the group", default: "[all]")
    case .elsewhere: .elsewhere(bound: "not along `random`, `trajectory`")
    }
  }
}

extension SurfaceRequest.Along.Keys: SectionKey {
  static var section: SweepSection { .plane }

  var declaration: KeyDeclaration {
    switch self {
    case .random: .random
    case .from: .model("the model at (0, 0)", bound: "not with `random`")
    case .to: .model("the model at (1, 0), theta1", bound: "not with `random`; not theta0")
    case .other: .model("the model at (0, 1/s), theta2", bound: "not with `random`; not theta0")
    }
  }
}

extension RandomRequest.CodingKeys: SectionKey {
  static var section: SweepSection { .random }

  var declaration: KeyDeclaration {
    let standard = RandomRequest()
    return switch self {
    case .normalisation:
      .init(
        .choice(RandomSpan.Normalisation.self), default: .of(standard.normalisation),
        "what is scaled to the norm of the same weights: each row of a matrix, each tensor, or the direction as a whole"
      )
    case .directions:
      .init(
        .integer(1...1000), unit: "curves", default: .of(standard.directions),
        "how many directions; a surface has no such key: it takes two")
    case .seed:
      .init(
        .seed, default: .of(standard.seed),
        "keys the directions. They do not depend on the cell but for their scale")
    case .vectors:
      .init(.boolean, default: .of(standard.vectors), "whether biases and LayerNorms move as well")
    }
  }
}

extension TrajectoryRequest.Keys: SectionKey {
  static var section: SweepSection { .trajectories }

  var declaration: KeyDeclaration {
    switch self {
    case .tasks:
      .init(
        .list(of: "tasks"), default: .described("all but `other`"), bound: "tasks of the sweep", "cells of these tasks")
    case .initialisations: .cells.initialisations
    case .variants: .cells.variants
    case .seeds: .cells.seeds
    case .other:
      .init(
        .described("task"), default: .none, bound: "not among `tasks`",
        "whose final model of the same start and seeds is theta2, for coordinates on a plane; of the same variant where "
          + "that task has it")
    }
  }
}

extension RollbackRequest.Keys: SectionKey {
  static var section: SweepSection { .rollback }

  var declaration: KeyDeclaration {
    switch self {
    case .tasks: .cells.tasks
    case .initialisations: .cells.initialisations
    case .variants: .cells.variants
    case .seeds: .cells.seeds
    case .groups: .groups("which parts, one at a time", default: "[low, middle, high]")
    case .layers:
      .init(
        .choice(RollbackRequest.Layers.self), default: .of(RollbackRequest.Layers.each), "also every single layer")
    }
  }
}

extension CurvatureRequest.Keys: SectionKey {
  static var section: SweepSection { .curvature }

  var declaration: KeyDeclaration {
    let standard = CurvatureWork.Effort()
    return switch self {
    case .tasks: .cells.tasks
    case .initialisations: .cells.initialisations
    case .variants: .cells.variants
    case .seeds: .cells.seeds
    case .groups:
      .groups("the parameters that the Hessian is restricted to, one group at a time", default: "[all]")
    case .eigenvalues:
      .init(
        .integer(0...100), default: .of(standard.eigenvalues), bound: "not 0 where `probes` is",
        "how many of the greatest")
    case .steps:
      .init(
        .integer(1...1000), unit: "products", default: .described("\(standard.steps), or `eigenvalues` if more"),
        bound: "at least `eigenvalues`", "Lanczos stops after so many at the latest")
    case .probes:
      .init(.integer(0...10_000), unit: "vectors", default: .of(standard.probes), "random ones, for the trace")
    case .seed: .init(.seed, default: .of(standard.seed), "keys start and random vectors")
    }
  }
}

extension KeyDeclaration {
  fileprivate static let random = KeyDeclaration(
    .mapping(.random), default: .none, bound: "not with `from`, `to`", "random directions")

  fileprivate static func elsewhere(bound: String) -> KeyDeclaration {
    .init(
      .choice(Surface.Elsewhere.self), default: .of(Surface.Elsewhere.theta1), bound: bound,
      "where the parameters outside the group are: where the directions start, or at theta1")
  }

  fileprivate static func model(_ meaning: String, bound: String) -> KeyDeclaration {
    .init(.described("model"), default: .required(ModelReference.expected), bound: bound, meaning)
  }

  fileprivate static func groups(_ meaning: String, default yaml: String) -> KeyDeclaration {
    .init(.list(of: "layer groups"), default: .of(yaml), meaning)
  }

  fileprivate static func axis(_ meaning: String) -> KeyDeclaration {
    .init(
      .described("[lowest, highest, points]"), default: .described("by `along`"),
      bound: "\(Int(Axis.ends.lowerBound)) to \(Int(Axis.ends.upperBound)), "
        + "\(Axis.counts.lowerBound) to \(Axis.counts.upperBound) points", meaning)
  }
}
