// Curves and surfaces.
extension PlanBuilder {
  mutating func addSurfaces() throws {
    var lines = RangedSurfaces()
    for request in sweep.curves {
      lines.begin(alpha: request.alpha, beta: nil)
      for (target, span) in try self.lines(of: request) {
        for name in request.groups { lines.add(try surface(target, span, name, request.elsewhere)) }
      }
    }
    curves = try lines.named.map { try planned($0.surface, $0.range, $0.alpha, $0.beta) }
    var planes = RangedSurfaces()
    for request in sweep.surfaces {
      planes.begin(alpha: request.alpha, beta: request.beta)
      let (target, span) = try plane(of: request)
      for name in request.groups { planes.add(try surface(target, span, name, request.elsewhere)) }
    }
    surfaces = try planes.named.map { try planned($0.surface, $0.range, $0.alpha, $0.beta) }
  }

  private func lines(of request: CurveRequest) throws -> [(target: ModelState, span: Surface.Span)] {
    switch request.along {
    case .finetuning:
      return try cells(of: request.cells).joined().map { (.final($0), .line(from: .initial($0))) }
    case .seeds:
      return try cells(of: request.cells).flatMap { cells in
        cells.indices.flatMap { i in cells[..<i].map { (.final(cells[i]), .line(from: .final($0))) } }
      }
    case .random(let random):
      return try cells(of: request.cells).joined().flatMap { cell in
        (0..<random.directions).map { (.final(cell), .random(RandomSpan(random, index: $0, isPlane: false))) }
      }
    case .models(let from, let to):
      let target = try model(to, startOf: nil)
      return [(target, .line(from: try model(from, startOf: target.cell)))]
    }
  }

  private func plane(of request: SurfaceRequest) throws -> (target: ModelState, span: Surface.Span) {
    /// The cell of a request that names its task.
    func cell() throws -> Cell {
      guard let task = request.task else { throw SweepError.missingFacts(task: "of a surface") }
      return try self.cell(task, request.initialisation, request.variant, sweep.seeds[request.seed])
    }
    switch request.along {
    case .tasks(let other):
      let cell = try cell()
      return (.final(cell), .plane(from: .initial(cell), other: .final(try counterpart(of: cell, task: other))))
    case .random(let random):
      return (.final(try cell()), .random(RandomSpan(random, index: 0, isPlane: true)))
    case .trajectory:
      let cell = try cell()
      let steps = cell.recipe.snapshotSteps(examples: cell.recipe.trainRows ?? 0)
      guard steps.count >= 3 else { throw SweepError.fewSnapshots(cell: cell.name, got: steps.count) }
      return (.final(cell), .trajectory)
    case .models(let from, let to, let other):
      let target = try model(to, startOf: nil)
      let third = try model(other, startOf: target.cell)
      if from.cell == nil { try checkOrigin(of: target.cell, third.cell) }
      return (target, .plane(from: try model(from, startOf: target.cell), other: third))
    }
  }

  /// The model that a sweep file names; theta0 is where `cell` starts.
  private func model(_ reference: ModelReference, startOf cell: Cell?) throws -> ModelState {
    guard let found = reference.cell.flatMap({ named[$0] }) else {
      guard let cell else { throw SweepError.missingFacts(task: "\(reference)") }
      return .initial(cell)
    }
    guard let step = reference.step else { return .final(found) }
    let steps = found.recipe.snapshotSteps(examples: found.recipe.trainRows ?? 0)
    guard steps.contains(step) else { throw SweepError.noSnapshot(cell: found.name, step: step, steps: steps) }
    return .snapshot(found, step: step)
  }

  private func surface(
    _ target: ModelState, _ span: Surface.Span, _ name: String, _ elsewhere: Surface.Elsewhere
  ) throws -> Surface {
    let (group, elsewhere) = try group(name, elsewhere)
    let surface = Surface(
      target: target, span: span, group: group, elsewhere: elsewhere, subset: try subset(of: target.cell))
    try checkLength(of: surface, along: [target, surface.other].compactMap(\.self), name)
    return surface
  }

  /// A part that a recipe freezes does not move, and no direction leads along it from theta0.
  private func checkLength(of surface: Surface, along ends: [ModelState], _ group: String) throws {
    guard !surface.origin.isTrained else { return }
    let parts = try surface.group?.parts ?? LayerGroup("all", layers: inputs.model.layers).parts
    for cell in ends.map(\.cell) where Set(parts).isSubset(of: cell.recipe.freeze) {
      throw SweepError.nothingMoves(cell: cell.name, group: group)
    }
  }

  private func form(_ model: ModelState) throws -> ModelForm? {
    switch model {
    case .initial: nil
    case .snapshot(let cell, let step): ModelForm(cell: try id(cell), step: step)
    case .final(let cell): ModelForm(cell: try id(cell), step: nil)
    }
  }

  private func target(_ surface: Surface) throws -> ModelForm {
    ModelForm(cell: try id(surface.cell), step: try form(surface.target)?.step)
  }

  /// Of a surface's span, without d2 where that has no part.
  private func form(_ span: Surface.Span, withSecond: Bool) throws -> SpanForm {
    switch span {
    case .line(let from): .difference(from: try form(from), other: nil)
    case .plane(let from, let other):
      .difference(from: try form(from), other: withSecond ? try form(other) : nil)
    case .random(let random): .random(withSecond ? random : random.first)
    case .trajectory: .trajectory
    }
  }

  private func form(
    _ surface: Surface, exact: ExactPoint? = nil, alpha: Double? = nil, beta: Double? = nil
  ) throws -> PointForm {
    // theta1 rests at theta1: it is the same point in every group and span.
    let isTarget = exact == .theta1 && (surface.group == nil || surface.elsewhere == .theta1)
    let withSecond = exact == .theta2 || beta.map { $0 != 0 } ?? false
    return PointForm(
      target: try target(surface), span: isTarget ? nil : try form(surface.span, withSecond: withSecond),
      group: isTarget ? nil : surface.group.map { GroupForm($0, elsewhere: surface.elsewhere) },
      movesHead: !isTarget && surface.movesHead, subset: surface.subset, exact: exact, alpha: alpha, beta: beta)
  }

  /// Adds the axes and the exact points; the grid follows when all surfaces are known.
  private mutating func planned(
    _ surface: Surface, _ range: String, _ alphaAxis: Axis, _ betaAxis: Axis?
  ) throws -> PlannedSurface {
    let (alpha, beta) = (alphaAxis.coordinates, betaAxis?.coordinates ?? [0])
    let needs = try surface.cells.all.map { try id($0) }
    let axes = try Identity(
      of: AxesForm(
        target: try target(surface), span: try form(surface.span, withSecond: true),
        group: surface.group.map { GroupForm($0, elsewhere: surface.elsewhere) }))
    let facts = try known(surface.cell.task).facts
    add(
      WorkUnit(
        id: axes, name: "\(surface.name) axes", work: .axes(surface), needs: needs, place: .anywhere,
        cost: costs.axes(surface)))
    var exact: [ExactPoint: Identity] = [:]
    for point in surface.exactPoints {
      let id = try Identity(of: try form(surface, exact: point))
      exact[point] = id
      add(
        WorkUnit(
          id: id, name: "\(surface.name) \(point.rawValue)", work: .point(surface, .exact(point)),
          needs: point == .theta2 ? needs : Array(needs.prefix(surface.cells.count)), place: .anywhere,
          cost: costs.point(surface.subset, facts)))
    }
    var grid: [Identity] = []
    grid.reserveCapacity(alpha.count * beta.count)
    for a in alpha {
      for b in beta { grid.append(try Identity(of: try form(surface, alpha: a, beta: b))) }
    }
    return PlannedSurface(
      surface: surface, range: range, alpha: alpha, beta: beta, axes: axes, exact: exact, grid: grid)
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
    let cells = try surface.cells.all.map { try id($0) }
    let line = Array(cells.prefix(surface.cells.count))
    let cost = costs.point(surface.subset, try known(surface.cell.task).facts)
    for (i, j) in indices {
      let (alpha, beta) = (planned.alpha[i], planned.beta[j])
      let needs =
        switch surface.span {
        // Only where d2 has a part do theta2 and its scale matter.
        case .line, .plane: beta == 0 ? line : cells + [planned.axes]
        // The axes make the directions.
        case .random, .trajectory: cells + [planned.axes]
        }
      let place = surface.isCurve ? "\(alpha)" : "(\(alpha), \(beta))"
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
    var followed: Set<TrajectoryWork> = []
    for request in sweep.trajectories {
      for cell in try cells(of: request.cells).joined() {
        let facts = try known(cell.task).facts
        let other = try request.other.map { try counterpart(of: cell, task: $0) }
        let work = TrajectoryWork(cell: cell, other: other, subset: try subset(of: cell))
        let needs = try [cell, other].compactMap(\.self).map { try id($0) }
        let steps = cell.recipe.snapshotSteps(examples: cell.recipe.trainRows ?? facts.trainRows)
        let trajectory = try Identity(of: TrajectoryForm(cell: needs[0], other: needs.count > 1 ? needs[1] : nil))
        // Two entries may choose a cell.
        guard followed.insert(work).inserted else { continue }
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

// Rollback.
extension PlanBuilder {
  mutating func addRollbacks() throws {
    guard let request = sweep.rollback else { return }
    let single = request.layers == .each ? (0..<inputs.model.layers).map { "layer \($0)" } : []
    // A single layer may be among the groups too.
    let names = request.groups + single.filter { !request.groups.contains($0) }
    let groups = try names.map { try LayerGroup($0, layers: inputs.model.layers) }
    for cell in try cells(of: request.cells).joined() {
      let cellID = try id(cell)
      for group in groups {
        let id = try Identity(of: RollbackForm(cell: cellID, group: GroupForm(group, elsewhere: .theta1)))
        add(
          WorkUnit(
            id: id, name: "\(cell.name) without \(group.name)", work: .rollback(cell, group), needs: [cellID],
            place: .anywhere, cost: costs.rollback(try known(cell.task).facts)))
        rollbacks.append(PlannedRollback(cell: cell, group: group, unit: id))
      }
    }
  }
}

// Curvature.
extension PlanBuilder {
  mutating func addCurvatures() throws {
    var planned: [String: CurvatureWork] = [:]
    for request in sweep.curvature {
      for cell in try cells(of: request.cells).joined() {
        let cellID = try id(cell)
        for name in request.groups {
          let work = CurvatureWork(
            cell: cell, group: try group(name, .theta1).group, effort: request.effort, subset: try subset(of: cell))
          // Two entries may choose a cell, and a group may be the whole encoder by another name.
          if let earlier = planned.updateValue(work, forKey: work.name) {
            guard earlier == work else { throw SweepError.sameCurvature(work.name) }
            continue
          }
          let id = try Identity(
            of: CurvatureForm(
              cell: cellID, group: work.group.map { GroupForm($0, elsewhere: .theta1) }, effort: work.effort,
              subset: work.subset))
          add(
            WorkUnit(
              id: id, name: work.name, work: .curvature(work), needs: [cellID], place: .anywhere,
              cost: costs.curvature(work, try known(cell.task).facts)))
          curvatures.append(PlannedCurvature(work: work, unit: id))
        }
      }
    }
  }
}
