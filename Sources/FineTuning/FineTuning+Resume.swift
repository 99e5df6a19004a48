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
    try file.read(&trainer.state, count: trainer.model.table.count, ["history", "epochs"]) { figures in
      try take(history: figures[0], epochs: figures[1])
    }
  }

  private func take(history: [Double], epochs results: [Double]) throws(FineTuningError) {
    let done = history.count / 3
    let perEpoch = trainer.stepsPerEpoch
    guard done <= trainer.steps, results.count == done / perEpoch * epochColumns else {
      throw .stateUnreadable(
        path: folders.state.path, reason: "\(done) steps and \(results.count) epoch figures do not belong together")
    }
    trainer.history = stride(from: 0, to: history.count, by: 3).map {
      StepRecord(loss: history[$0], gradientNorm: history[$0 + 1], learningRate: history[$0 + 2])
    }
    epochs = (0..<done / perEpoch).map { index in
      let row = results[index * epochColumns..<(index + 1) * epochColumns]
      let metrics = zip(task.metrics, row.dropFirst(2)).filter { !$1.isNaN }
      return Epoch(
        number: index + 1, step: (index + 1) * perEpoch, trainingLoss: row[row.startIndex],
        devLoss: row[row.startIndex + 1],
        metrics: Dictionary(uniqueKeysWithValues: metrics.map { ($0.rawValue, $1) }))
    }
  }
}
