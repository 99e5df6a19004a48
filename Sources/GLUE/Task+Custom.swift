public import Foundation

extension Task {
  /// A task with the user's own files.
  ///
  /// A row with a different number of fields than the header is an error. The metrics are accuracy, with two classes
  /// also F1 of class 1, and for regression Pearson and Spearman.
  ///
  /// - Parameters:
  ///   - name: any name except that of a GLUE task; not empty.
  ///   - train: the training file, absolute or relative to `folder`.
  ///   - dev: the file on which metrics are computed, likewise.
  ///   - columns: the columns by header name or JSON key.
  ///   - labels: at least two classes in id order, or a range. Nil reads the training file and takes its distinct
  ///     labels as classes, in numeric order if all are integers, otherwise in Unicode order.
  ///   - skipLabels: labels of rows to skip, such as `-1`. An empty one stands for labels that are empty, blank, null
  ///     or missing. See ``skipLabels``.
  ///   - format: the format of both files; nil decides by each file's extension: .tsv, .csv, .jsonl or .json.
  ///   - folder: the base of relative paths.
  /// - Throws: ``GLUEError`` if the definition is invalid or the training file cannot be read.
  public static func custom(
    name: String, train: String, dev: String, columns: Columns, labels: LabelKind? = nil, skipLabels: [String] = [],
    format: FileFormat? = nil, in folder: URL
  ) throws(GLUEError) -> Task {
    try checkDefinition(name: name, columns: columns)
    let trainFile = try taskFile(.train, train, format: format)
    let devFile = try taskFile(.dev, dev, format: format)
    let labelsGiven = labels
    func task(_ labels: LabelKind) -> Task {
      let (main, others): (Metric, [Metric]) =
        switch labels {
        case .classes(let names): (.accuracy, names.count == 2 ? [.f1] : [])
        case .regression: (.pearson, [.spearman])
        }
      return Task(
        name: name, columns: columns, labels: labels, mainMetric: main, otherMetrics: others,
        files: [trainFile, devFile], raggedRows: .refused, skipLabels: skipLabels,
        takesLabelsFromFile: labelsGiven == nil)
    }
    switch labels {
    case .regression(let range): return task(.regression(range))
    case .classes(let names):
      let skipped = SkippedLabels(skipLabels)
      if let both = names.first(where: { skipped.marker($0) != nil }) {
        throw .invalidTask(
          name: name, problem: "\(both.shown) is a class and a label of rows to skip; take it from one of the two lists"
        )
      }
      return task(.classes(try checkedClasses(names, of: name)))
    case nil:
      let names = try task(.classes([])).labels(in: trainFile, folder: folder)
      return task(.classes(try checkedClasses(names, of: name)))
    }
  }

  private static func taskFile(_ split: Split, _ path: String, format: FileFormat?) throws(GLUEError) -> TaskFile {
    guard let format = format ?? FileFormat(fileExtension: URL(filePath: path).pathExtension) else {
      throw .unknownFormat(path: path)
    }
    return TaskFile(split: split, path: path, format: format)
  }

  private static func checkDefinition(name: String, columns: Columns) throws(GLUEError) {
    guard !name.isEmpty else { throw .invalidTask(name: name, problem: "the name is empty; give the task a name") }
    if let builtIn = glueTask(name) {
      throw .invalidTask(name: name, problem: "\(builtIn.name) is a GLUE task; give a task of your own another name")
    }
    let names = [columns.text, columns.label] + (columns.pair.map { [$0] } ?? [])
    guard Set(names).count == names.count else {
      throw .invalidTask(
        name: name, problem: "text, pair and label must be different columns; got \(names.shownList)")
    }
  }

  private static func checkedClasses(_ labels: [String], of name: String) throws(GLUEError) -> [String] {
    guard Set(labels).count == labels.count else {
      throw .invalidTask(name: name, problem: "a label is listed twice in \(labels.shownList); list each once")
    }
    guard !labels.contains(where: \.bare.isEmpty) else {
      throw .invalidTask(name: name, problem: "a label in \(labels.shownList) is empty; give each class a name")
    }
    guard labels.count >= 2 else {
      throw .invalidTask(
        name: name,
        problem: "expected at least two labels, got [\(labels.shownList)]; check the label column or list the labels")
    }
    return labels
  }

  /// The distinct labels of a file, in the order used by
  /// ``custom(name:train:dev:columns:labels:skipLabels:format:in:)``.
  private func labels(in file: TaskFile, folder: URL) throws(GLUEError) -> [String] {
    let source = try SourceFile(file, of: self, in: folder)
    let skipped = SkippedLabels(skipLabels)
    let table = try source.rows(
      columns: columns, raggedRows: raggedRows, labelOptional: false, emptyLabels: skipped.haveEmpty)
    var seen: Set<String> = []
    for row in table.rows {
      guard let label = row.label, !seen.contains(label), skipped.marker(label) == nil else { continue }
      if label.bare.isEmpty { throw .emptyLabel(path: source.path, line: row.line) }
      seen.insert(label)
    }
    let distinct = seen.sorted()
    let integers = distinct.compactMap { label in Int(label).map { ($0, label) } }
    if integers.count == distinct.count { return integers.sorted(by: <).map(\.1) }
    if let fraction = distinct.first(where: { Int($0) == nil }), distinct.allSatisfy({ $0.decimal != nil }) {
      throw .invalidTask(
        name: name,
        problem: "the labels of \(source.path.shown) are numbers such as \(fraction); state a range for regression, or "
          + "list the labels as classes")
    }
    return distinct
  }
}
