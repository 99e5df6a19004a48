// What several kinds' identities are made of. A unit's identity is the hash of its kind's form, which stands in the file of the
// kind and holds all that can change a bit of the result, and nothing else.

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

/// Of a model that was trained; theta0 is what its cells' forms say.
struct ModelForm: Encodable {
  let cell: Identity
  let step: Int?

  /// nil for theta0.
  init?(_ model: ModelState) {
    switch model {
    case .initial: return nil
    case .snapshot(let cell, let step): (self.cell, self.step) = (cell.id, step)
    case .final(let cell): (self.cell, step) = (cell.id, nil)
    }
  }
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

/// Of what spans a curve or surface. A plane without d2 is a line, a random one with one direction a curve.
enum SpanForm: Encodable {
  case difference(from: ModelForm?, other: ModelForm?)
  case random(RandomSpan)
  case trajectory

  /// - Parameter withSecond: whether d2 has a part.
  init(_ span: Surface.Span, withSecond: Bool) {
    switch span {
    case .line(let from): self = .difference(from: ModelForm(from), other: nil)
    case .plane(let from, let other):
      self = .difference(from: ModelForm(from), other: withSecond ? ModelForm(other) : nil)
    case .random(let random): self = .random(withSecond ? random : random.first)
    case .trajectory: self = .trajectory
    }
  }
}

/// Of a model on a probe. theta0 is of its initialisation, whatever cell it is named by.
enum ProbedForm: Encodable {
  case initial(
    environment: NumericEnvironment, model: Identity, initialisation: Initialisation, seed: Int, reinitialised: Int)
  case trained(ModelForm)

  init(_ model: ModelState, _ inputs: SweepInputs) {
    let cell = model.cell
    self =
      ModelForm(model).map(ProbedForm.trained)
      ?? .initial(
        environment: inputs.environment, model: inputs.model.hash, initialisation: cell.initialisation,
        seed: cell.initialisationSeed, reinitialised: cell.recipe.reinitialise)
  }
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

  init(_ probe: Probe, threads: Int, _ builder: PlanBuilder) throws {
    let (form, facts) = try builder.known(probe.task)
    (task, file) = (form, probe.split == .train ? facts.trainHash : facts.devHash)
    (examples, seed, batch, maxLength) = (probe.examples, probe.seed, probe.batch, probe.maxLength)
    self.threads = threads
  }
}
