// Comparisons between models: of attention, and of features at rank 0.
extension PlanBuilder {
  mutating func addComparisons() throws {
    let requested = try dynamics() + consistency()
    var names: Set<String> = []
    for name in requested.map(\.comparison.name) where !names.insert(name).inserted {
      throw SweepError.sameComparison(name)
    }
    // A model's features are decomposed once, as far as any comparison on the probe needs them.
    let complete = Set(requested.filter { !$0.measures.allSatisfy(\.needsKeptAlone) }.map(\.comparison.probe))
    for (comparison, measures) in requested where measures.contains(.attention) { try addAttention(comparison) }
    var similarities: [WorkUnit] = []
    for (comparison, measures) in requested {
      let features = measures.filter { $0 != .attention }
      var unit: WorkUnit?
      if !features.isEmpty {
        let probes = try comparison.models.flatMap {
          try addProbes($0, comparison.probe, isComplete: complete.contains(comparison.probe))
        }
        let id = try Identity(of: SimilarityForm(pairs: comparison.kind, measures: features, decompositions: probes))
        unit = WorkUnit(
          id: id, name: "\(comparison.name) similarity", work: .similarity(comparison, features), needs: probes,
          place: .root, cost: costs.similarity(comparison, features, try known(comparison.probe.task).facts))
      }
      similarities += [unit].compactMap(\.self)
      comparisons.append(
        PlannedComparison(
          comparison: comparison, measures: features,
          attention: try measures.contains(.attention) ? attentionID(comparison) : nil, similarity: unit?.id))
    }
    for unit in similarities { add(unit) }
  }

  private func dynamics() throws -> [(comparison: Comparison, measures: [Measure])] {
    guard let request = sweep.dynamics else { return [] }
    return try cells(of: request.cells).joined().flatMap { cell in
      let steps = cell.recipe.snapshotSteps(examples: cell.recipe.trainRows ?? 0)
      let models: [ModelState] =
        switch request.at {
        // The last one is the final model.
        case .snapshots: steps.dropFirst().dropLast().map { .snapshot(cell, step: $0) } + [.final(cell)]
        case .end: [.final(cell)]
        }
      return try probes(request.probes, of: [cell.task]).map {
        (Comparison(kind: .time, models: [.initial(cell)] + models, probe: $0), request.measures)
      }
    }
  }

  private func consistency() throws -> [(comparison: Comparison, measures: [Measure])] {
    guard let request = sweep.consistency else { return [] }
    let groups = try cells(of: request.cells)
    var all: [Comparison] = []
    for between in request.between {
      switch between {
      case .seeds:
        for cells in groups {
          for probe in try probes(request.probes, of: [cells[0].task]) {
            all.append(Comparison(kind: .seeds, models: models(cells), probe: probe))
          }
        }
      case .tasks:
        for kind in Self.kinds(groups) {
          // Of each seed the models of all tasks that have such cells.
          let tasks = groups.filter { ($0[0].initialisation, $0[0].variant) == (kind.initialisation, kind.variant) }
          guard tasks.count >= 2 else { continue }
          for seed in tasks[0].indices {
            for cells in tasks { try checkOrigin(of: tasks[0][seed], cells[seed]) }
            for probe in try probes(request.probes, of: request.cells.tasks) {
              all.append(Comparison(kind: .tasks, models: models(tasks.map { $0[seed] }), probe: probe))
            }
          }
        }
      }
    }
    return all.map { ($0, request.measures) }
  }

  private func models(_ cells: [Cell]) -> [ModelState] { [.initial(cells[0])] + cells.map { .final($0) } }

  /// The initialisations and variants of groups of cells, each once, in their order.
  private static func kinds(_ groups: [[Cell]]) -> [(initialisation: Initialisation, variant: String?)] {
    groups.reduce(into: []) { kinds, cells in
      let kind = (cells[0].initialisation, cells[0].variant)
      if !kinds.contains(where: { $0 == kind }) { kinds.append(kind) }
    }
  }

  /// The named probes, or those of some tasks, with all that the sweep file leaves to the data filled in.
  func probes(_ names: [String]?, of tasks: [String]) throws -> [Probe] {
    try sweep.probes.filter { names?.contains($0.name) ?? tasks.contains($0.task) }.map { probe in
      let facts = try known(probe.task).facts
      var probe = probe
      probe.examples = min(probe.examples, probe.split == .train ? facts.trainRows : facts.devRows)
      probe.maxLength =
        probe.maxLength ?? sweep.recipe(task: probe.task, initialisation: sweep.initialisations[0]).maxLength
      return probe
    }
  }

  private mutating func addAttention(_ comparison: Comparison) throws {
    add(
      WorkUnit(
        id: try attentionID(comparison), name: "\(comparison.name) attention", work: .attention(comparison),
        needs: try comparison.cells.map { try id($0) }, place: .anywhere,
        cost: costs.attention(comparison, try known(comparison.probe.task).facts)))
  }

  private func attentionID(_ comparison: Comparison) throws -> Identity {
    try Identity(
      of: AttentionForm(
        pairs: comparison.kind, models: try comparison.models.map(form),
        probe: try form(comparison.probe, threads: comparison.models.map(\.cell.recipe.threads).max() ?? 1)))
  }

  /// A model on a probe, as many layers a unit as the memory for what is gathered allows.
  private mutating func addProbes(_ model: ModelState, _ probe: Probe, isComplete: Bool) throws -> [Identity] {
    let facts = try known(probe.task).facts
    let (count, bytes) = (inputs.model.layers + 1, costs.decompositionBytes(probe))
    // Two models of a layer are compared at a time, and a comparison makes as much again as one of them.
    guard 3 * bytes <= Double(sweep.gather.memory) else {
      throw SweepError.gatherMemory(probe: probe.name, got: sweep.gather.memory, needed: 3 * bytes)
    }
    let step = layersOfUnit(probe)
    return try stride(from: 0, to: count, by: step).map { first in
      let layers = first..<min(first + step, count)
      let work = ProbeWork(model: model, probe: probe, layers: layers, isComplete: isComplete)
      let id = try Identity(
        of: DecompositionForm(
          model: try form(model), probe: try form(probe, threads: model.cell.recipe.threads), rows: probe.rows,
          tokens: probe.tokens, layers: layers, isComplete: isComplete))
      let part = layers.count == count ? "" : ", layers \(layers.lowerBound)-\(layers.upperBound - 1)"
      let top = model.cell.recipe.reinitialise == 0 ? "" : " top \(model.cell.recipe.reinitialise)"
      let start = model.isTrained ? model.name : "theta0 \(model.cell.initialisation.rawValue)\(top)"
      add(
        WorkUnit(
          id: id, name: "\(start) on \(probe.name)\(part)", work: .probe(work),
          needs: try model.isTrained ? [self.id(model.cell)] : [], place: .anywhere, cost: costs.probe(work, facts)))
      return id
    }
  }

  /// How many layers of a model on a probe one unit decomposes.
  func layersOfUnit(_ probe: Probe) -> Int {
    // A message is held twice, as it came and as it is written.
    let most = Double(sweep.gather.memory) / (2 * costs.decompositionBytes(probe))
    return max(1, Int(min(Double(inputs.model.layers + 1), most)))
  }

  private func form(_ model: ModelState) throws -> ProbedForm {
    switch model {
    case .initial(let cell):
      .initial(
        environment: inputs.environment, model: inputs.model.hash, initialisation: cell.initialisation,
        seed: cell.initialisationSeed, reinitialised: cell.recipe.reinitialise)
    case .snapshot(let cell, let step): .trained(ModelForm(cell: try id(cell), step: step))
    case .final(let cell): .trained(ModelForm(cell: try id(cell), step: nil))
    }
  }

  private func form(_ probe: Probe, threads: Int) throws -> ProbeForm {
    let (form, facts) = try known(probe.task)
    return ProbeForm(
      task: form, file: probe.split == .train ? facts.trainHash : facts.devHash, examples: probe.examples,
      seed: probe.seed, batch: probe.batch, maxLength: probe.maxLength, threads: threads)
  }
}

extension Comparison {
  /// The cells that must have been fine-tuned for it, each once, in the order of the models.
  public var cells: [Cell] {
    models.filter(\.isTrained).reduce(into: []) { cells, model in
      if !cells.contains(model.cell) { cells.append(model.cell) }
    }
  }
}

extension Measure {
  /// Whether the directions that SVCCA keeps are all it needs.
  fileprivate var needsKeptAlone: Bool { self == .svcca || self == .attention }
}
