/// All units of a sweep and which need which.
///
/// A plan is a pure function of the sweep file and the facts about its inputs. The order of ``units`` is the default
/// order of handing out, in which a unit's needs come before it:
/// 1. fine-tunings, the most costly first;
/// 2. the axes of each curve and surface, then its exact points;
/// 3. trajectories and their snapshots; rollbacks; curvatures; comparisons of attention; probes, then the
///    comparisons of their features, at rank 0;
/// 4. grid points, coarse to fine over all curves and surfaces: a sweep that is stopped early leaves usable, coarser ones.
public struct Plan: Sendable {
  /// The units; no two have the same identity.
  public let units: [WorkUnit]
  /// What was asked for, with its units: each kind's file has the property that gives its list.
  let lists: PlannedLists

  /// The most units of a plan, pairs of compared models counted with them. A plan of so many is made, and handed out on
  /// paper, in a quarter of a minute and 1 GB.
  public static let mostUnits = 1_000_000

  /// Plans a sweep.
  ///
  /// - Throws: ``SweepError/missingFacts(task:)``, ``SweepError/noRows(task:split:)``, ``SweepError/sameTask(_:_:)``,
  ///   ``SweepError/sameVariant(_:task:)``, ``SweepError/noSnapshot(cell:step:steps:)``, ``SweepError/group(_:problem:)``,
  ///   ``SweepError/tooManyUnits(_:most:section:)``, ``SweepError/tooManySnapshots(cell:got:most:)``,
  ///   ``SweepError/sameCurvature(_:)``;
  ///   `EncodingError` for a fact that is not finite.
  public init(sweep: SweepFile, inputs: SweepInputs) throws {
    var builder = try PlanBuilder(sweep: sweep, inputs: inputs)
    try builder.plan()
    (units, lists) = (builder.units, builder.lists)
  }

  /// Units and predicted operations by kind, in the order of ``Work/Kind``; kinds without units are left out.
  public var totals: [KindTotal] {
    Work.Kind.allCases.compactMap { kind in
      let costs = units.filter { $0.kind == kind }.map(\.cost)
      return costs.isEmpty ? nil : KindTotal(kind: kind, units: costs.count, cost: costs.reduce(0, +))
    }
  }

  /// The most threads that share a unit.
  public var threads: Int { units.map(\.threads).max() ?? 1 }

  /// The predicted operations of all units.
  public var cost: Double { units.reduce(0) { $0 + $1.cost } }
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
