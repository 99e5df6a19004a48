/// Measures the Hessian of a final model's training loss: its greatest eigenvalues and its trace (METHODS, section 4).
public struct CurvatureWork: WorkOfKind {
  /// The kind.
  public static let kind = Work.Kind.curvature
  /// The part of a sweep that progress counts it with.
  public static let phase = Phase.curvature

  /// Whose final model.
  public let cell: Cell
  /// The parameters that the Hessian is restricted to; nil: all of the encoder.
  public let group: LayerGroup?
  /// How much is asked for.
  public let effort: Effort
  /// The examples of the loss: the training part.
  public let subset: Subset

  /// How many numbers are asked for, and how many products with the Hessian they may take.
  public struct Effort: Sendable, Hashable, Codable {
    /// The greatest eigenvalues, 0 to 100.
    public var eigenvalues = 1
    /// Lanczos stops after so many products at the latest, at least `eigenvalues`, at most 1000.
    public var steps = 20
    /// Random vectors for the trace, 0 to 10 000.
    public var probes = 4
    /// Keys them.
    public var seed = 0

    /// One eigenvalue and a rough trace.
    public init() {}
  }

  /// Such as `MRPC-s0 curvature` or `MRPC-s0 curvature (low)`.
  public var name: String { "\(cell.name) curvature" + (group.map { " (\($0.name))" } ?? "") }
  /// The units whose outcomes or files it reads.
  public var needs: [Identity] { [cell.id] }
  /// The models whose files it reads.
  public var models: [ModelState] { [.final(cell)] }
  /// How many threads share it.
  public var threads: Int { cell.recipe.threads }

  /// What it measures.
  public enum Figure: FigureName {
    /// The training loss itself, and the norm of its gradient: a Hessian describes a valley only where that is small.
    case loss, gradientNorm
    /// An eigenvalue, from 1, the greatest, and its residual.
    case eigenvalue(Int), residual(Int)
    /// 1 where Lanczos converged, else 0; its steps.
    case converged, steps
    /// The trace, and its standard error.
    case trace, traceError

    /// As the ledger has it.
    public var text: String {
      switch self {
      case .loss: "loss"
      case .gradientNorm: "gradient_norm"
      case .eigenvalue(let number): "eigenvalue.\(number)"
      case .residual(let number): "residual.\(number)"
      case .converged: "converged"
      case .steps: "steps"
      case .trace: "trace"
      case .traceError: "trace_se"
      }
    }
  }
}

/// A curvature and its unit.
public struct PlannedCurvature: Sendable, Hashable {
  /// What it is.
  public let work: CurvatureWork
  /// The unit; two names of one group share it.
  public let unit: Identity
}

extension Plan {
  /// The curvatures, cell by cell.
  public var curvatures: [PlannedCurvature] { lists.all(PlannedCurvature.self) }
}

/// What makes two curvatures the same.
private struct CurvatureForm: Encodable {
  let kind = Work.Kind.curvature
  let cell: Identity
  let group: GroupForm?
  let effort: CurvatureWork.Effort
  let subset: Subset
}

/// Plans the curvatures of all chosen cells and groups.
enum CurvaturePlanner: Planner {
  static func count(_ builder: PlanBuilder) throws -> [(section: SweepSection, units: Double)] {
    [(.curvature, builder.sweep.curvature.reduce(0) { $0 + builder.count($1.cells) * Double($1.groups.count) })]
  }

  static func add(to builder: inout PlanBuilder) throws {
    var planned: [String: CurvatureWork] = [:]
    for request in builder.sweep.curvature {
      for cell in try builder.cells(of: request.cells).joined() {
        for name in request.groups {
          let work = CurvatureWork(
            cell: cell, group: try builder.group(name, .theta1).group, effort: request.effort,
            subset: try builder.subset(of: cell))
          // Two entries may choose a cell, and a group may be the whole encoder by another name.
          if let earlier = planned.updateValue(work, forKey: work.name) {
            guard earlier == work else { throw SweepError.sameCurvature(work.name) }
            continue
          }
          let id = try Identity(
            of: CurvatureForm(
              cell: cell.id, group: work.group.map { GroupForm($0, elsewhere: .theta1) }, effort: work.effort,
              subset: work.subset))
          let cost = builder.costs.curvature(work, try builder.known(cell.task).facts)
          builder.add(WorkUnit(id: id, work: .curvature(work), cost: cost))
          builder.lists.append(PlannedCurvature(work: work, unit: id))
        }
      }
    }
  }
}

extension Costs {
  /// Of each product with the Hessian some six gradients of the subset, which take three forward passes each, and two dozen
  /// passes over vectors; Lanczos goes through its vectors four times a step.
  fileprivate func curvature(_ work: CurvatureWork, _ task: TaskFacts) -> Double {
    let steps = Double(work.effort.eigenvalues == 0 ? 0 : work.effort.steps)
    return (steps + Double(work.effort.probes)) * (forward(18 * Double(work.subset.train), task) + vectors(24))
      + vectors(2 * steps * steps)
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

extension CurvatureRequest {
  init(_ value: YAMLValue, of grid: CellGrid) throws {
    let keys = try value.mapping(Keys.self)
    cells = try CellSelection(value, of: grid)
    groups = try LayerGroup.names(keys.value(.groups))
    var effort = CurvatureWork.Effort()
    effort.eigenvalues = try keys.integer(.eigenvalues) ?? effort.eigenvalues
    effort.steps = try keys.integer(.steps) ?? max(effort.steps, effort.eigenvalues)
    effort.probes = try keys.integer(.probes) ?? effort.probes
    effort.seed = try keys.integer(.seed) ?? effort.seed
    self.effort = effort
    if let steps = keys[.steps], effort.steps < effort.eigenvalues {
      throw steps.wrong("at least as many as eigenvalues, \(effort.eigenvalues)")
    }
    guard effort.eigenvalues + effort.probes > 0 else {
      throw value.unfit("no eigenvalues and no probes", "at least one of them")
    }
  }

  /// All entries of the list, distinct. A cell and group have one effort: rows of a table do not say which.
  static func all(_ value: YAMLValue, of grid: CellGrid) throws -> [CurvatureRequest] {
    let values = try value.list(of: "curvatures", mayBeEmpty: true)
    let requests = try value.list(of: "curvatures", mayBeEmpty: true, distinctBy: \.self) {
      try CurvatureRequest($0, of: grid)
    }
    for (index, request) in requests.enumerated() {
      for (other, earlier) in zip(values, requests[..<index]) where earlier.effort != request.effort {
        // Cheap where entries have nothing in common: they may be a thousand.
        guard !Set(request.groups).isDisjoint(with: earlier.groups), request.cells.overlaps(earlier.cells) else {
          continue
        }
        throw values[index].unfit(
          "a second curvature of the same cells and groups as in line \(other.place.line), with other numbers",
          "one for each cell and group")
      }
    }
    return requests
  }
}

extension SweepSection {
  /// The section `curvature`.
  public static let curvature = SweepSection(
    "curvature", CurvatureRequest.Keys.self,
    summary: """
      A list. The Hessian of the training loss on `subset.train` at final models, the head held, dropout off.
      """,
    notes: """
      It costs up to `steps` + `probes` products with the Hessian, each of four gradients of the training subset or more,
      and memory for `steps` vectors of the parameters. A model whose products do not settle as the step of the differences
      is halved fails with a message that gives their sizes: see <doc:Methods>, section 4.
      """)
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
