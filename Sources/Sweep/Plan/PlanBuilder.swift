/// Collects the units of a plan, each identity once.
struct PlanBuilder {
  private(set) var units: [WorkUnit] = []
  private(set) var curves: [PlannedSurface] = []
  private(set) var surfaces: [PlannedSurface] = []
  private(set) var trajectories: [PlannedTrajectory] = []
  private(set) var rollbacks: [PlannedRollback] = []

  private let sweep: SweepFile
  private let inputs: SweepInputs
  private let costs: Costs
  private let forms: [String: TaskForm]
  private let facts: [String: TaskFacts]
  private var seen: Set<Identity> = []
  private var cells: [Cell: Identity] = [:]

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

  private func known(_ task: String) throws -> (form: TaskForm, facts: TaskFacts) {
    guard let form = forms[task], let facts = facts[task] else { throw SweepError.missingFacts(task: task) }
    return (form, facts)
  }

  private mutating func add(_ unit: WorkUnit) {
    if seen.insert(unit.id).inserted { units.append(unit) }
  }
}

// Fine-tunings.
extension PlanBuilder {
  mutating func addCells() throws {
    var fineTunings: [WorkUnit] = []
    for task in sweep.tasks.map(\.name) {
      let (form, facts) = try known(task)
      for initialisation in sweep.initialisations {
        for seed in sweep.seeds {
          let cell = try cell(task, initialisation, seed)
          let id = try Identity(
            of: CellForm(
              environment: inputs.environment, model: inputs.model.hash, task: form, trainFile: facts.trainHash,
              devFile: facts.devHash, headSeed: cell.headSeed, orderSeed: cell.orderSeed,
              initialisation: initialisation, initialisationSeed: cell.initialisationSeed,
              recipe: cell.recipe.keepingBits))
          cells[cell] = id
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
  private func cell(_ task: String, _ initialisation: Initialisation, _ seed: Seed) throws -> Cell {
    let rows = try known(task).facts.trainRows
    var recipe = sweep.recipe(task: task, initialisation: initialisation)
    recipe.trainRows = min(recipe.trainRows ?? rows, rows)
    recipe.microBatch = recipe.microBatch ?? recipe.batch
    return Cell(
      task: task, headSeed: seed.head, orderSeed: seed.order, initialisation: initialisation,
      initialisationSeed: sweep.initialisationSeed, recipe: recipe)
  }

  private func id(_ cell: Cell) throws -> Identity {
    guard let id = cells[cell] else { throw SweepError.missingFacts(task: cell.task) }
    return id
  }
}

// Curves and surfaces.
extension PlanBuilder {
  mutating func addSurfaces() throws {
    for request in sweep.curves {
      for task in request.tasks {
        for initialisation in request.initialisations {
          let cells = try request.seeds.map { try cell(task, initialisation, sweep.seeds[$0]) }
          for (start, cell) in Self.lines(request.along, cells) {
            for group in request.groups {
              let curve = try surface(cell, nil, start: start, group, request.elsewhere)
              curves.append(try planned(curve, alpha: request.alpha.coordinates, beta: [0]))
            }
          }
        }
      }
    }
    for request in sweep.surfaces {
      let seed = sweep.seeds[request.seed]
      let cell = try cell(request.task, request.initialisation, seed)
      let other = try self.cell(request.other, request.initialisation, seed)
      for group in request.groups {
        let surface = try surface(cell, other, group, request.elsewhere)
        surfaces.append(
          try planned(surface, alpha: request.alpha.coordinates, beta: request.beta.coordinates))
      }
    }
  }

  /// The sweep's subset, no larger than what there is.
  private func subset(of cell: Cell, _ facts: TaskFacts) -> Subset {
    var subset = sweep.subset
    subset.train = min(subset.train, cell.recipe.trainRows ?? facts.trainRows)
    subset.dev = min(subset.dev, facts.devRows)
    return subset
  }

  /// Where the curves through some cells start, nil for theta0, and the cell at 1.
  private static func lines(_ along: CurveRequest.Along, _ cells: [Cell]) -> [(start: Cell?, cell: Cell)] {
    switch along {
    case .finetuning: cells.map { (nil, $0) }
    case .seeds: cells.indices.flatMap { i in cells[..<i].map { ($0, cells[i]) } }
    }
  }

  private func surface(
    _ cell: Cell, _ other: Cell?, start: Cell? = nil, _ groupName: String, _ elsewhere: Surface.Elsewhere
  ) throws -> Surface {
    let subset = subset(of: cell, try known(cell.task).facts)
    let group = try LayerGroup(groupName, layers: inputs.model.layers)
    // Nothing rests where everything moves.
    let isAll = group.isAll(of: inputs.model.layers)
    return Surface(
      cell: cell, other: other, start: start, group: isAll ? nil : group, elsewhere: isAll ? .theta1 : elsewhere,
      subset: subset)
  }

  /// Adds the axes and the exact points; the grid follows when all surfaces are known.
  private mutating func planned(_ surface: Surface, alpha: [Double], beta: [Double]) throws -> PlannedSurface {
    let cell = try id(surface.cell)
    let (start, other) = (try surface.start.map { try id($0) }, try surface.other.map { try id($0) })
    let facts = try known(surface.cell.task).facts
    let group = surface.group.map { GroupForm($0, elsewhere: surface.elsewhere) }
    let ends = [cell] + [start].compactMap(\.self)
    let needs = ends + [other].compactMap(\.self)
    let axes = try Identity(of: AxesForm(cell: cell, start: start, other: other, group: group))
    add(
      WorkUnit(
        id: axes, name: "\(surface.name) axes", work: .axes(surface), needs: needs, place: .anywhere,
        cost: costs.axes()))
    var exact: [ExactPoint: Identity] = [:]
    for point in ExactPoint.allCases where point != .theta2 || other != nil {
      let id = try Identity(
        of: PointForm(
          cell: cell, start: start, other: point == .theta2 ? other : nil, group: group, subset: surface.subset,
          exact: point,
          alpha: nil, beta: nil))
      exact[point] = id
      add(
        WorkUnit(
          id: id, name: "\(surface.name) \(point.rawValue)", work: .point(surface, .exact(point)),
          needs: point == .theta2 ? needs : ends, place: .anywhere, cost: costs.point(surface.subset, facts)))
    }
    var grid: [Identity] = []
    grid.reserveCapacity(alpha.count * beta.count)
    for a in alpha {
      for b in beta {
        grid.append(
          try Identity(
            of: PointForm(
              cell: cell, start: start, other: b == 0 ? nil : other, group: group, subset: surface.subset, exact: nil,
              alpha: a,
              beta: b)))
      }
    }
    return PlannedSurface(surface: surface, alpha: alpha, beta: beta, axes: axes, exact: exact, grid: grid)
  }

  mutating func addGrids() throws {
    let all = curves + surfaces
    let levels = all.map { Refinement.levels($0.alpha.count, $0.beta.count) }
    // The finest levels of all surfaces are the last: those of a smaller grid start later.
    let depth = levels.map(\.count).max() ?? 0
    for stage in 0..<depth {
      for (surface, levels) in zip(all, levels) where levels.count >= depth - stage {
        try addPoints(of: surface, levels[levels.count - depth + stage])
      }
    }
  }

  private mutating func addPoints(of planned: PlannedSurface, _ indices: [(i: Int, j: Int)]) throws {
    let surface = planned.surface
    let (cell, start) = (try id(surface.cell), try surface.start.map { try id($0) })
    let other = try surface.other.map { try id($0) }
    let ends = [cell] + [start].compactMap(\.self)
    let cost = costs.point(surface.subset, try known(surface.cell.task).facts)
    for (i, j) in indices {
      let (alpha, beta) = (planned.alpha[i], planned.beta[j])
      // Only where d2 has a part do theta2 and its scale matter.
      let needs = beta == 0 ? ends : ends + [other].compactMap(\.self) + [planned.axes]
      let place = surface.other == nil ? "\(alpha)" : "(\(alpha), \(beta))"
      add(
        WorkUnit(
          id: planned.grid[i * planned.beta.count + j], name: "\(surface.name) \(place)",
          work: .point(surface, .grid(i: i, j: j, alpha: alpha, beta: beta)), needs: needs, place: .anywhere,
          cost: cost))
    }
  }
}

// Trajectories.
extension PlanBuilder {
  mutating func addTrajectories() throws {
    for request in sweep.trajectories {
      let facts = try known(request.task).facts
      for initialisation in sweep.initialisations {
        for seed in sweep.seeds {
          let cell = try cell(request.task, initialisation, seed)
          let other = try request.other.map { try self.cell($0, initialisation, seed) }
          let work = TrajectoryWork(cell: cell, other: other, subset: subset(of: cell, facts))
          let needs = try [cell, other].compactMap(\.self).map { try id($0) }
          let steps = cell.recipe.snapshotSteps(examples: cell.recipe.trainRows ?? facts.trainRows)
          let trajectory = try Identity(of: TrajectoryForm(cell: needs[0], other: needs.count > 1 ? needs[1] : nil))
          add(
            WorkUnit(
              id: trajectory, name: work.name, work: .trajectory(work), needs: needs, place: .anywhere,
              cost: costs.trajectory(snapshots: steps.count)))
          var snapshots: [(step: Int, unit: Identity)] = []
          for step in steps {
            let id = try Identity(of: SnapshotForm(trajectory: trajectory, step: step, subset: work.subset))
            add(
              WorkUnit(
                id: id, name: "\(work.name) step \(step)", work: .snapshot(work, step: step),
                needs: needs + [trajectory], place: .anywhere, cost: costs.snapshot(work.subset, facts)))
            snapshots.append((step, id))
          }
          trajectories.append(PlannedTrajectory(work: work, unit: trajectory, snapshots: snapshots))
        }
      }
    }
  }
}

// Rollback.
extension PlanBuilder {
  mutating func addRollbacks() throws {
    guard let request = sweep.rollback else { return }
    let single = request.layers == .each ? (0..<inputs.model.layers).map { "layer \($0)" } : []
    let groups = try (request.groups + single).map { try LayerGroup($0, layers: inputs.model.layers) }
    for task in sweep.tasks.map(\.name) {
      for initialisation in sweep.initialisations {
        for cell in try sweep.seeds.map({ try cell(task, initialisation, $0) }) {
          let cellID = try id(cell)
          for group in groups {
            let id = try Identity(of: RollbackForm(cell: cellID, group: GroupForm(group, elsewhere: .theta1)))
            add(
              WorkUnit(
                id: id, name: "\(cell.name) without \(group.name)", work: .rollback(cell, group), needs: [cellID],
                place: .anywhere, cost: costs.rollback(try known(task).facts)))
            rollbacks.append(PlannedRollback(cell: cell, group: group, unit: id))
          }
        }
      }
    }
  }
}

// Probes and consistency.
extension PlanBuilder {
  /// A probe runs on the models of its own task, and of every task when the consistency names it.
  mutating func addProbesAndConsistency() throws {
    var comparisons: [WorkUnit] = []
    for probe in sweep.probes {
      let (form, facts) = try known(probe.task)
      var effective = probe
      effective.examples = min(probe.examples, probe.split == .train ? facts.trainRows : facts.devRows)
      let isNamed = sweep.consistency?.probes?.contains(probe.name) ?? false
      let isCompared = sweep.consistency.map { $0.probes == nil || isNamed } ?? false
      for task in sweep.tasks.map(\.name) where isNamed || task == probe.task {
        for initialisation in sweep.initialisations {
          let cells = try sweep.seeds.map { try cell(task, initialisation, $0) }
          let probes = try cells.map { try addProbe(effective, on: $0, form, facts) }
          guard isCompared, let consistency = sweep.consistency else { continue }
          let id = try Identity(of: ConsistencyForm(measures: consistency.measures, probes: probes))
          let group = initialisation == .pretrained ? task : "\(task)-\(initialisation.rawValue)"
          comparisons.append(
            WorkUnit(
              id: id, name: "\(group) consistency on \(probe.name)",
              work: .consistency(task: task, cells: cells, effective), needs: probes, place: .root,
              cost: costs.consistency(cells: cells.count, effective, facts)))
        }
      }
    }
    for unit in comparisons { add(unit) }
  }

  private mutating func addProbe(
    _ probe: Probe, on cell: Cell, _ form: TaskForm, _ facts: TaskFacts
  ) throws -> Identity {
    let cellID = try id(cell)
    let id = try Identity(
      of: ProbeForm(
        cell: cellID, task: form, file: probe.split == .train ? facts.trainHash : facts.devHash,
        examples: probe.examples, rows: probe.rows, seed: probe.seed, tokens: probe.tokens, batch: probe.batch))
    add(
      WorkUnit(
        id: id, name: "\(cell.name) on \(probe.name)", work: .probe(cell, probe), needs: [cellID], place: .anywhere,
        cost: costs.probe(probe, facts)))
    return id
  }
}
