/// The mappings of a sweep file, in the order of the reference. A dot leads to a mapping within another one.
public enum SweepSection: String, Sendable, Hashable, CaseIterable {
  case sweep, tasks
  case columns = "tasks.columns"
  case seeds, recipe
  case snapshots = "recipe.snapshots"
  case variants, subset, curves
  case line = "curves.along"
  case surfaces
  case plane = "surfaces.along"
  case random, trajectories, rollback, curvature, probes, dynamics, consistency, gather
  case failure = "on_failure"

  /// What the reference, messages and `seedscape sweep-file` call it.
  public var name: String { rawValue }

  /// What a message about it ends with: the command that lists its keys.
  public var pointer: String { "\(self == .sweep ? "keys" : "keys of \(name)"): seedscape sweep-file \(name)" }

  /// Its keys, in the order in which they are declared.
  public var keys: [(name: String, declaration: KeyDeclaration)] { Self.declarations(keyType) }

  /// The keys that its parser accepts.
  var keyType: any SectionKey.Type {
    switch self {
    case .sweep: SweepFile.CodingKeys.self
    case .tasks: CustomTask.CodingKeys.self
    case .columns: CustomTask.Columns.CodingKeys.self
    case .seeds: SweepFile.SeedKeys.self
    case .recipe: Recipe.CodingKeys.self
    case .snapshots: RecipeChanges.SnapshotKeys.self
    case .variants: RecipeVariant.CodingKeys.self
    case .subset: Subset.CodingKeys.self
    case .curves: CurveRequest.Keys.self
    case .line: CurveRequest.Along.Keys.self
    case .surfaces: SurfaceRequest.Keys.self
    case .plane: SurfaceRequest.Along.Keys.self
    case .random: RandomRequest.CodingKeys.self
    case .trajectories: TrajectoryRequest.Keys.self
    case .rollback: RollbackRequest.Keys.self
    case .curvature: CurvatureRequest.Keys.self
    case .probes: Probe.CodingKeys.self
    case .dynamics: DynamicsRequest.Keys.self
    case .consistency: ConsistencyRequest.Keys.self
    case .gather: Gathering.CodingKeys.self
    case .failure: FailurePolicy.CodingKeys.self
    }
  }

  private static func declarations<Key: SectionKey>(_ keys: Key.Type) -> [(String, KeyDeclaration)] {
    keys.allCases.map { ($0.rawValue, $0.declaration) }
  }
}
