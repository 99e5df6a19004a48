internal import BERT
internal import Foundation
internal import LinearAlgebra
internal import LossLandscape
internal import POSIX
internal import Sweep
internal import TensorFiles

extension RunningUnit {
  /// Directions that are not differences of models are written for the points.
  func visit(_ work: AxesWork) throws -> UnitResult {
    let surface = work.surface.value
    var figures = Figures<AxesWork.Figure>()
    let axes: Axes
    switch surface.span {
    case .line, .plane: axes = try Axes(try plane(surface, axes: unit.id, withSecond: true))
    case .random(let random):
      (worker.evaluator, worker.plane) = (nil, nil)
      let directions = try draw(random, of: surface)
      axes = try Axes((directions[0], directions[directions.count - 1]), over: moving(surface))
    case .trajectory:
      (worker.evaluator, worker.plane) = (nil, nil)
      let (directions, explained) = try principalDirections(of: surface)
      axes = try Axes((directions[0], directions[1]), over: moving(surface))
      (figures[.explained1], figures[.explained2]) = (explained[0], explained[1])
    }
    figures[.length1] = axes.length1
    if !surface.isCurve { (figures[.length2], figures[.cosine]) = (axes.length2, axes.cosine) }
    if surface.other != nil { figures[.scale] = axes.scale }
    return .done(figures)
  }

  /// The places that move.
  func moving(_ surface: Surface) throws -> [Range<Int>] {
    let table = try site.model(of: surface.cell).table
    return surface.group.map { table.ranges(of: $0) } ?? [table.encoder]
  }

  func direction(_ number: Int, of surface: Surface, axes: Identity) throws -> Parameters {
    let url = site.run.direction(number, of: surface, axes: axes)
    guard let direction = Parameters(try SafetensorsFile(url), of: site.encoder) else {
      throw missing("a direction in \(url.path)")
    }
    return direction
  }

  private func write(_ direction: AlignedBuffer<Float>, _ number: Int, of surface: Surface) throws {
    let url = site.run.direction(number, of: surface, axes: unit.id)
    try System.makeFolder(url.deletingLastPathComponent().path)
    try site.encoder.write(direction.pointer, to: url)
  }

  /// Random directions at the scale of theta1's weights.
  private func draw(_ random: RandomSpan, of surface: Surface) throws -> [Parameters] {
    let encoder = site.encoder
    let weights = try parameters(of: surface.target)
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
    for (index, direction) in directions.enumerated() { try write(direction, index + 1, of: surface) }
    return directions.map { Parameters($0) }
  }

  /// The first two principal directions of the cell's snapshots, each of d1's length.
  private func principalDirections(
    of surface: Surface
  ) throws -> (directions: [Parameters], explained: [Double]) {
    let encoder = site.encoder
    let steps = surface.cell.snapshotSteps
    let snapshot = { index in
      try self.parameters(of: .snapshot(surface.cell, step: steps[index]))
    }
    let principal = try PrincipalTrajectory(count: steps.count, encoder: encoder.table.encoder, snapshot: snapshot)
    let length = try Trajectory(
      theta0: try snapshot(0), theta1: try snapshot(steps.count - 1), encoder: encoder.table.encoder
    ).length1
    let directions = try (0..<2).map { index in
      let direction = AlignedBuffer<Float>(count: encoder.table.count)
      try principal.write(
        index, length: length, into: direction.pointer, encoder: encoder.table.encoder, snapshot: snapshot)
      try write(direction, index + 1, of: surface)
      return Parameters(direction)
    }
    return (directions, principal.explainedVariance)
  }
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

extension FootprintOfWork {
  /// Directions that are made: in memory, then as files.
  func visit(_ work: AxesWork) -> Needed {
    let surface = work.surface.value
    guard !surface.isAlongModels else { return Needed() }
    return Needed(memory: 2 * vector, disk: vector * (surface.isCurve ? 1 : 2))
  }
}
