internal import BERT
internal import Foundation
internal import GLUE
internal import LinearAlgebra
internal import LossLandscape
internal import Sweep
internal import TensorFiles

extension RunningUnit {
  func visit(_ work: PointWork) throws -> UnitResult {
    let surface = work.surface.value
    let evaluator = try pointEvaluator(surface.cell, surface.subset)
    let values: PointValues
    switch (work.point, surface.span) {
    case (.grid(_, _, let alpha, let beta), .line), (.grid(_, _, let alpha, let beta), .plane):
      guard let scale = beta == 0 ? 1 : inputs.figures(of: work.axes, AxesWork.self)[.scale] else {
        throw missing("the scale of its axes")
      }
      values = try evaluator.evaluate(
        Combination(alpha: alpha, beta: beta, scale: scale),
        of: try plane(surface, axes: work.axes, withSecond: beta != 0))
    case (.grid(_, _, let alpha, let beta), .random), (.grid(_, _, let alpha, let beta), .trajectory):
      values = try evaluator.evaluate(
        Combination(stepping: alpha, and: beta), of: try plane(surface, axes: work.axes, withSecond: true))
    case (.exact(let exact), .line), (.exact(let exact), .plane):
      let combination: Combination =
        switch exact {
        case .theta0: .theta0
        case .theta1: .theta1
        case .theta2: .theta2
        }
      values = try evaluator.evaluate(
        combination, of: try plane(surface, axes: work.axes, withSecond: exact == .theta2))
    case (.exact, .random), (.exact, .trajectory):
      // Where the directions start; they need not be there yet.
      let target = try parameters(of: surface.target)
      let alone = try Plane(
        theta0: target, theta1: target, theta2: target, encoder: site.model(of: surface.cell).table.encoder)
      values = try evaluator.evaluate(.theta1, of: alone)
    }
    return .done(values.figures)
  }

  /// The evaluator of a task's models on a subset; the last one is kept, as points of a surface follow one another.
  func pointEvaluator(_ cell: Cell, _ subset: Subset) throws -> PointEvaluator {
    let key = EvaluatorKey(
      task: cell.task, subset: subset, maximumLength: cell.recipe.maxLength, trainRows: cell.recipe.trainRows,
      threads: team.count)
    if let evaluator = worker.evaluator, evaluator.key == key { return evaluator.value }
    worker.evaluator = nil
    let task = try site.task(cell.task)
    let examples = try worker.examples(of: subset, for: cell)
    let value = try PointEvaluator(
      site.model(for: task), task: task, training: examples.training, dev: examples.dev, batchSize: subset.batch,
      team: team)
    worker.evaluator = (key, value)
    return value
  }

  /// The plane of a surface; the last one is kept. Where d2 has no part theta1 stands in for theta2, whose cell the unit
  /// does not need.
  ///
  /// - Parameter axes: the unit that made the directions; nil where they are differences of models.
  func plane(_ surface: Surface, axes: Identity?, withSecond: Bool) throws -> Plane {
    let key = PlaneKey(
      axes: axes, target: surface.target, span: surface.span, group: surface.group, elsewhere: surface.elsewhere,
      withSecond: withSecond)
    if let plane = worker.plane, plane.key == key { return plane.value }
    let table = try site.model(of: surface.cell).table
    let target = try parameters(of: surface.target)
    let value: Plane
    switch surface.span {
    case .line, .plane:
      let from = try parameters(of: surface.origin)
      let other = try withSecond ? surface.other.map { try parameters(of: $0) } : nil
      value = try Plane(
        theta0: from, theta1: target, theta2: other ?? target,
        encoder: surface.movesHead ? 0..<table.count : table.encoder,
        moving: surface.movesHead ? nil : moving(surface), rest: surface.elsewhere == .theta0 ? from : target)
    case .random, .trajectory:
      guard let axes else { throw missing("its axes") }
      let first = try direction(1, of: surface, axes: axes)
      value = try Plane(
        from: target, along: (first, surface.isCurve ? first : try direction(2, of: surface, axes: axes)),
        encoder: table.encoder, moving: moving(surface))
    }
    worker.plane = (key, value)
    return value
  }
}

extension PointValues {
  /// Values with their standard errors, where there are some.
  var figures: Figures<PointWork.Figure> {
    var figures = Figures<PointWork.Figure>()
    (figures[.trainingLoss], figures[.trainingLossError]) = (trainingLoss.value, trainingLoss.standardError)
    (figures[.devLoss], figures[.devLossError]) = (devLoss.value, devLoss.standardError)
    (figures[.devError], figures[.devErrorError]) = (devError?.value, devError?.standardError)
    return figures
  }
}

/// What a plane is fixed by.
struct PlaneKey: Equatable {
  let axes: Identity?
  let target: ModelState
  let span: Surface.Span
  let group: LayerGroup?
  let elsewhere: Surface.Elsewhere
  let withSecond: Bool
}

/// What a point evaluator is fixed by.
struct EvaluatorKey: Hashable {
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

extension FootprintOfWork {
  func visit(_ work: PointWork) throws -> Needed {
    // Its points have one size.
    Needed(
      memory: try once(ObjectIdentifier(work.surface)) {
        try point(work.surface.value.cell, work.surface.value.subset)
      })
  }

  func point(_ cell: Cell, _ subset: Subset) throws -> Double {
    let key = EvaluatorKey(
      task: cell.task, subset: subset, maximumLength: cell.recipe.maxLength, trainRows: cell.recipe.trainRows,
      threads: cell.recipe.threads)
    return try once(key) {
      let model = try site.model(of: cell)
      let examples = try worker.examples(of: subset, for: cell)
      let batches = examples.training.batches(of: subset.batch) + examples.dev.batches(of: subset.batch)
      let workspace = Workspace.bytes(
        model, capacity: BatchShape(fitting: batches), purpose: .inference, threads: cell.recipe.threads)
      return Double(workspace) + 4 * Double(model.table.ranges(readBy: batches).reduce(0) { $0 + $1.count })
    }
  }
}
