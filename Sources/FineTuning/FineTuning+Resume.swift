internal import BERT
internal import Foundation
internal import GLUE

extension FineTuning {
  private var file: StateFile { StateFile(url: folders.state, identity: identity) }

  /// Columns of an epoch's row: training loss, dev loss, then the task's metrics, NaN where undefined.
  private var epochColumns: Int { 2 + task.metrics.count }

  /// Writes all that the rest of the run depends on.
  func save() throws {
    let history = trainer.history.flatMap { [$0.loss, $0.gradientNorm, $0.learningRate] }
    let results = epochs.flatMap { epoch in
      [epoch.trainingLoss, epoch.devLoss] + task.metrics.map { epoch.metrics[$0.rawValue] ?? .nan }
    }
    try file.write(
      trainer.state,
      [
        .init(name: "history", columns: 3, numbers: history),
        .init(name: "epochs", columns: epochColumns, numbers: results),
      ])
  }

  /// Takes up the run where ``save()`` left it.
  func resume() throws {
    let tables = [(name: "history", columns: 3), (name: "epochs", columns: epochColumns)]
    try file.read(&trainer.state, count: trainer.model.table.count, tables) { rows throws(StateFile.Damage) in
      try take(history: rows[0], epochs: rows[1])
    }
  }

  private func take(
    history: [ArraySlice<Double>], epochs results: [ArraySlice<Double>]
  ) throws(StateFile.Damage) {
    let (steps, perEpoch) = (trainer.steps, trainer.order.stepsPerPass)
    guard history.count <= steps, results.count == history.count / perEpoch else {
      throw .init(
        "\(history.count) steps and \(results.count) epochs are done, at most \(steps) steps are expected, and an epoch "
          + "every \(perEpoch)")
    }
    trainer.history = history.map {
      StepRecord(loss: $0[$0.startIndex], gradientNorm: $0[$0.startIndex + 1], learningRate: $0[$0.startIndex + 2])
    }
    for (step, record) in trainer.history.enumerated() {
      try StateFile.check(
        step: step, figures: [record.loss, record.gradientNorm], rate: record.learningRate,
        expected: trainer.plan.schedule.rate(step: step, of: steps))
    }
    epochs = results.enumerated().map { index, row in
      let metrics = zip(task.metrics, row.dropFirst(2)).filter { !$1.isNaN }
      return Epoch(
        number: index + 1, step: (index + 1) * perEpoch, trainingLoss: row[row.startIndex],
        devLoss: row[row.startIndex + 1],
        metrics: Dictionary(uniqueKeysWithValues: metrics.map { ($0.rawValue, $1) }))
    }
    for epoch in epochs where epoch.trainingLoss != trainer.loss(ofEpoch: epoch.number - 1) {
      throw .init("epoch \(epoch.number) has the training loss \(epoch.trainingLoss), which is not that of its steps")
    }
  }
}
