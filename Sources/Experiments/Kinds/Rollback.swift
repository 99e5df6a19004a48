internal import BERT
internal import FineTuning
internal import GLUE
internal import LinearAlgebra
internal import LossLandscape
internal import Sweep

extension RunningUnit {
  func visit(_ work: RollbackWork) throws -> UnitResult {
    let cell = work.cell
    let task = try site.task(cell.task)
    let model = site.model(for: task)
    let line = Surface(target: .final(cell), span: .line(from: .initial(cell)), group: work.group)
    let plane = try plane(line, axes: nil, withSecond: false)
    let parameters = AlignedBuffer<Float>(count: model.table.count)
    plane.place(.theta0, into: parameters.pointer, team: team)
    let head = model.table.head
    (parameters.pointer + head.lowerBound).update(from: plane.first.base + head.lowerBound, count: head.count)

    // As the fine-tuning evaluated its final model, so that nothing but the group makes a difference.
    let dev = try worker.dataset(cell.task, .dev, maximumLength: cell.recipe.maxLength)
    guard let targets = dev.labels else { throw FineTuningError.noLabels }
    let evaluation = try Evaluator(model, dev, batchSize: cell.recipe.batch, team: team).evaluate(parameters.pointer)
    var figures = Figures<RollbackWork.Figure>()
    figures[.devLoss] = evaluation.loss
    for (name, value) in task.scores(predictions: evaluation.predictions, targets: targets) {
      figures[.dev(metric: name)] = value
    }
    let main = task.mainMetric.rawValue
    let before = inputs.figures(of: cell.id, FineTuningWork.self)[.dev(metric: main)]
    if let before, let after = figures[.dev(metric: main)] { figures[.drop] = before - after }
    return .done(figures)
  }
}

extension FootprintOfWork {
  func visit(_ work: RollbackWork) throws -> Needed {
    let (cell, recipe) = (work.cell, work.cell.recipe)
    return Needed(
      memory: try once([Work.Kind.rollback, AnyHashable(cell.task), recipe]) {
        let model = try site.model(of: cell)
        let dev = try worker.dataset(cell.task, .dev, maximumLength: recipe.maxLength).batches(of: recipe.batch)
        let workspace = Workspace.bytes(
          model, capacity: BatchShape(fitting: dev), purpose: .inference, threads: recipe.threads)
        return Double(workspace) + 4 * Double(model.table.count)
      })
  }
}
