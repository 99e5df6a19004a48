internal import BERT
internal import FineTuning
internal import Foundation
internal import LossLandscape
internal import Sweep
internal import TensorFiles

extension UnitWorker {
  /// Where the snapshots of a cell lie: for the snapshot after N steps `hao_alpha.N` and `hao_beta.N`; with theta2 its
  /// coordinates `alpha.N`, `beta.N` on the plane, and `residual.N`; from three snapshots on its principal coordinates
  /// `pc1.N`, `pc2.N` in units of |d1|, and `explained.1`, `explained.2` ... of the components. [METHODS 3]
  func measure(_ work: TrajectoryWork, _ unit: WorkUnit) throws -> Result {
    forgetEvaluator()
    let checkpoints = try checkpoints(of: work, unit)
    let encoder = checkpoints.model.table.encoder
    let trajectory = try Trajectory(
      theta0: checkpoints.theta0, theta1: checkpoints.theta1, theta2: checkpoints.theta2, encoder: encoder)
    var measurements = ["length1": trajectory.length1]
    measurements["scale"] = trajectory.scale
    let steps = snapshotSteps(of: work.cell)
    for step in steps {
      let point = try trajectory.point(of: try snapshot(step, of: work.cell, unit))
      measurements["hao_alpha.\(step)"] = point.alpha
      measurements["hao_beta.\(step)"] = point.beta
      measurements["alpha.\(step)"] = point.projection?.alpha
      measurements["beta.\(step)"] = point.projection?.beta
      measurements["residual.\(step)"] = point.projection?.residual
    }
    guard steps.count >= 3 else { return .done(measurements: measurements, payload: nil) }
    let principal = try PrincipalTrajectory(count: steps.count, encoder: encoder) {
      try snapshot(steps[$0], of: work.cell, unit)
    }
    for (index, share) in principal.explainedVariance.enumerated() { measurements["explained.\(index + 1)"] = share }
    for (index, direction) in principal.directions.enumerated() {
      for (step, coordinate) in zip(steps, direction.coordinates) {
        measurements["pc\(index + 1).\(step)"] = coordinate / trajectory.length1
      }
    }
    return .done(measurements: measurements, payload: nil)
  }

  /// A snapshot's losses: `own.` with the head it had, `theta1_head.` with the final head, and `plane.` of the point of the
  /// plane (without theta2: of the line) where it lies.
  func evaluate(
    _ step: Int, of work: TrajectoryWork, _ unit: WorkUnit, _ inputs: [Identity: [String: Double]]
  ) throws -> Result {
    guard let place = unit.needs.last.flatMap({ inputs[$0] }), let scale = work.other == nil ? 1 : place["scale"],
      let alpha = place[work.other == nil ? "hao_alpha.\(step)" : "alpha.\(step)"],
      let beta = work.other == nil ? 0 : place["beta.\(step)"]
    else { throw ExperimentError.missingInput(unit: unit.name, what: "where the snapshot lies") }
    let checkpoints = try checkpoints(of: work, unit)
    let table = checkpoints.model.table
    let snapshot = try snapshot(step, of: work.cell, unit)
    let (theta0, theta1) = (checkpoints.theta0, checkpoints.theta1)
    let own = try Plane(theta0: snapshot, theta1: snapshot, theta2: snapshot, encoder: 0..<table.count)
    let held = try Plane(theta0: snapshot, theta1: theta1, theta2: theta1, encoder: table.encoder)
    let plane = try Plane(
      theta0: theta0, theta1: theta1, theta2: checkpoints.theta2 ?? theta1, encoder: table.encoder)
    let evaluator = try pointEvaluator(work.cell, work.subset)
    var measurements: [String: Double] = [:]
    for (name, values) in [
      ("own", try evaluator.evaluate(.theta1, of: own)), ("theta1_head", try evaluator.evaluate(.theta0, of: held)),
      ("plane", try evaluator.evaluate(Combination(alpha: alpha, beta: beta, scale: scale), of: plane)),
    ] {
      for (measurement, value) in values.measurements { measurements["\(name).\(measurement)"] = value }
    }
    return .done(measurements: measurements, payload: nil)
  }

  private struct Checkpoints {
    let model: BERTModel
    let theta0: Parameters
    let theta1: Parameters
    let theta2: Parameters?
  }

  private func checkpoints(of work: TrajectoryWork, _ unit: WorkUnit) throws -> Checkpoints {
    let cells = [work.cell] + [work.other].compactMap(\.self)
    return Checkpoints(
      model: try site.model(of: work.cell), theta0: try parameters(of: .initial(work.cell), cells: cells, unit),
      theta1: try parameters(of: .final(work.cell), cells: cells, unit),
      theta2: try work.other.map { try parameters(of: .final($0), cells: cells, unit) })
  }

  func snapshotSteps(of cell: Cell) -> [Int] {
    cell.recipe.snapshotSteps(examples: cell.recipe.trainRows ?? 0)
  }

  /// The parameters of a cell after some steps, mapped.
  private func snapshot(_ step: Int, of cell: Cell, _ unit: WorkUnit) throws -> Parameters {
    try parameters(of: .snapshot(cell, step: step), cells: [cell], unit)
  }
}
