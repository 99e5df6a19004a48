/// A curve or surface and the units of its points. They share units where they share points.
public struct PlannedSurface: Sendable, Hashable {
  /// What it is.
  public var surface: Surface { shared.value }
  let shared: Shared<Surface>
  /// What its name says of its coordinates, such as `, alpha [-0.1, 0.1, 21]`, where a plan has the surface on two ranges;
  /// otherwise empty.
  public let range: String
  /// The coordinates along d1.
  public let alpha: [Double]
  /// The coordinates along s d2; 0 alone for a curve.
  public let beta: [Double]
  /// The unit that measures the directions.
  public let axes: Identity
  /// The units of the exact points; a curve has no theta2.
  public let exact: [ExactPoint: Identity]
  /// The units of the grid, [alpha.count, beta.count] row-major: point (i, j) is at i * beta.count + j.
  public let grid: [Identity]

  /// What a person calls it, unlike all others of the plan: the surface's name with the range in it, such as `MRPC-s0 curve`,
  /// `MRPC-s0 curve, alpha [-0.1, 0.1, 21]`.
  public var name: String { surface.name(range: range) }
}

extension Plan {
  /// The curves in the order of the sweep file.
  public var curves: [PlannedSurface] { lists.all(PlannedSurface.self).filter(\.surface.isCurve) }
  /// The surfaces likewise.
  public var surfaces: [PlannedSurface] { lists.all(PlannedSurface.self).filter { !$0.surface.isCurve } }
}

/// Plans the axes and exact points of curves; the grids of curves and surfaces are put off, as theirs are.
enum CurvePlanner: Planner {
  static func count(_ builder: PlanBuilder) throws -> [(section: SweepSection, units: Double)] {
    let units = builder.sweep.curves.reduce(0.0) { sum, request in
      let seeds = Double(request.cells.seeds.count)
      let lines: Double =
        switch request.along {
        case .finetuning: builder.count(request.cells)
        case .seeds: Double(builder.sweep.kinds(of: request.cells).count) * seeds * (seeds - 1) / 2
        case .random(let random): builder.count(request.cells) * Double(random.directions)
        case .models: 1
        }
      return sum + lines * Double(request.groups.count) * SurfacePlanner.units(request.alpha.points)
    }
    return [(.curves, units)]
  }

  static func add(to builder: inout PlanBuilder) throws {
    var lines = RangedSurfaces()
    for request in builder.sweep.curves {
      lines.begin(alpha: request.alpha, beta: nil)
      for (target, span) in try Self.lines(of: request, builder) {
        for name in request.groups { lines.add(try builder.surface(target, span, name, request.elsewhere)) }
      }
    }
    try builder.add(lines)
  }

  private static func lines(
    of request: CurveRequest, _ builder: PlanBuilder
  ) throws -> [(target: ModelState, span: Surface.Span)] {
    switch request.along {
    case .finetuning:
      return try builder.cells(of: request.cells).joined().map { (.final($0), .line(from: .initial($0))) }
    case .seeds:
      return try builder.cells(of: request.cells).flatMap { cells in
        cells.indices.flatMap { i in cells[..<i].map { (.final(cells[i]), .line(from: .final($0))) } }
      }
    case .random(let random):
      return try builder.cells(of: request.cells).joined().flatMap { cell in
        (0..<random.directions).map { (.final(cell), .random(RandomSpan(random, index: $0, isPlane: false))) }
      }
    case .models(let from, let to):
      let target = try builder.model(to, startOf: nil)
      return [(target, .line(from: try builder.model(from, startOf: target.cell)))]
    }
  }
}

/// Plans the axes and exact points of surfaces, and at the end the grids: coarse to fine over all curves and surfaces, so that a
/// sweep that is stopped early leaves usable, coarser ones.
enum SurfacePlanner: Planner {
  /// Axes, exact points and grid.
  fileprivate static func units(_ points: Int) -> Double { 4 + Double(points) }

  static func count(_ builder: PlanBuilder) throws -> [(section: SweepSection, units: Double)] {
    let units = builder.sweep.surfaces.reduce(0.0) {
      $0 + Double($1.groups.count) * Self.units($1.alpha.points * $1.beta.points)
    }
    return [(.surfaces, units)]
  }

  static func add(to builder: inout PlanBuilder) throws {
    var planes = RangedSurfaces()
    for request in builder.sweep.surfaces {
      planes.begin(alpha: request.alpha, beta: request.beta)
      let (target, span) = try plane(of: request, builder)
      for name in request.groups { planes.add(try builder.surface(target, span, name, request.elsewhere)) }
    }
    try builder.add(planes)
    builder.putOff.append { try $0.addGrids() }
  }

  private static func plane(
    of request: SurfaceRequest, _ builder: PlanBuilder
  ) throws -> (target: ModelState, span: Surface.Span) {
    /// The cell of a request that names its task.
    func cell() throws -> Cell {
      guard let task = request.task else { throw SweepError.missingFacts(task: "of a surface") }
      return try builder.cell((task, request.initialisation, request.variant), builder.sweep.seeds[request.seed])
    }
    switch request.along {
    case .tasks(let other):
      let cell = try cell()
      return (.final(cell), .plane(from: .initial(cell), other: .final(try builder.counterpart(of: cell, task: other))))
    case .random(let random):
      return (.final(try cell()), .random(RandomSpan(random, index: 0, isPlane: true)))
    case .trajectory:
      let cell = try cell()
      guard cell.snapshots.count >= 3 else {
        throw SweepError.fewSnapshots(cell: cell.name, got: cell.snapshots.count)
      }
      return (.final(cell), .trajectory)
    case .models(let from, let to, let other):
      let target = try builder.model(to, startOf: nil)
      let third = try builder.model(other, startOf: target.cell)
      if from.cell == nil { try builder.checkOrigin(of: target.cell, third.cell) }
      return (target, .plane(from: try builder.model(from, startOf: target.cell), other: third))
    }
  }
}

extension PlanBuilder {
  /// The model that a sweep file names; theta0 is where `cell` starts.
  fileprivate func model(_ reference: ModelReference, startOf cell: Cell?) throws -> ModelState {
    guard let found = reference.cell.flatMap({ named[$0] }) else {
      guard let cell else { throw SweepError.missingFacts(task: "\(reference)") }
      return .initial(cell)
    }
    guard let step = reference.step else { return .final(found) }
    guard found.snapshots.contains(.snapshot(found, step: step)) else {
      throw SweepError.noSnapshot(cell: found.name, step: step, steps: found.snapshotSteps)
    }
    return .snapshot(found, step: step)
  }

  fileprivate func surface(
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

  /// Adds axes and exact points; the grids follow when all surfaces are known.
  fileprivate mutating func add(_ surfaces: RangedSurfaces) throws {
    for (surface, range, alphaAxis, betaAxis) in surfaces.named {
      let (shared, identities) = (Shared(surface), try PointIdentities(surface))
      let axes = try AxesWork.unit(of: shared, costs)
      add(axes)
      let cost = costs.point(surface.subset, try known(surface.cell.task).facts)
      var exact: [ExactPoint: Identity] = [:]
      for point in surface.exactPoints {
        let id = try identities.exact(point)
        exact[point] = id
        add(WorkUnit(id: id, work: .point(PointWork(shared, axes: axes.id, .exact(point))), cost: cost))
      }
      let (alpha, beta) = (alphaAxis.coordinates, betaAxis?.coordinates ?? [0])
      lists.append(
        PlannedSurface(
          shared: shared, range: range, alpha: alpha, beta: beta, axes: axes.id, exact: exact,
          grid: alpha.flatMap { a in beta.map { identities.grid(a, $0) } }))
    }
  }

  fileprivate mutating func addGrids() throws {
    let all = lists.all(PlannedSurface.self)
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
    let cost = costs.point(planned.surface.subset, try known(planned.surface.cell.task).facts)
    for (i, j) in indices {
      let point = SurfacePoint.grid(i: i, j: j, alpha: planned.alpha[i], beta: planned.beta[j])
      add(
        WorkUnit(
          id: planned.grid[i * planned.beta.count + j],
          work: .point(PointWork(planned.shared, axes: planned.axes, point)), cost: cost))
    }
  }
}
