/// Measures where a cell's snapshots lie (METHODS, section 3).
public struct TrajectoryWork: WorkOfKind {
  /// The kind.
  public static let kind = Work.Kind.trajectory
  /// The part of a sweep that progress counts it with.
  public static let phase = Phase.trajectories

  /// Whose snapshots; its final model is theta1.
  public let cell: Cell
  /// The cell whose final model is theta2, for coordinates on a plane; nil: the line of d1 alone.
  public let other: Cell?
  /// The examples that losses along it are taken on.
  public let subset: Subset

  /// A trajectory from its parts.
  public init(cell: Cell, other: Cell?, subset: Subset = Subset()) {
    self.cell = cell
    self.other = other
    self.subset = subset
  }

  /// What a person calls it, such as `MRPC-s0 trajectory` or `MRPC-s0 trajectory x SST-2-s0`.
  public var name: String { "\(cell.name) trajectory" + (other.map { " x \($0.name)" } ?? "") }
  /// The units whose outcomes or files it reads.
  public var needs: [Identity] { cells.map(\.id) }
  /// The models whose files it reads.
  public var models: [ModelState] { ends + cell.snapshots }
  /// How many threads share it.
  public var threads: Int { 1 }

  var cells: [Cell] { [cell] + [other].compactMap(\.self) }
  /// theta1 and theta2.
  var ends: [ModelState] { cells.map { .final($0) } }

  /// What it measures.
  public enum Figure: FigureName {
    /// |d1|, and with theta2 s = |d1| / |d2|.
    case length1, scale
    /// The coordinates of the snapshot after a step by the angles and lengths of the paper.
    case haoAlpha(step: Int), haoBeta(step: Int)
    /// With theta2, its projection on the plane, and how far it lies off it.
    case alpha(step: Int), beta(step: Int), residual(step: Int)
    /// From three snapshots on, its principal coordinates in units of |d1|.
    case principal(Int, step: Int)
    /// The share of variance of a principal component, from 1.
    case explained(Int)

    /// As the ledger has it.
    public var text: String {
      switch self {
      case .length1: "length1"
      case .scale: "scale"
      case .haoAlpha(let step): "hao_alpha.\(step)"
      case .haoBeta(let step): "hao_beta.\(step)"
      case .alpha(let step): "alpha.\(step)"
      case .beta(let step): "beta.\(step)"
      case .residual(let step): "residual.\(step)"
      case .principal(let component, let step): "pc\(component).\(step)"
      case .explained(let component): "explained.\(component)"
      }
    }
  }
}

/// A trajectory and its units.
public struct PlannedTrajectory: Sendable {
  /// What it is.
  public let work: TrajectoryWork
  /// The unit that measures where the snapshots lie.
  public let unit: Identity
  /// The steps of the snapshots, ascending, and the units that evaluate them.
  public let snapshots: [(step: Int, unit: Identity)]
}

extension Plan {
  /// The trajectories, cell by cell.
  public var trajectories: [PlannedTrajectory] { lists.all(PlannedTrajectory.self) }
}

/// What makes two trajectories the same.
private struct TrajectoryForm: Encodable {
  let kind = Work.Kind.trajectory
  let cell: Identity
  let other: Identity?
}

/// Plans trajectories and the losses of their snapshots.
enum TrajectoryPlanner: Planner {
  static func count(_ builder: PlanBuilder) throws -> [(section: SweepSection, units: Double)] {
    let units = try builder.sweep.trajectories.reduce(0.0) { sum, request in
      try builder.sweep.kinds(of: request.cells).reduce(sum) {
        $0 + (1 + (try builder.snapshotCount($1))) * Double(request.cells.seeds.count)
      }
    }
    return [(.trajectories, units)]
  }

  static func add(to builder: inout PlanBuilder) throws {
    var followed: Set<TrajectoryWork> = []
    for request in builder.sweep.trajectories {
      for cell in try builder.cells(of: request.cells).joined() {
        let work = TrajectoryWork(
          cell: cell, other: try request.other.map { try builder.counterpart(of: cell, task: $0) },
          subset: try builder.subset(of: cell))
        // Two entries may choose a cell.
        guard followed.insert(work).inserted else { continue }
        let steps = cell.snapshotSteps
        let unit = WorkUnit(
          id: try Identity(of: TrajectoryForm(cell: cell.id, other: work.other?.id)), work: .trajectory(work),
          cost: builder.costs.products(ofSnapshots: steps.count))
        builder.add(unit)
        var snapshots: [(step: Int, unit: Identity)] = []
        for step in steps {
          let snapshot = try SnapshotWork.unit(of: work, unit.id, step: step, builder)
          builder.add(snapshot)
          snapshots.append((step, snapshot.id))
        }
        builder.lists.append(PlannedTrajectory(work: work, unit: unit.id, snapshots: snapshots))
      }
    }
  }
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

extension TrajectoryRequest {
  init(_ value: YAMLValue, of grid: CellGrid) throws {
    let keys = try value.mapping(Keys.self)
    let other = try keys[.other]?.task(of: grid)
    cells = try CellSelection(value, of: grid, excluding: other)
    guard let other, cells.tasks.contains(other) else {
      self.other = other
      return
    }
    throw value.unfit("\(other) among the tasks and as other", "another task than those that are followed")
  }

  /// All entries of the list, distinct.
  static func all(_ value: YAMLValue, of grid: CellGrid) throws -> [Self] {
    try value.list(of: "trajectories", mayBeEmpty: true, distinctBy: \.self) { try Self($0, of: grid) }
  }
}

extension SweepSection {
  /// The section `trajectories`.
  public static let trajectories = SweepSection(
    "trajectories", TrajectoryRequest.Keys.self,
    summary: """
      A list. The path of every chosen fine-tuning through its snapshots: coordinates, and three evaluations of the \
      subset for each snapshot.
      """,
    notes: "Every chosen cell must keep snapshots; principal coordinates need three.")
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
