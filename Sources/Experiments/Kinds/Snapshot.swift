internal import BERT
internal import LossLandscape
internal import Sweep

extension RunningUnit {
  func visit(_ work: SnapshotWork) throws -> UnitResult {
    let (trajectory, step) = (work.trajectory, work.step)
    let places = inputs.figures(of: work.places, TrajectoryWork.self)
    let isLine = trajectory.other == nil
    guard let scale = isLine ? 1 : places[.scale],
      let alpha = places[isLine ? .haoAlpha(step: step) : .alpha(step: step)],
      let beta = isLine ? 0 : places[.beta(step: step)]
    else { throw missing("where the snapshot lies") }
    let checkpoints = try checkpoints(of: trajectory)
    let table = checkpoints.model.table
    let snapshot = try parameters(of: .snapshot(trajectory.cell, step: step))
    let (theta0, theta1) = (checkpoints.theta0, checkpoints.theta1)
    let own = try Plane(theta0: snapshot, theta1: snapshot, theta2: snapshot, encoder: 0..<table.count)
    let held = try Plane(theta0: snapshot, theta1: theta1, theta2: theta1, encoder: table.encoder)
    let plane = try Plane(
      theta0: theta0, theta1: theta1, theta2: checkpoints.theta2 ?? theta1, encoder: table.encoder)
    let evaluator = try pointEvaluator(trajectory.cell, trajectory.subset)
    var figures = Figures<SnapshotWork.Figure>()
    for (model, values) in [
      (SnapshotWork.Figure.Model.own, try evaluator.evaluate(.theta1, of: own)),
      (.finalHead, try evaluator.evaluate(.theta0, of: held)),
      (.plane, try evaluator.evaluate(Combination(alpha: alpha, beta: beta, scale: scale), of: plane)),
    ] {
      let point = values.figures
      for name in PointWork.Figure.allCases { figures[.init(model, name)] = point[name] }
    }
    return .done(figures)
  }
}

extension FootprintOfWork {
  func visit(_ work: SnapshotWork) throws -> Needed {
    Needed(memory: try point(work.trajectory.cell, work.trajectory.subset))
  }
}
