internal import BERT
internal import LinearAlgebra
internal import LossLandscape
internal import Sweep

extension UnitWorker {
  /// The axes of a surface: `length1`, `length2`, `scale`, `cosine`.
  func measureAxes(_ surface: Surface, _ unit: WorkUnit) throws -> Result {
    let axes = try Axes(try plane(surface, unit))
    return .done(
      measurements: [
        "length1": axes.length1, "length2": axes.length2, "scale": axes.scale, "cosine": axes.cosine,
      ],
      payload: nil)
  }

  /// A point of a surface: `training_loss`, `dev_loss`, `dev_error` (absent where undefined).
  func evaluate(
    _ point: SurfacePoint, of surface: Surface, _ unit: WorkUnit, _ inputs: [Identity: [String: Double]]
  ) throws -> Result {
    let combination =
      switch point {
      case .exact(.theta0): Combination.theta0
      case .exact(.theta1): Combination.theta1
      case .exact(.theta2): Combination.theta2
      case .grid(_, _, let alpha, let beta):
        Combination(alpha: alpha, beta: beta, scale: try scale(unit, inputs))
      }
    let values = try pointEvaluator(surface, unit).evaluate(combination)
    var measurements = ["training_loss": values.trainingLoss, "dev_loss": values.devLoss]
    measurements["dev_error"] = values.devError
    return .done(measurements: measurements, payload: nil)
  }

  private func scale(_ unit: WorkUnit, _ inputs: [Identity: [String: Double]]) throws -> Double {
    guard let scale = inputs[try need(2, of: unit)]?["scale"] else {
      throw ExperimentError.missingInput(unit: unit.name, what: "the scale of its axes")
    }
    return scale
  }
}
