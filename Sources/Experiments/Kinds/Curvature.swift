internal import BERT
internal import GLUE
internal import LossLandscape
internal import Sweep

extension RunningUnit {
  func visit(_ work: CurvatureWork) throws -> UnitResult {
    let (model, theta1) = try finalModel(of: work.cell)
    let training = try worker.examples(of: work.subset, for: work.cell).training
    let gradient = try SubsetGradient(
      model, training, batchSize: work.subset.batch, recomputing: work.cell.recipe.recompute, team: team)
    let groups = work.group.map { group in Set(model.table.entries.map(\.group).filter { group.has($0) }) }
    let places = gradient.places(of: groups)
    let (loss, norm) = gradient.lossAndNorm(at: theta1, over: places)
    var figures = Figures<CurvatureWork.Figure>()
    (figures[.loss], figures[.gradientNorm]) = (loss, norm)
    let hessian = HessianProduct(at: theta1, encoder: model.table.encoder, places: places, halvings: 10) {
      // Between gradients is where a stop can be asked for.
      if context.shouldStop { throw Interruption() }
      gradient.add($0, to: $1)
    }
    let effort = work.effort
    do {
      if effort.eigenvalues > 0 {
        let found = try HessianEigenvalues(
          hessian, count: effort.eigenvalues, seed: UInt64(effort.seed), maximumSteps: effort.steps, team: team)
        for (index, eigenvalue) in found.eigenvalues.enumerated() {
          figures[.eigenvalue(index + 1)] = eigenvalue.value
          figures[.residual(index + 1)] = eigenvalue.residual
        }
        figures[.converged] = found.isConverged ? 1 : 0
        figures[.steps] = Double(found.steps)
      }
      if effort.probes > 0 {
        let trace = try HessianTrace(hessian, probes: effort.probes, seed: UInt64(effort.seed))
        figures[.trace] = trace.mean
        figures[.traceError] = trace.standardError
      }
    } catch is Interruption { return .interrupted }
    return .done(figures)
  }

  private struct Interruption: Error {}
}

extension FootprintOfWork {
  /// A training workspace, and the vectors of differences, of Lanczos and of a probe: of the parameters that the examples read.
  func visit(_ work: CurvatureWork) throws -> Needed {
    let (cell, recipe) = (work.cell, work.cell.recipe)
    return Needed(
      memory: try once([Work.Kind.curvature, AnyHashable(cell.task), recipe, work.subset, work.effort]) {
        let model = try site.model(of: cell)
        let batches = try worker.examples(of: work.subset, for: cell).training.batches(of: work.subset.batch)
        let workspace = Workspace.bytes(
          model, capacity: BatchShape(fitting: batches), purpose: .training(recomputing: recipe.recompute),
          threads: recipe.threads)
        let read = 4 * Double(model.table.ranges(readBy: batches).reduce(0) { $0 + $1.count })
        return Double(workspace) + 4 * Double(model.table.count) + read * Double(6 + work.effort.steps)
      })
  }
}
