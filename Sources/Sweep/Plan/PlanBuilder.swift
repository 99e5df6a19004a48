/// A kind of cells: everything that tells them apart but the seeds.
typealias CellKind = (task: String, initialisation: Initialisation, variant: String?)

/// Collects the units of a plan, each identity once, and knows what the planners of all kinds need.
struct PlanBuilder {
  private(set) var units: [WorkUnit] = []
  /// What was asked for, with its units.
  var lists = PlannedLists()
  /// What is planned when all planners are done.
  var putOff: [(inout PlanBuilder) throws -> Void] = []

  let sweep: SweepFile
  let inputs: SweepInputs
  let costs: Costs
  private let forms: [String: TaskForm]
  private let facts: [String: TaskFacts]
  private var seen: Set<Identity> = []
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

  /// Adds a unit, unless it is there already.
  mutating func add(_ unit: WorkUnit) {
    if seen.insert(unit.id).inserted { units.append(unit) }
  }

  mutating func keep(_ cell: Cell) { named[cell.name] = cell }

  /// Plans everything.
  mutating func plan() throws {
    let parts = try Self.planners.flatMap { try $0.count(self) }
    let total = parts.reduce(0) { $0 + $1.units }
    if total > Double(Plan.mostUnits), let largest = parts.max(by: { $0.units < $1.units }) {
      throw SweepError.tooManyUnits(total, most: Plan.mostUnits, section: largest.section)
    }
    units.reserveCapacity(Int(total))
    seen.reserveCapacity(Int(total))
    for planner in Self.planners { try planner.add(to: &self) }
    for add in putOff { try add(&self) }
  }
}

// Cells and what is about them.
extension PlanBuilder {
  /// The recipe of a kind of cells with all that the sweep file leaves to the data filled in, so that equal work has equal
  /// values.
  func recipe(_ kind: CellKind) throws -> Recipe {
    let rows = try known(kind.task).facts.trainRows
    var recipe = sweep.recipe(task: kind.task, initialisation: kind.initialisation, variant: kind.variant)
    recipe.trainRows = min(recipe.trainRows ?? rows, rows)
    recipe.microBatch = recipe.microBatch ?? recipe.batch
    // All is random there already, and by the same numbers.
    if kind.initialisation == .scratch { recipe.reinitialise = 0 }
    recipe.freeze = try parts(of: recipe.freeze)
    recipe.freezeQueryKey = try layers(of: recipe.freezeQueryKey)
    guard recipe.reinitialise <= inputs.model.layers else {
      throw SweepError.tooManyLayers(got: recipe.reinitialise, layers: inputs.model.layers)
    }
    return recipe
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

  /// The snapshots of a cell of a kind, or a few more.
  func snapshotCount(_ kind: CellKind) throws -> Double {
    let recipe = try recipe(kind)
    let count = recipe.snapshotCount(examples: recipe.trainRows ?? 0)
    guard count <= Double(Recipe.mostSnapshots) else {
      let name = Cell.name(
        task: kind.task, variant: kind.variant, initialisation: kind.initialisation, seed: sweep.seeds[0])
      throw SweepError.tooManySnapshots(cell: name, got: count, most: Recipe.mostSnapshots)
    }
    return count
  }

  /// The number of cells of a selection.
  func count(_ selection: CellSelection) -> Double {
    Double(sweep.kinds(of: selection).count) * Double(selection.seeds.count)
  }

  func cell(_ kind: CellKind, _ seed: Seed) throws -> Cell {
    let name = Cell.name(task: kind.task, variant: kind.variant, initialisation: kind.initialisation, seed: seed)
    guard let cell = named[name] else { throw SweepError.missingFacts(task: kind.task) }
    return cell
  }

  /// The cells of a selection, those that differ in nothing but their seeds together.
  func cells(of selection: CellSelection) throws -> [[Cell]] {
    try sweep.kinds(of: selection).map { kind in
      try selection.seeds.map { try cell(kind, sweep.seeds[$0]) }
    }
  }

  /// The cell of another task that goes with a cell: of the same start and seeds, and of the same variant where that task has
  /// it.
  func counterpart(of cell: Cell, task: String) throws -> Cell {
    let has = sweep.grid.has(task: task, initialisation: cell.initialisation, variant: cell.variant)
    let other = try self.cell(
      (task, cell.initialisation, has ? cell.variant : nil), Seed(head: cell.headSeed, order: cell.orderSeed))
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
