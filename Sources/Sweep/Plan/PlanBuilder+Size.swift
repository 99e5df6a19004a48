// How many units a sweep comes to, counted before they are made: numbers of a sweep file multiply.
extension PlanBuilder {
  /// Checks that the sweep's units, and the pairs of models that it compares, are not too many to plan.
  ///
  /// Units that several sections share are counted each time.
  ///
  /// - Throws: ``SweepError/tooManyUnits(_:most:section:)``, ``SweepError/tooManySnapshots(cell:got:most:)``; what is wrong with
  ///   a recipe.
  func checkSize() throws {
    let sections = try [
      (SweepSection.seeds, Double(sweep.grid.cellNames.count)), (.curves, curveUnits), (.surfaces, surfaceUnits),
      (.trajectories, trajectoryUnits()), (.rollback, rollbackUnits), (.curvature, curvatureUnits),
      (.dynamics, dynamicsUnits()), (.consistency, consistencyUnits()),
    ]
    let total = sections.reduce(0) { $0 + $1.1 }
    if total > Double(Plan.mostUnits), let (section, _) = sections.max(by: { $0.1 < $1.1 }) {
      throw SweepError.tooManyUnits(total, most: Plan.mostUnits, section: section)
    }
    // Also where nothing follows them: they are files.
    for task in sweep.tasks.map(\.name) {
      for kind in sweep.grid.kinds(of: task) { _ = try snapshots((task, kind.initialisation, kind.variant)) }
    }
  }

  private typealias Kind = (task: String, initialisation: Initialisation, variant: String?)

  /// The number of cells of a selection.
  private func count(_ selection: CellSelection) -> Double {
    Double(sweep.kinds(of: selection).count) * Double(selection.seeds.count)
  }

  /// The snapshots of a cell of a kind, or a few more.
  private func snapshots(_ kind: Kind) throws -> Double {
    let cell = try cell(kind.task, kind.initialisation, kind.variant, sweep.seeds[0])
    let count = cell.recipe.snapshotCount(examples: cell.recipe.trainRows ?? 0)
    guard count <= Double(Recipe.mostSnapshots) else {
      throw SweepError.tooManySnapshots(cell: cell.name, got: count, most: Recipe.mostSnapshots)
    }
    return count
  }

  /// Axes, exact points and grid.
  private func units(_ points: Int) -> Double { 4 + Double(points) }

  private var curveUnits: Double {
    sweep.curves.reduce(0) { sum, request in
      let seeds = Double(request.cells.seeds.count)
      let lines: Double =
        switch request.along {
        case .finetuning: count(request.cells)
        case .seeds: Double(sweep.kinds(of: request.cells).count) * seeds * (seeds - 1) / 2
        case .random(let random): count(request.cells) * Double(random.directions)
        case .models: 1
        }
      return sum + lines * Double(request.groups.count) * units(request.alpha.points)
    }
  }

  private var surfaceUnits: Double {
    sweep.surfaces.reduce(0) { $0 + Double($1.groups.count) * units($1.alpha.points * $1.beta.points) }
  }

  private func trajectoryUnits() throws -> Double {
    try sweep.trajectories.reduce(0) { sum, request in
      try sweep.kinds(of: request.cells).reduce(sum) {
        $0 + (1 + (try snapshots($1))) * Double(request.cells.seeds.count)
      }
    }
  }

  private var rollbackUnits: Double {
    guard let request = sweep.rollback else { return 0 }
    return count(request.cells) * Double(request.groups.count + (request.layers == .each ? inputs.model.layers : 0))
  }

  private var curvatureUnits: Double {
    sweep.curvature.reduce(0) { $0 + count($1.cells) * Double($1.groups.count) }
  }

  /// On each of some probes: of each model as many units as its layers' features fill messages, two comparisons, and the pairs
  /// that are compared.
  private func comparisonUnits(models: Double, pairs: Double, on probes: [Probe]) -> Double {
    probes.reduce(0) { sum, probe in
      let units = Double(inputs.model.layers + 1) / Double(layersOfUnit(probe))
      return sum + 2 + models * units.rounded(.up) + pairs
    }
  }

  private func dynamicsUnits() throws -> Double {
    guard let request = sweep.dynamics else { return 0 }
    return try sweep.kinds(of: request.cells).reduce(0) { sum, kind in
      let models = request.at == .end ? 1 : try snapshots(kind)
      let units = comparisonUnits(
        models: 1 + models, pairs: models, on: try probes(request.probes, of: [kind.task]))
      return sum + Double(request.cells.seeds.count) * units
    }
  }

  private func consistencyUnits() throws -> Double {
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
