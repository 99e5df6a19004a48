extension Task {
  /// The task with its classes in a model's order, as given by the `id2label` of a fine-tuned checkpoint.
  ///
  /// Names are compared, ignoring case, with the task's labels and with the names that Hugging Face's `glue` data set
  /// gives to labels 0 and 1 (SST-2: `negative`, `positive`). The generic names `LABEL_0`, `LABEL_1`, ... in that order
  /// keep the task's order. Labels keep their spelling in the files, so the same files are read, and F1 stays with its
  /// label. A regression task accepts any single name.
  ///
  /// - Parameter order: the model's names in id order.
  /// - Throws: ``GLUEError/labelMismatch(task:got:expected:)`` unless the names are the task's, each exactly once.
  public func withLabels(order: [String]) throws(GLUEError) -> Task {
    guard case .classes(let labels) = labels else {
      guard order.count == 1 else { throw .labelMismatch(task: name, got: order, expected: ["(one number)"]) }
      return self
    }
    let lowercased = order.map { $0.lowercased() }
    if lowercased == labels.indices.map({ "label_\($0)" }) { return self }

    let hubNames = labels.map { Self.hubNames[name]?[$0] ?? $0 }
    guard
      let arranged = Self.arrange(labels, named: labels, as: order)
        ?? Self.arrange(labels, named: labels.map { $0.lowercased() }, as: lowercased)
        ?? Self.arrange(labels, named: hubNames, as: lowercased)
    else { throw .labelMismatch(task: name, got: order, expected: labels) }

    let positive = labels.indices.contains(positiveClass) ? arranged.firstIndex(of: labels[positiveClass]) : nil
    return Task(
      name: name, columns: columns, labels: .classes(arranged), mainMetric: mainMetric,
      otherMetrics: Array(metrics.dropFirst()), positiveClass: positive ?? positiveClass, files: files,
      raggedRows: raggedRows, skipLabels: skipLabels, takesLabelsFromFile: takesLabelsFromFile)
  }

  /// The labels in the order of their names in `order`; nil unless `order` is a permutation of `names`.
  private static func arrange(_ labels: [String], named names: [String], as order: [String]) -> [String]? {
    guard Set(names).count == names.count, order.count == names.count, Set(order) == Set(names) else { return nil }
    let labelOfName = Dictionary(uniqueKeysWithValues: zip(names, labels))
    return order.compactMap { labelOfName[$0] }
  }

  /// The names that Hugging Face's `glue` data set, and so the models on its hub, give to classes that GLUE's files
  /// number.
  private static let hubNames: [String: [String: String]] = [
    "CoLA": ["0": "unacceptable", "1": "acceptable"],
    "SST-2": ["0": "negative", "1": "positive"],
    "MRPC": ["0": "not_equivalent", "1": "equivalent"],
    "QQP": ["0": "not_duplicate", "1": "duplicate"],
    "WNLI": ["0": "not_entailment", "1": "entailment"],
  ]
}
