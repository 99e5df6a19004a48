internal import BERT
internal import Foundation
internal import LinearAlgebra
internal import LossLandscape
internal import POSIX
internal import Sweep
internal import TensorFiles

extension UnitWorker {
  /// The axes of a curve or surface: `length1`; of a surface `length2` and `cosine`; of a plane through models `scale`.
  /// Directions that are no differences of models are written for the points; of a trajectory `explained.1` and
  /// `explained.2`, the shares of variance along them.
  func measureAxes(_ surface: Surface, _ unit: WorkUnit) throws -> Result {
    var measurements: [String: Double] = [:]
    let axes: Axes
    switch surface.span {
    case .line, .plane: axes = try Axes(try plane(surface, unit, withSecond: true))
    case .random(let random):
      forgetEvaluator()
      let directions = try draw(random, of: surface, unit)
      axes = try Axes((directions[0], directions[directions.count - 1]), over: moving(surface))
    case .trajectory:
      forgetEvaluator()
      let (directions, explained) = try principalDirections(of: surface, unit)
      axes = try Axes((directions[0], directions[1]), over: moving(surface))
      (measurements["explained.1"], measurements["explained.2"]) = (explained[0], explained[1])
    }
    measurements["length1"] = axes.length1
    if !surface.isCurve { (measurements["length2"], measurements["cosine"]) = (axes.length2, axes.cosine) }
    if surface.other != nil { measurements["scale"] = axes.scale }
    return .done(measurements: measurements, payload: nil)
  }

  /// A point: `training_loss`, `dev_loss`, `dev_error` (absent where undefined), each with its standard error, `_se`.
  func evaluate(
    _ point: SurfacePoint, of surface: Surface, _ unit: WorkUnit, _ inputs: [Identity: [String: Double]]
  ) throws -> Result {
    let evaluator = try pointEvaluator(surface.cell, surface.subset)
    let values: PointValues
    switch (point, surface.span) {
    case (.grid(_, _, let alpha, let beta), .line), (.grid(_, _, let alpha, let beta), .plane):
      let scale = beta == 0 ? 1 : try scale(unit, inputs)
      values = try evaluator.evaluate(
        Combination(alpha: alpha, beta: beta, scale: scale), of: try plane(surface, unit, withSecond: beta != 0))
    case (.grid(_, _, let alpha, let beta), .random), (.grid(_, _, let alpha, let beta), .trajectory):
      values = try evaluator.evaluate(
        Combination(stepping: alpha, and: beta), of: try plane(surface, unit, withSecond: true))
    case (.exact(let exact), .line), (.exact(let exact), .plane):
      let combination: Combination =
        switch exact {
        case .theta0: .theta0
        case .theta1: .theta1
        case .theta2: .theta2
        }
      values = try evaluator.evaluate(combination, of: try plane(surface, unit, withSecond: exact == .theta2))
    case (.exact, .random), (.exact, .trajectory):
      // Where the directions start; they need not be there yet.
      let target = try parameters(of: surface.target, surface, unit)
      let alone = try Plane(
        theta0: target, theta1: target, theta2: target, encoder: site.model(of: surface.cell).table.encoder)
      values = try evaluator.evaluate(.theta1, of: alone)
    }
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

  /// The plane of a surface; the last one is kept. Where d2 has no part theta1 stands in for theta2, whose cell the unit
  /// does not need.
  func plane(_ surface: Surface, _ unit: WorkUnit, withSecond: Bool) throws -> Plane {
    let key = PlaneKey(
      needs: unit.needs, target: surface.target, span: surface.span, group: surface.group, elsewhere: surface.elsewhere,
      withSecond: withSecond)
    if let plane, plane.key == key { return plane.value }
    let table = try site.model(of: surface.cell).table
    let target = try parameters(of: surface.target, surface, unit)
    let value: Plane
    switch surface.span {
    case .line, .plane:
      let from = try parameters(of: surface.origin, surface, unit)
      let other = try withSecond ? surface.other.map { try parameters(of: $0, surface, unit) } : nil
      value = try Plane(
        theta0: from, theta1: target, theta2: other ?? target,
        encoder: surface.movesHead ? 0..<table.count : table.encoder,
        moving: surface.movesHead ? nil : moving(surface), rest: surface.elsewhere == .theta0 ? from : target)
    case .random, .trajectory:
      guard let axes = unit.needs.last else {
        throw ExperimentError.missingInput(unit: unit.name, what: "its axes")
      }
      let first = try direction(1, of: surface, axes: axes, unit)
      value = try Plane(
        from: target, along: (first, surface.isCurve ? first : try direction(2, of: surface, axes: axes, unit)),
        encoder: table.encoder, moving: moving(surface))
    }
    plane = (key, value)
    return value
  }

  /// The places that move.
  private func moving(_ surface: Surface) throws -> [Range<Int>] {
    let table = try site.model(of: surface.cell).table
    return surface.group.map { table.ranges(of: $0) } ?? [table.encoder]
  }

  private func parameters(of model: ModelState, _ surface: Surface, _ unit: WorkUnit) throws -> Parameters {
    try parameters(of: model, cells: surface.cells.all, unit)
  }
}

// Directions that are no differences of models: made once, by the unit of the axes, and mapped by all ranks.
extension UnitWorker {
  private func direction(_ number: Int, of surface: Surface, axes: Identity, _ unit: WorkUnit) throws -> Parameters {
    let url = site.run.direction(number, of: surface, axes: axes)
    guard let direction = Parameters(try SafetensorsFile(url), of: site.encoder) else {
      throw ExperimentError.missingInput(unit: unit.name, what: "a direction in \(url.path)")
    }
    return direction
  }

  private func write(_ direction: AlignedBuffer<Float>, _ number: Int, of surface: Surface, _ unit: WorkUnit) throws {
    let url = site.run.direction(number, of: surface, axes: unit.id)
    try System.makeFolder(url.deletingLastPathComponent().path)
    try site.encoder.write(direction.pointer, to: url)
  }

  /// Random directions at the scale of theta1's weights.
  private func draw(_ random: RandomSpan, of surface: Surface, _ unit: WorkUnit) throws -> [Parameters] {
    let encoder = site.encoder
    let weights = try parameters(of: surface.target, surface, unit)
    var directions: [AlignedBuffer<Float>] = []
    for index in random.index..<random.index + (random.isPlane ? 2 : 1) {
      let direction = AlignedBuffer<Float>(count: encoder.table.count)
      try RandomDirection(
        seed: UInt64(random.seed), index: UInt32(index),
        normalisation: RandomDirection.Normalisation(random.normalisation),
        includesVectors: random.includesVectors
      ).write(encoder.table, like: weights.base, into: direction.pointer, team: team)
      // What does not move has no part in whether two directions are at right angles.
      var next = 0
      for range in try moving(surface) + [encoder.table.count..<encoder.table.count] {
        (direction.pointer + next).update(repeating: 0, count: range.lowerBound - next)
        next = range.upperBound
      }
      if let first = directions.first {
        try RandomDirection.orthogonalise(direction.pointer, against: first.pointer, count: encoder.table.encoder.count)
      }
      directions.append(direction)
    }
    for (index, direction) in directions.enumerated() { try write(direction, index + 1, of: surface, unit) }
    return directions.map { Parameters($0) }
  }

  /// The first two principal directions of the cell's snapshots, each of d1's length.
  private func principalDirections(
    of surface: Surface, _ unit: WorkUnit
  ) throws -> (directions: [Parameters], explained: [Double]) {
    let encoder = site.encoder
    let steps = snapshotSteps(of: surface.cell)
    let snapshot = { index in
      try self.parameters(of: .snapshot(surface.cell, step: steps[index]), cells: surface.cells.all, unit)
    }
    let principal = try PrincipalTrajectory(count: steps.count, encoder: encoder.table.encoder, snapshot: snapshot)
    let length = try Trajectory(
      theta0: try snapshot(0), theta1: try snapshot(steps.count - 1), encoder: encoder.table.encoder
    ).length1
    let directions = try (0..<2).map { index in
      let direction = AlignedBuffer<Float>(count: encoder.table.count)
      try principal.write(
        index, length: length, into: direction.pointer, encoder: encoder.table.encoder, snapshot: snapshot)
      try write(direction, index + 1, of: surface, unit)
      return Parameters(direction)
    }
    return (directions, principal.explainedVariance)
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
  let needs: [Identity]
  let target: ModelState
  let span: Surface.Span
  let group: LayerGroup?
  let elsewhere: Surface.Elsewhere
  let withSecond: Bool
}

/// What a point evaluator is fixed by.
struct EvaluatorKey: Equatable {
  let task: String
  let subset: Subset
  let maximumLength: Int
  let trainRows: Int?
  let threads: Int
}

extension RandomDirection.Normalisation {
  /// As a sweep file asks for it.
  init(_ normalisation: RandomSpan.Normalisation) {
    self =
      switch normalisation {
      case .filter: .filter
      case .layer: .layer
      case .whole: .whole
      }
  }
}

extension ParameterTable {
  /// The places of a layer group, ascending and apart.
  func ranges(of group: LayerGroup) -> [Range<Int>] {
    entries.reduce(into: []) { ranges, entry in
      guard group.has(entry.group) else { return }
      if let last = ranges.last, last.upperBound == entry.range.lowerBound {
        ranges[ranges.count - 1] = last.lowerBound..<entry.range.upperBound
      } else {
        ranges.append(entry.range)
      }
    }
  }
}

extension LayerGroup {
  /// Whether a part of the model belongs to it.
  func has(_ part: ParameterTable.Group) -> Bool {
    switch part {
    case .embeddings: embeddings
    case .layer(let layer): layers.contains(layer)
    case .pooler: pooler
    case .head: false
    }
  }
}
