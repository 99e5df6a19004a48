internal import GLUE
internal import Sweep

// Long fine-tunings: does the dev set suffer while the training loss still falls? [LL; METHODS 4, claim 2]
extension RunResults {
  /// A dev figure of a fine-tuning over time: lower is better.
  struct Overfitting {
    /// `dev_loss`, or `dev_error`: 1 - the task's main metric.
    let figure: String
    /// The figure after each epoch.
    let epochs: [Double]
    /// The mean of the second quarter of the epochs.
    let early: Double
    /// The mean of the last quarter.
    let late: Double

    /// The epoch of the lowest figure, from 1: the first such one.
    var best: Int { epochs.indices.reduce(0) { epochs[$1] < epochs[$0] ? $1 : $0 } + 1 }
  }

  /// Quarters of fewer epochs say nothing.
  static let longRun = 8

  /// Both figures of a cell of at least 8 epochs; none for a shorter one, or one that is not done.
  func overfitting(_ cell: Cell) throws -> [Overfitting] {
    let values = figures(cell.id, FineTuningWork.self)
    let count = cell.recipe.epochs
    guard count >= Self.longRun, !values.record.names.isEmpty else { return [] }
    let metric = try mainMetric(of: cell)
    let losses = (1...count).compactMap { values[.epoch($0, .devLoss)] }
    let errors = (1...count).compactMap { values[.epoch($0, .dev(metric: metric))].map { 1 - $0 } }
    return [("dev_loss", losses), ("dev_error", errors)].compactMap { figure, epochs in
      guard epochs.count == count else { return nil }
      func mean(_ part: Range<Int>) -> Double { epochs[part].reduce(0, +) / Double(part.count) }
      return Overfitting(
        figure: figure, epochs: epochs, early: mean(count / 4..<count / 2), late: mean(count - count / 4..<count))
    }
  }

  /// The metric that a cell's task is judged by.
  func mainMetric(of cell: Cell) throws -> String {
    guard let entry = sweep.tasks.first(where: { $0.name == cell.task }) else {
      throw SweepError.missingFacts(task: cell.task)
    }
    switch entry {
    case .glue(let name): return try GLUE.Task.named(name).mainMetric.rawValue
    case .custom(let task): return (task.range == nil ? Metric.accuracy : .pearson).rawValue
    }
  }

  func overfittingTable() throws -> CSV {
    var table = CSV(
      Self.cellColumns + [.text("figure"), .count("epochs"), .count("best_epoch")]
        + ["best", "last", "early", "late", "late_minus_early"].map { .number($0) })
    for (_, cell) in cells {
      for row in try overfitting(cell) {
        let figures = [
          row.epochs[row.best - 1], row.epochs[row.epochs.count - 1], row.early, row.late, row.late - row.early,
        ]
        table.append(
          fields(of: cell) + [row.figure, "\(row.epochs.count)", "\(row.best)"] + figures.map { CSV.number($0) })
      }
    }
    return table
  }
}
