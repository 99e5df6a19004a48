/// Collects the units of a plan, each identity once.
struct PlanBuilder {
  var units: [WorkUnit] = []
  var curves: [PlannedSurface] = []
  var surfaces: [PlannedSurface] = []
  var trajectories: [PlannedTrajectory] = []
  var rollbacks: [PlannedRollback] = []
  var curvatures: [PlannedCurvature] = []
  var comparisons: [PlannedComparison] = []

  let sweep: SweepFile
  let inputs: SweepInputs
  let costs: Costs
  private let forms: [String: TaskForm]
  private let facts: [String: TaskFacts]
  private var seen: Set<Identity> = []
  private var cells: [Cell: Identity] = [:]
  /// The cells by name.
  private(set) var named: [String: Cell] = [:]

  /// Checks the facts against the sweep.
  init(sweep: SweepFile, inputs: SweepInputs) throws {
    self.sweep = sweep
    self.inputs = inputs
    costs = Costs(model: inputs.model)
    forms = Dictionary(uniqueKeysWithValues: sweep.tasks.map { ($0.name, TaskForm($0)) })
    facts = try Dictionary(uniqueKeysWithValues: sweep.tasks.map { ($0.name, try Self.facts($0.name, inputs)) })
    for (index, task) in sweep.tasks.enumerated() {
      for earlier in sweep.tasks[..<index] where isSame(task.name, earlier.name) {
        throw SweepError.sameTask(earlier.name, task.name)
      }
    }
  }

  private static func facts(_ task: String, _ inputs: SweepInputs) throws -> TaskFacts {
    guard let facts = inputs.tasks[task] else { throw SweepError.missingFacts(task: task) }
    guard facts.trainRows > 0 else { throw SweepError.noRows(task: task, split: Probe.Split.train.rawValue) }
    guard facts.devRows > 0 else { throw SweepError.noRows(task: task, split: Probe.Split.dev.rawValue) }
    return facts
  }

  private func isSame(_ first: String, _ second: String) -> Bool {
    forms[first] == forms[second] && facts[first]?.trainHash == facts[second]?.trainHash
      && facts[first]?.devHash == facts[second]?.devHash
  }

  func known(_ task: String) throws -> (form: TaskForm, facts: TaskFacts) {
    guard let form = forms[task], let facts = facts[task] else { throw SweepError.missingFacts(task: task) }
    return (form, facts)
  }

  mutating func add(_ unit: WorkUnit) {
    if seen.insert(unit.id).inserted { units.append(unit) }
  }
}

// Fine-tunings.
extension PlanBuilder {
  mutating func addCells() throws {
    var fineTunings: [WorkUnit] = []
    for task in sweep.tasks.map(\.name) {
      let (form, facts) = try known(task)
      var plain: Set<Identity> = []
      for (initialisation, variant) in sweep.grid.kinds(of: task) {
        for seed in sweep.seeds {
          let cell = try cell(task, initialisation, variant, seed)
          let id = try Identity(
            of: CellForm(
              environment: inputs.environment, model: inputs.model.hash, task: form, trainFile: facts.trainHash,
              devFile: facts.devHash, headSeed: cell.headSeed, orderSeed: cell.orderSeed,
              initialisation: cell.initialisation, initialisationSeed: cell.initialisationSeed,
              recipe: cell.recipe.keepingBits))
          // A variant that changes nothing would be the plain cell under another name.
          if !plain.insert(id).inserted, let variant { throw SweepError.sameVariant(variant, task: task) }
          cells[cell] = id
          named[cell.name] = cell
          let cost = costs.fineTuning(cell.recipe, facts, trainRows: cell.recipe.trainRows ?? facts.trainRows)
          fineTunings.append(
            WorkUnit(id: id, name: cell.name, work: .fineTuning(cell), needs: [], place: .anywhere, cost: cost))
        }
      }
    }
    // Equal costs keep the order of the sweep file.
    let order = fineTunings.indices.sorted { (-fineTunings[$0].cost, $0) < (-fineTunings[$1].cost, $1) }
    for index in order { add(fineTunings[index]) }
  }

  /// The cell with all that the sweep file leaves to the data filled in, so that equal work has equal values.
  func cell(_ task: String, _ initialisation: Initialisation, _ variant: String?, _ seed: Seed) throws -> Cell {
    let rows = try known(task).facts.trainRows
    var recipe = sweep.recipe(task: task, initialisation: initialisation, variant: variant)
    recipe.trainRows = min(recipe.trainRows ?? rows, rows)
    recipe.microBatch = recipe.microBatch ?? recipe.batch
    // All is random there already, and by the same numbers.
    if initialisation == .scratch { recipe.reinitialise = 0 }
    recipe.freeze = try parts(of: recipe.freeze)
    recipe.freezeQueryKey = try layers(of: recipe.freezeQueryKey)
    guard recipe.reinitialise <= inputs.model.layers else {
      throw SweepError.tooManyLayers(got: recipe.reinitialise, layers: inputs.model.layers)
    }
    return Cell(
      task: task, variant: variant, headSeed: seed.head, orderSeed: seed.order, initialisation: initialisation,
      initialisationSeed: sweep.initialisationSeed, recipe: recipe)
  }

  /// The parts of several groups.
  private func parts(of groups: [String]) throws -> [String] {
    LayerGroup.parts(of: try groups.map { try LayerGroup($0, layers: inputs.model.layers) })
  }

  /// The layers of several groups, which alone have query and key.
  private func layers(of groups: [String]) throws -> [String] {
    for group in groups where try LayerGroup(group, layers: inputs.model.layers).layers.isEmpty {
      throw SweepError.group(group, problem: "it has no query and key, which freeze_query_key is about")
    }
    return try parts(of: groups).filter { $0.hasPrefix("layer ") }
  }

  func id(_ cell: Cell) throws -> Identity {
    guard let id = cells[cell] else { throw SweepError.missingFacts(task: cell.task) }
    return id
  }

  /// The cells of a selection, those that differ in nothing but their seeds together.
  func cells(of selection: CellSelection) throws -> [[Cell]] {
    try sweep.kinds(of: selection).map { kind in
      try selection.seeds.map { try cell(kind.task, kind.initialisation, kind.variant, sweep.seeds[$0]) }
    }
  }

  /// The cell of another task that goes with a cell: of the same start and seeds, and of the same variant where that task has
  /// it.
  func counterpart(of cell: Cell, task: String) throws -> Cell {
    let has = sweep.grid.has(task: task, initialisation: cell.initialisation, variant: cell.variant)
    let other = try self.cell(
      task, cell.initialisation, has ? cell.variant : nil, Seed(head: cell.headSeed, order: cell.orderSeed))
    try checkOrigin(of: cell, other)
    return other
  }

  /// Differences to theta0 have a common origin.
  func checkOrigin(of cell: Cell, _ other: Cell) throws {
    guard cell.initialisation == other.initialisation, cell.recipe.reinitialise == other.recipe.reinitialise else {
      throw SweepError.originsDiffer(cell.name, other.name)
    }
  }

  /// The sweep's subset, no larger than what there is.
  func subset(of cell: Cell) throws -> Subset {
    let facts = try known(cell.task).facts
    var subset = sweep.subset
    subset.train = min(subset.train, cell.recipe.trainRows ?? facts.trainRows)
    subset.dev = min(subset.dev, facts.devRows)
    return subset
  }

  /// A layer group with where the rest is; nil for all of the encoder.
  func group(_ name: String, _ elsewhere: Surface.Elsewhere) throws -> (
    group: LayerGroup?, elsewhere: Surface.Elsewhere
  ) {
    let group = try LayerGroup(name, layers: inputs.model.layers)
    // Nothing rests where everything moves.
    return group.isAll(of: inputs.model.layers) ? (nil, .theta1) : (group, elsewhere)
  }
}
