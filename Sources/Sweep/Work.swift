/// What a unit does.
public enum Work: Sendable, Hashable, Codable {
  /// Fine-tunes a cell; its snapshots and final model land in the cell's folder.
  case fineTuning(Cell)
  /// Measures the directions that span a curve or surface: norms, scale, cosine; makes those that are no differences.
  case axes(Surface)
  /// Evaluates one point of a surface.
  case point(Surface, SurfacePoint)
  /// Measures where a cell's snapshots lie.
  case trajectory(TrajectoryWork)
  /// Evaluates the snapshot of a trajectory after a step: itself, with theta1's head, and the plane where it lies.
  case snapshot(TrajectoryWork, step: Int)
  /// Evaluates a cell's final model with a layer group put back to theta0 on all dev rows.
  case rollback(Cell, LayerGroup)
  /// Looks at the Hessian of a final model's training loss.
  case curvature(CurvatureWork)
  /// Runs a model on a probe; the payload is the decomposition of each layer's features.
  case probe(ProbeWork)
  /// Runs the models of a comparison in lock step on its probe and compares their attention.
  case attention(Comparison)
  /// At rank 0: compares the gathered decompositions of a comparison's models, layer by layer.
  case similarity(Comparison, [Measure])
}

extension Work {
  /// How many threads share it: those of its cell's recipe; one for what has no forward passes.
  public var threads: Int {
    switch self {
    case .fineTuning(let cell), .rollback(let cell, _): cell.recipe.threads
    case .point(let surface, _): surface.cell.recipe.threads
    case .curvature(let curvature): curvature.cell.recipe.threads
    case .snapshot(let trajectory, _): trajectory.cell.recipe.threads
    case .probe(let work): work.model.cell.recipe.threads
    case .attention(let comparison): comparison.models.map(\.cell.recipe.threads).max() ?? 1
    case .axes, .trajectory, .similarity: 1
    }
  }

  /// The kinds of work, as the ledger and `seedscape plan` name them.
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// ``Work/fineTuning(_:)``
    case fineTuning = "fine-tuning"
    /// ``Work/axes(_:)``
    case axes
    /// ``Work/point(_:_:)``
    case point
    /// ``Work/trajectory(_:)``
    case trajectory
    /// ``Work/snapshot(_:step:)``
    case snapshot
    /// ``Work/rollback(_:_:)``
    case rollback
    /// ``Work/curvature(_:)``
    case curvature
    /// ``Work/probe(_:)``
    case probe
    /// ``Work/attention(_:)``
    case attention
    /// ``Work/similarity(_:_:)``
    case similarity
  }

  /// What kind of work it is.
  public var kind: Kind {
    switch self {
    case .fineTuning: .fineTuning
    case .axes: .axes
    case .point: .point
    case .trajectory: .trajectory
    case .snapshot: .snapshot
    case .rollback: .rollback
    case .curvature: .curvature
    case .probe: .probe
    case .attention: .attention
    case .similarity: .similarity
    }
  }
}
