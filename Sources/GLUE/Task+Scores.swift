public import BERT

extension Metric {
  /// The metric of predictions against targets; nil if it is undefined, see ``Metrics``.
  ///
  /// Accuracy, F1 and Matthews need classes, Pearson and Spearman values. Anything else, or different counts, is a
  /// programming error.
  ///
  /// - Parameter positiveClass: the class for F1.
  public func value(predictions: Labels, targets: Labels, positiveClass: Int = 1) -> Double? {
    switch (self, predictions, targets) {
    case (.accuracy, .classes(let predictions), .classes(let targets)): Metrics.accuracy(predictions, targets)
    case (.f1, .classes(let predictions), .classes(let targets)):
      Metrics.f1(predictions, targets, positive: positiveClass)
    case (.matthews, .classes(let predictions), .classes(let targets)): Metrics.matthews(predictions, targets)
    case (.pearson, .values(let predictions), .values(let targets)): Metrics.pearson(predictions, targets)
    case (.spearman, .values(let predictions), .values(let targets)): Metrics.spearman(predictions, targets)
    default: preconditionFailure("\(rawValue) is not defined on these labels")
    }
  }
}

extension Task {
  /// The task's metrics by name (`accuracy`, `f1`, `matthews`, `pearson`, `spearman`); undefined ones are left out.
  public func scores(predictions: Labels, targets: Labels) -> [String: Double] {
    metrics.reduce(into: [:]) { scores, metric in
      scores[metric.rawValue] = metric.value(predictions: predictions, targets: targets, positiveClass: positiveClass)
    }
  }

  /// The error at a landscape point: 1 - accuracy, for regression 1 - Pearson (0 to 2); nil if that is undefined.
  public func error(predictions: Labels, targets: Labels) -> Double? {
    let metric: Metric =
      switch labels {
      case .classes: .accuracy
      case .regression: .pearson
      }
    return metric.value(predictions: predictions, targets: targets).map { 1 - $0 }
  }

  /// The value of a metric if every row is given the targets' most frequent class (the lowest id of several); by
  /// default the task's main metric. Matthews of a constant is 0. Pearson and Spearman of a constant are undefined and
  /// reported as 0 here, because that is what a model must exceed to have learned anything.
  public func majorityBaseline(of metric: Metric? = nil, targets: Labels) -> Double {
    guard case .classes(let classes) = targets else { return 0 }
    let majority = Metrics.counts(classes).max { ($0.value, $1.key) < ($1.value, $0.key) }
    guard let majority else { return 0 }
    let constant = [Int](repeating: majority.key, count: classes.count)
    return (metric ?? mainMetric).value(
      predictions: .classes(constant), targets: targets, positiveClass: positiveClass) ?? 0
  }
}
