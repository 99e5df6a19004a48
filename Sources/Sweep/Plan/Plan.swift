/// All units of a sweep and which need which.
///
/// A plan is a pure function of the sweep file and the facts about its inputs. The order of ``units`` is the default
/// order of handing out, in which a unit's needs come before it:
/// 1. fine-tunings, the most costly first;
/// 2. the axes of each curve and surface, then its exact points;
/// 3. trajectories and their snapshots; rollbacks; curvatures; comparisons of attention; probes, then the
///    comparisons of their features, at rank 0;
/// 4. grid points, coarse to fine over all curves and surfaces: a sweep that is stopped early leaves usable, coarser ones.
///
/// The needs of each kind, in this order: a fine-tuning needs nothing; axes need their surface's cells (``Surface/cells``);
/// a point needs those of them that have a part in it, and the axes where it takes their scale or directions; a trajectory
/// needs its cells, a snapshot these and the trajectory; a rollback, a curvature or a probe needs its cell; a comparison of
/// attention its models' cells; one of features the probes of its models, in their order, layers ascending.
public struct Plan: Sendable {
  /// The units; no two have the same identity.
  public let units: [WorkUnit]
  /// The curves in the order of the sweep file, with the units of their points.
  public let curves: [PlannedSurface]
  /// The surfaces likewise.
  public let surfaces: [PlannedSurface]
  /// The trajectories, cell by cell.
  public let trajectories: [PlannedTrajectory]
  /// The rollbacks, cell by cell.
  public let rollbacks: [PlannedRollback]
  /// The curvatures, cell by cell.
  public let curvatures: [PlannedCurvature]
  /// The comparisons between models.
  public let comparisons: [PlannedComparison]

  /// The most units of a plan, pairs of compared models counted with them. A plan of so many is made, and handed out on paper,
  /// in half a minute and 1 GB; a surface may have 700 x 700 points.
  public static let mostUnits = 500_000

  /// Plans a sweep.
  ///
  /// - Throws: ``SweepError/missingFacts(task:)``, ``SweepError/noRows(task:split:)``, ``SweepError/sameTask(_:_:)``,
  ///   ``SweepError/sameVariant(_:task:)``, ``SweepError/noSnapshot(cell:step:steps:)``, ``SweepError/group(_:problem:)``,
  ///   ``SweepError/tooManyUnits(_:most:section:)``, ``SweepError/tooManySnapshots(cell:got:most:)``,
  ///   ``SweepError/sameCurvature(_:)``;
  ///   `EncodingError` for a fact that is not finite.
  public init(sweep: SweepFile, inputs: SweepInputs) throws {
    var builder = try PlanBuilder(sweep: sweep, inputs: inputs)
    try builder.checkSize()
    try builder.addCells()
    try builder.addSurfaces()
    try builder.addTrajectories()
    try builder.addRollbacks()
    try builder.addCurvatures()
    try builder.addComparisons()
    try builder.addGrids()
    units = builder.units
    curves = builder.curves
    surfaces = builder.surfaces
    trajectories = builder.trajectories
    rollbacks = builder.rollbacks
    curvatures = builder.curvatures
    comparisons = builder.comparisons
  }

  /// Units and predicted operations by kind, in the order of ``Work/Kind``; kinds without units are left out.
  public var totals: [KindTotal] {
    Work.Kind.allCases.compactMap { kind in
      let costs = units.filter { $0.work.kind == kind }.map(\.cost)
      return costs.isEmpty ? nil : KindTotal(kind: kind, units: costs.count, cost: costs.reduce(0, +))
    }
  }

  /// The most threads that share a unit.
  public var threads: Int { units.map(\.work.threads).max() ?? 1 }

  /// The predicted operations of all units.
  public var cost: Double { units.reduce(0) { $0 + $1.cost } }
}

/// A curve or surface and the units of its points. They share units where they share points.
public struct PlannedSurface: Sendable, Hashable {
  /// What it is.
  public let surface: Surface
  /// What its name says of its coordinates, such as `, alpha [-0.1, 0.1, 21]`, where a plan has the surface on two ranges;
  /// otherwise empty.
  public let range: String
  /// The coordinates along d1.
  public let alpha: [Double]
  /// The coordinates along s d2; 0 alone for a curve.
  public let beta: [Double]
  /// The unit that measures the directions.
  public let axes: Identity
  /// The units of the exact points; a curve has no theta2.
  public let exact: [ExactPoint: Identity]
  /// The units of the grid, [alpha.count, beta.count] row-major: point (i, j) is at i * beta.count + j.
  public let grid: [Identity]

  /// What a person calls it, unlike all others of the plan: the surface's name with the range in it, such as `MRPC-s0 curve`,
  /// `MRPC-s0 curve, alpha [-0.1, 0.1, 21]`.
  public var name: String { surface.name(range: range) }
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

/// A layer group of a cell that is put back, and the unit that does it.
public struct PlannedRollback: Sendable, Hashable {
  /// Whose final model.
  public let cell: Cell
  /// What is put back to theta0.
  public let group: LayerGroup
  /// The unit; groups that are the same under two names share it.
  public let unit: Identity
}

/// A curvature and its unit.
public struct PlannedCurvature: Sendable, Hashable {
  /// What it is.
  public let work: CurvatureWork
  /// The unit; two names of one group share it.
  public let unit: Identity
}

/// A comparison and its units.
public struct PlannedComparison: Sendable, Hashable {
  /// What it is.
  public let comparison: Comparison
  /// The measures of features.
  public let measures: [Measure]
  /// The unit that compares attention; nil where that is not asked for.
  public let attention: Identity?
  /// The unit that compares features; nil likewise.
  public let similarity: Identity?
}

/// How many units of a kind there are.
public struct KindTotal: Sendable, Hashable {
  /// The kind.
  public let kind: Work.Kind
  /// The number of units.
  public let units: Int
  /// Their predicted operations.
  public let cost: Double
}
