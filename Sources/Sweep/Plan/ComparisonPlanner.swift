public import LearningDynamics

/// A comparison and its units.
public struct PlannedComparison: Sendable, Hashable {
  /// What it is.
  public let comparison: Comparison
  /// The measures of features.
  public let measures: [Measure]
  /// The unit that compares attention; nil where that is not asked for.
  public let attention: Identity?
  /// The unit that compares features; nil likewise.
  public let similarity: Identity?
}

extension Plan {
  /// The comparisons between models.
  public var comparisons: [PlannedComparison] { lists.all(PlannedComparison.self) }
}

/// Plans the comparisons of ``DynamicsRequest`` and ``ConsistencyRequest``: of attention, then the probes, then those of features.
enum ComparisonPlanner: Planner {
  private typealias Requested = (comparison: Comparison, measures: [Measure])

  static func add(to builder: inout PlanBuilder) throws {
    let requested = try builder.dynamics() + builder.consistency()
    var names: Set<String> = []
    for name in requested.map(\.comparison.name) where !names.insert(name).inserted {
      throw SweepError.sameComparison(name)
    }
    // A model's features are decomposed once, as far as any comparison on the probe needs them.
    let complete = Set(requested.filter { $0.measures.contains(where: \.needsAllDirections) }.map(\.comparison.probe))
    var attention: [Identity?] = []
    for (comparison, measures) in requested {
      let unit = try measures.contains(.attention) ? AttentionWork.unit(of: comparison, builder) : nil
      if let unit { builder.add(unit) }
      attention.append(unit?.id)
    }
    var similarities: [WorkUnit] = []
    for ((comparison, measures), attention) in zip(requested, attention) {
      let features = measures.filter { $0 != .attention }
      var similarity: WorkUnit?
      if !features.isEmpty {
        let decompositions = try comparison.models.map {
          try ProbeWork.units(
            of: $0, on: comparison.probe, isComplete: complete.contains(comparison.probe), builder)
        }
        for unit in decompositions.joined() { builder.add(unit) }
        similarity = try SimilarityWork.unit(of: comparison, by: features, decompositions, builder)
      }
      similarities += [similarity].compactMap(\.self)
      builder.lists.append(
        PlannedComparison(
          comparison: comparison, measures: features, attention: attention, similarity: similarity?.id))
    }
    for unit in similarities { builder.add(unit) }
  }

  static func count(_ builder: PlanBuilder) throws -> [(section: SweepSection, units: Double)] {
    [(.dynamics, try builder.dynamicsUnits()), (.consistency, try builder.consistencyUnits())]
  }
}

extension PlanBuilder {
  fileprivate func dynamics() throws -> [(comparison: Comparison, measures: [Measure])] {
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

  fileprivate func consistency() throws -> [(comparison: Comparison, measures: [Measure])] {
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

  /// On each of some probes: of each model as many units as its layers' features fill messages, two comparisons, and the pairs
  /// that are compared.
  private func comparisonUnits(models: Double, pairs: Double, on probes: [Probe]) -> Double {
    probes.reduce(0) { sum, probe in
      let units = Double(inputs.model.layers + 1) / Double(ProbeWork.layersOfUnit(probe, self))
      return sum + 2 + models * units.rounded(.up) + pairs
    }
  }

  fileprivate func dynamicsUnits() throws -> Double {
    guard let request = sweep.dynamics else { return 0 }
    return try sweep.kinds(of: request.cells).reduce(0) { sum, kind in
      let models = request.at == .end ? 1 : try snapshotCount(kind)
      let units = comparisonUnits(
        models: 1 + models, pairs: models, on: try probes(request.probes, of: [kind.task]))
      return sum + Double(request.cells.seeds.count) * units
    }
  }

  fileprivate func consistencyUnits() throws -> Double {
    guard let request = sweep.consistency else { return 0 }
    func units(of models: Int, on probes: [Probe]) -> Double {
      comparisonUnits(models: Double(models) + 1, pairs: Double(models) * Double(models + 1) / 2, on: probes)
    }
    let kinds = sweep.kinds(of: request.cells)
    return try request.between.reduce(0) { sum, between in
      switch between {
      case .seeds:
        return try kinds.reduce(sum) {
          $0 + units(of: request.cells.seeds.count, on: try probes(request.probes, of: [$1.task]))
        }
      case .tasks:
        let starts = Set(kinds.map { [$0.initialisation.rawValue, $0.variant ?? CellGrid.plain] }).count
        let probes = try probes(request.probes, of: request.cells.tasks)
        return sum + Double(starts * request.cells.seeds.count) * units(of: request.cells.tasks.count, on: probes)
      }
    }
  }
}
