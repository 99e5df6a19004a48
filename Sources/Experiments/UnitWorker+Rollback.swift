internal import BERT
internal import FineTuning
internal import GLUE
internal import LinearAlgebra
internal import LossLandscape
internal import Sweep

extension UnitWorker {
  /// A cell's final model with a layer group put back to theta0: `dev_loss`, the task's metrics `dev_NAME` on all dev rows,
  /// and `drop`, how much the main metric fell from the final model's (absent where either is undefined). [METHODS 4]
  func rollBack(
    _ group: LayerGroup, of cell: Cell, _ unit: WorkUnit, _ inputs: [Identity: [String: Double]]
  ) throws -> Result {
    forgetEvaluator()
    let task = try site.task(cell.task)
    let model = site.model(for: task)
    let line = Surface(target: .final(cell), span: .line(from: .initial(cell)), group: group)
    let plane = try plane(line, unit, withSecond: false)
    let parameters = AlignedBuffer<Float>(count: model.table.count)
    plane.place(.theta0, into: parameters.pointer, team: team)
    let head = model.table.head
    (parameters.pointer + head.lowerBound).update(from: plane.first.base + head.lowerBound, count: head.count)

    // As the fine-tuning evaluated its final model, so that nothing but the group makes a difference.
    let dev = try dataset(cell.task, .dev, maximumLength: cell.recipe.maxLength)
    guard let targets = dev.labels else { throw FineTuningError.noLabels }
    let evaluation = try Evaluator(model, dev, batchSize: cell.recipe.batch, team: team).evaluate(parameters.pointer)
    var measurements = ["dev_loss": evaluation.loss]
    for (name, value) in task.scores(predictions: evaluation.predictions, targets: targets) {
      measurements["dev_\(name)"] = value
    }
    let main = "dev_\(task.mainMetric.rawValue)"
    if let before = inputs[try need(0, of: unit)]?[main], let after = measurements[main] {
      measurements["drop"] = before - after
    }
    return .done(measurements: measurements, payload: nil)
  }
}
