internal import BERT
internal import Foundation
internal import LossLandscape
internal import Sweep
internal import TensorFiles

extension RunningUnit {
  /// [METHODS 3]
  func visit(_ work: TrajectoryWork) throws -> UnitResult {
    let checkpoints = try checkpoints(of: work)
    let encoder = checkpoints.model.table.encoder
    let trajectory = try Trajectory(
      theta0: checkpoints.theta0, theta1: checkpoints.theta1, theta2: checkpoints.theta2, encoder: encoder)
    var figures = Figures<TrajectoryWork.Figure>()
    (figures[.length1], figures[.scale]) = (trajectory.length1, trajectory.scale)
    let steps = work.cell.snapshotSteps
    func snapshot(_ index: Int) throws -> Parameters { try parameters(of: .snapshot(work.cell, step: steps[index])) }
    for (index, step) in steps.enumerated() {
      let point = try trajectory.point(of: try snapshot(index))
      (figures[.haoAlpha(step: step)], figures[.haoBeta(step: step)]) = (point.alpha, point.beta)
      figures[.alpha(step: step)] = point.projection?.alpha
      figures[.beta(step: step)] = point.projection?.beta
      figures[.residual(step: step)] = point.projection?.residual
    }
    guard steps.count >= 3 else { return .done(figures) }
    let principal = try PrincipalTrajectory(count: steps.count, encoder: encoder, snapshot: snapshot)
    for (index, share) in principal.explainedVariance.enumerated() { figures[.explained(index + 1)] = share }
    for (index, direction) in principal.directions.enumerated() {
      for (step, coordinate) in zip(steps, direction.coordinates) {
        figures[.principal(index + 1, step: step)] = coordinate / trajectory.length1
      }
    }
    return .done(figures)
  }

  /// The models at the ends of a trajectory, mapped.
  func checkpoints(
    of work: TrajectoryWork
  ) throws -> (model: BERTModel, theta0: Parameters, theta1: Parameters, theta2: Parameters?) {
    (
      try site.model(of: work.cell), try parameters(of: .initial(work.cell)), try parameters(of: .final(work.cell)),
      try work.other.map { try parameters(of: .final($0)) }
    )
  }
}

extension FootprintOfWork {
  /// Mapped files alone.
  func visit(_ work: TrajectoryWork) -> Needed { Needed() }
}
