internal import BERT
internal import LossLandscape
internal import Sweep

extension UnitWorker {
  /// The Hessian of a final model's training loss: `eigenvalue.K`, K = 1 the greatest, with `residual.K`; `converged`, 1 or 0,
  /// and `steps` of Lanczos; `trace` with `trace_se`; `loss`, the training loss itself, and `gradient_norm`, as a Hessian
  /// tells of a valley only where the gradient is small. [METHODS 4]
  func measureCurvature(_ work: CurvatureWork, _ unit: WorkUnit, _ context: Context) throws -> Result {
    forgetEvaluator()
    let (model, theta1) = try finalModel(of: work.cell, try need(0, of: unit), unit: unit)
    let training = try examples(of: work.subset, for: work.cell).training
    let gradient = try SubsetGradient(
      model, training, batchSize: work.subset.batch, recomputing: work.cell.recipe.recompute, team: team)
    let groups = work.group.map { group in Set(model.table.entries.map(\.group).filter { group.has($0) }) }
    let places = gradient.places(of: groups)
    let (loss, norm) = gradient.lossAndNorm(at: theta1, over: places)
    var measurements = ["loss": loss, "gradient_norm": norm]
    let hessian = HessianProduct(at: theta1, encoder: model.table.encoder, places: places, halvings: 10) {
      // Between gradients is where a stop can be asked for.
      if context.shouldStop() { throw Interruption() }
      gradient.add($0, to: $1)
    }
    let effort = work.effort
    do {
      if effort.eigenvalues > 0 {
        let found = try HessianEigenvalues(
          hessian, count: effort.eigenvalues, seed: UInt64(effort.seed), maximumSteps: effort.steps, team: team)
        for (index, eigenvalue) in found.eigenvalues.enumerated() {
          measurements["eigenvalue.\(index + 1)"] = eigenvalue.value
          measurements["residual.\(index + 1)"] = eigenvalue.residual
        }
        measurements["converged"] = found.isConverged ? 1 : 0
        measurements["steps"] = Double(found.steps)
      }
      if effort.probes > 0 {
        let trace = try HessianTrace(hessian, probes: effort.probes, seed: UInt64(effort.seed))
        measurements["trace"] = trace.mean
        measurements["trace_se"] = trace.standardError
      }
    } catch is Interruption { return .interrupted }
    return .done(measurements: measurements, payload: nil)
  }

  private struct Interruption: Error {}
}
