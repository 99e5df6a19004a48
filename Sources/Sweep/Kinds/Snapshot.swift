/// Evaluates the snapshot of a trajectory after a step: itself, with theta1's head, and the point of the plane where it lies.
public struct SnapshotWork: WorkOfKind {
  /// The kind.
  public static let kind = Work.Kind.snapshot
  /// The part of a sweep that progress counts it with.
  public static let phase = Phase.trajectories

  /// The trajectory.
  public let trajectory: TrajectoryWork
  /// The unit that measures where its snapshots lie.
  public let places: Identity
  /// The step.
  public let step: Int

  /// What a person calls it.
  public var name: String { "\(trajectory.name) step \(step)" }
  /// The units whose outcomes or files it reads.
  public var needs: [Identity] { trajectory.needs + [places] }
  /// The models whose files it reads.
  public var models: [ModelState] { trajectory.ends + [.snapshot(trajectory.cell, step: step)] }
  /// How many threads share it.
  public var threads: Int { trajectory.cell.recipe.threads }

  /// What it measures: a point's figures, three times.
  public struct Figure: FigureName {
    /// Whose.
    public let model: Model
    /// Which.
    public let figure: PointWork.Figure

    /// A figure of a model.
    public init(_ model: Model, _ figure: PointWork.Figure) { (self.model, self.figure) = (model, figure) }

    /// As the ledger has it.
    public var text: String { "\(model.rawValue).\(figure.text)" }

    /// A model that is evaluated.
    public enum Model: String, Sendable, CaseIterable {
      /// The snapshot with the head it had.
      case own
      /// The snapshot with the final head.
      case finalHead = "theta1_head"
      /// The point of the plane (without theta2: of the line) where it lies.
      case plane
    }
  }

  /// What makes two snapshots' losses the same.
  private struct Form: Encodable {
    let kind = Work.Kind.snapshot
    let trajectory: Identity
    let step: Int
    let subset: Subset
  }

  /// The unit.
  static func unit(
    of trajectory: TrajectoryWork, _ places: Identity, step: Int, _ builder: PlanBuilder
  ) throws -> WorkUnit {
    WorkUnit(
      id: try Identity(of: Form(trajectory: places, step: step, subset: trajectory.subset)),
      work: .snapshot(SnapshotWork(trajectory: trajectory, places: places, step: step)),
      // Three points.
      cost: 3 * builder.costs.point(trajectory.subset, try builder.known(trajectory.cell.task).facts))
  }
}
