internal import BERT
internal import LinearAlgebra
internal import LossLandscape
internal import Sweep

extension UnitWorker {
  /// The axes of a surface: `length1`, `length2`, `scale`, `cosine`; of a curve `length1`.
  func measureAxes(_ surface: Surface, _ unit: WorkUnit) throws -> Result {
    let axes = try Axes(try plane(surface, unit))
    var measurements = ["length1": axes.length1]
    if surface.other != nil {
      measurements.merge(["length2": axes.length2, "scale": axes.scale, "cosine": axes.cosine]) { _, new in new }
    }
    return .done(measurements: measurements, payload: nil)
  }

  /// A point: `training_loss`, `dev_loss`, `dev_error` (absent where undefined), each with its standard error, `_se`.
  func evaluate(
    _ point: SurfacePoint, of surface: Surface, _ unit: WorkUnit, _ inputs: [Identity: [String: Double]]
  ) throws -> Result {
    let combination =
      switch point {
      case .exact(.theta0): Combination.theta0
      case .exact(.theta1): Combination.theta1
      case .exact(.theta2): Combination.theta2
      case .grid(_, _, let alpha, 0): Combination(alpha: alpha, beta: 0, scale: 1)
      case .grid(_, _, let alpha, let beta):
        Combination(alpha: alpha, beta: beta, scale: try scale(unit, inputs))
      }
    let values = try pointEvaluator(surface.cell, surface.subset).evaluate(combination, of: try plane(surface, unit))
    return .done(measurements: values.measurements, payload: nil)
  }

  private func scale(_ unit: WorkUnit, _ inputs: [Identity: [String: Double]]) throws -> Double {
    // The axes are the last need of a point that has a part of d2.
    guard let axes = unit.needs.last, let scale = inputs[axes]?["scale"] else {
      throw ExperimentError.missingInput(unit: unit.name, what: "the scale of its axes")
    }
    return scale
  }

  /// The evaluator of a task's models on a subset; the last one is kept, as points of a surface follow one another.
  func pointEvaluator(_ cell: Cell, _ subset: Subset) throws -> PointEvaluator {
    let key = EvaluatorKey(
      task: cell.task, subset: subset, maximumLength: cell.recipe.maxLength, trainRows: cell.recipe.trainRows,
      threads: team.count)
    if let evaluator, evaluator.key == key { return evaluator.value }
    evaluator = nil
    let task = try site.task(cell.task)
    let examples = try examples(of: subset, for: cell)
    let value = try PointEvaluator(
      site.model(for: task), task: task, training: examples.training, dev: examples.dev, batchSize: subset.batch,
      team: team)
    evaluator = (key, value)
    return value
  }

  /// The plane of a surface; the last one is kept. Where a unit does not need the other cell, theta1 stands in for theta2.
  func plane(_ surface: Surface, _ unit: WorkUnit) throws -> Plane {
    let cell = try need(0, of: unit)
    let other = unit.needs.count > 1 ? unit.needs[1] : nil
    if let start = surface.start { return try line(from: start, other, to: surface.cell, cell, unit) }
    let key = PlaneKey(cell: cell, other: other, group: surface.group, elsewhere: surface.elsewhere)
    if let plane, plane.key == key { return plane.value }
    let zero = try Checkpoint(
      directory: site.run.theta0(surface.cell.initialisation, seed: surface.cell.initialisationSeed))
    let base = BERTModel(zero.configuration, outputs: nil)
    let theta0 = try zero.parameters(for: base, poolerSeed: 0)
    let (_, theta1) = try finalModel(of: surface.cell, cell, unit: unit)
    var theta2 = theta1
    if let other, let name = surface.other { theta2 = try finalModel(of: name, other, unit: unit).parameters }
    let value = try Plane(
      theta0: theta0, theta1: theta1, theta2: theta2, encoder: base.table.encoder,
      moving: surface.group.map { base.table.ranges(of: $0) },
      rest: surface.elsewhere == .theta0 ? theta0 : theta1)
    plane = (key, value)
    return value
  }

  /// The line between two final models of one task, heads included.
  private func line(
    from start: Cell, _ startID: Identity?, to end: Cell, _ endID: Identity, _ unit: WorkUnit
  ) throws -> Plane {
    guard let startID else { throw ExperimentError.missingInput(unit: unit.name, what: "the cell it starts at") }
    let key = PlaneKey(cell: endID, other: startID, group: nil, elsewhere: .theta1)
    if let plane, plane.key == key { return plane.value }
    let (model, theta0) = try finalModel(of: start, startID, unit: unit)
    let (_, theta1) = try finalModel(of: end, endID, unit: unit)
    let value = try Plane(theta0: theta0, theta1: theta1, theta2: theta1, encoder: 0..<model.table.count)
    plane = (key, value)
    return value
  }
}

extension PointValues {
  /// By name, each with its standard error, `_se`, where there is one.
  var measurements: [String: Double] {
    var measurements: [String: Double] = [:]
    for (name, estimate) in [("training_loss", trainingLoss), ("dev_loss", devLoss), ("dev_error", devError)] {
      measurements[name] = estimate?.value
      measurements[name + "_se"] = estimate?.standardError
    }
    return measurements
  }
}

/// What a plane is fixed by.
struct PlaneKey: Equatable {
  let cell: Identity
  let other: Identity?
  let group: LayerGroup?
  let elsewhere: Surface.Elsewhere
}

/// What a point evaluator is fixed by.
struct EvaluatorKey: Equatable {
  let task: String
  let subset: Subset
  let maximumLength: Int
  let trainRows: Int?
  let threads: Int
}

extension ParameterTable {
  /// The places of a layer group, ascending and apart.
  func ranges(of group: LayerGroup) -> [Range<Int>] {
    entries.reduce(into: []) { ranges, entry in
      let isIn =
        switch entry.group {
        case .embeddings: group.embeddings
        case .layer(let layer): group.layers.contains(layer)
        case .pooler: group.pooler
        case .head: false
        }
      guard isIn else { return }
      if let last = ranges.last, last.upperBound == entry.range.lowerBound {
        ranges[ranges.count - 1] = last.lowerBound..<entry.range.upperBound
      } else {
        ranges.append(entry.range)
      }
    }
  }
}
