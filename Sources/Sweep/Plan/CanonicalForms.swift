// What makes two pieces of work the same: a unit's identity is the hash of its form, so a form holds all that can
// change a bit of the result, and neither names nor costs nor anything of the machine's size. What a unit builds on
// enters by its identity.

/// Of a fine-tuning.
struct CellForm: Encodable {
  let kind = Work.Kind.fineTuning
  let environment: NumericEnvironment
  let model: Identity
  let task: TaskForm
  let trainFile: Identity
  let devFile: Identity
  let headSeed: Int
  let orderSeed: Int
  let initialisation: Initialisation
  let initialisationSeed: Int
  let recipe: Recipe
}

/// How a task's files are read. A custom task's name and paths change nothing.
enum TaskForm: Encodable, Hashable {
  case glue(String)
  case custom(
    columns: CustomTask.Columns, labels: [String]?, range: [Double]?, skipLabels: [String]?,
    train: CustomTask.Format?, dev: CustomTask.Format?)

  init(_ task: TaskEntry) {
    switch task {
    case .glue(let name): self = .glue(name)
    case .custom(let task):
      self = .custom(
        columns: task.columns, labels: task.labels, range: task.range, skipLabels: task.skipLabels?.sorted(),
        train: task.format ?? .init(path: task.train), dev: task.format ?? .init(path: task.dev))
    }
  }
}

/// Of a model; theta0 is what its cells' forms say, and has none.
struct ModelForm: Encodable {
  let cell: Identity
  let step: Int?
}

/// Of what spans a curve or surface. A plane without d2 is a line, a random one with one direction a curve.
enum SpanForm: Encodable {
  case difference(from: ModelForm?, other: ModelForm?)
  case random(RandomSpan)
  case trajectory
}

/// Of the directions of a curve or surface.
struct AxesForm: Encodable {
  let kind = Work.Kind.axes
  let target: ModelForm
  let span: SpanForm
  let group: GroupForm?
}

/// Of a point. Where d2 has no part in it its span is that of a curve, and it is the same point in every curve and surface
/// of a model.
struct PointForm: Encodable {
  let kind = Work.Kind.point
  let target: ModelForm
  /// nil for theta1 itself.
  let span: SpanForm?
  let group: GroupForm?
  let movesHead: Bool
  let subset: Subset
  let exact: ExactPoint?
  let alpha: Double?
  let beta: Double?
}

/// Of a layer group, whatever it is called.
struct GroupForm: Encodable, Hashable {
  let embeddings: Bool
  let layers: [Int]
  let pooler: Bool
  let elsewhere: Surface.Elsewhere

  init(_ group: LayerGroup, elsewhere: Surface.Elsewhere) {
    (embeddings, layers, pooler) = (group.embeddings, group.layers, group.pooler)
    self.elsewhere = elsewhere
  }
}

/// Of where a cell's snapshots lie.
struct TrajectoryForm: Encodable {
  let kind = Work.Kind.trajectory
  let cell: Identity
  let other: Identity?
}

/// Of a snapshot's losses.
struct SnapshotForm: Encodable {
  let kind = Work.Kind.snapshot
  let trajectory: Identity
  let step: Int
  let subset: Subset
}

/// Of a final model with a group put back.
struct RollbackForm: Encodable {
  let kind = Work.Kind.rollback
  let cell: Identity
  let group: GroupForm
}

/// Of the curvature of a final model.
struct CurvatureForm: Encodable {
  let kind = Work.Kind.curvature
  let cell: Identity
  let group: GroupForm?
  let effort: CurvatureWork.Effort
  let subset: Subset
}

/// Of a model on a probe. theta0 is of its initialisation, whatever cell it is named by.
enum ProbedForm: Encodable {
  case initial(
    environment: NumericEnvironment, model: Identity, initialisation: Initialisation, seed: Int, reinitialised: Int)
  case trained(ModelForm)
}

/// Of the inputs of a probe, whatever it is called.
struct ProbeForm: Encodable {
  let task: TaskForm
  let file: Identity
  let examples: Int
  let seed: Int
  let batch: Int
  let maxLength: Int?
  let threads: Int
}

/// Of the decompositions of a model's features.
struct DecompositionForm: Encodable {
  let kind = Work.Kind.probe
  let model: ProbedForm
  let probe: ProbeForm
  let rows: Int
  let tokens: Probe.Tokens
  let layers: Range<Int>
  let isComplete: Bool
}

/// Of a comparison of attention.
struct AttentionForm: Encodable {
  let kind = Work.Kind.attention
  let pairs: Comparison.Kind
  let models: [ProbedForm]
  let probe: ProbeForm
}

/// Of a comparison of features; the decompositions come model by model, layers ascending.
struct SimilarityForm: Encodable {
  let kind = Work.Kind.similarity
  let pairs: Comparison.Kind
  let measures: [Measure]
  let decompositions: [Identity]
}
