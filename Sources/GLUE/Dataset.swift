public import BERT
public import Foundation

/// The meaning of a row's label.
public enum Label: Sendable, Codable, Hashable {
  /// A class id, an index into the task's labels.
  case `class`(Int)
  /// The target value in a regression task.
  case value(Double)
}

/// One row of a task.
public struct Example: Sendable, Codable, Hashable {
  /// The text, or the first text of a pair.
  public let text: String
  /// The second text of a pair.
  public let pair: String?
  /// The label; nil if the file has none (GLUE's test files).
  public let label: Label?
  /// The line on which the row starts, counted from 1 including the header line.
  public let line: Int

  /// An example from its parts.
  public init(text: String, pair: String? = nil, label: Label?, line: Int) {
    self.text = text
    self.pair = pair
    self.label = label
    self.line = line
  }
}

/// The rows of one split.
public struct Dataset: Sendable, Hashable {
  /// The rows, in the order of the file.
  public let examples: [Example]
  /// The number of rows skipped because they had too few columns (QQP, QNLI); 0 for all other tasks.
  public let skipped: Int
  /// The number of rows skipped because of their labels, for each entry of the task's ``Task/skipLabels``; zeros are
  /// left out.
  public let skippedLabels: [String: Int]

  /// A data set from its parts.
  public init(examples: [Example], skipped: Int = 0, skippedLabels: [String: Int] = [:]) {
    self.examples = examples
    self.skipped = skipped
    self.skippedLabels = skippedLabels
  }
}

extension Task {
  /// Reads the rows of a split.
  ///
  /// Empty lines at the end of a file are not rows. Texts are taken as they are, even empty ones. Only the columns in
  /// use are checked to be UTF-8. A file of a test split may lack the label column; its labels are then nil.
  ///
  /// - Parameter folder: the base of relative paths: the GLUE folder, which holds `SST-2/train.tsv` and so on.
  /// - Throws: ``GLUEError`` with the file and, for a row, its line.
  public func read(_ split: Split, in folder: URL) throws(GLUEError) -> Dataset {
    try rows(of: SourceFile(try file(of: split), of: self, in: folder), labelOptional: split.mayLackLabels)
  }

  /// Reads the rows of a split from a file's bytes; `path` is for messages.
  ///
  /// - Throws: ``GLUEError``.
  package func read(_ split: Split, from bytes: [UInt8], path: String) throws(GLUEError) -> Dataset {
    try rows(
      of: SourceFile(bytes, file: try file(of: split), path: path), labelOptional: split.mayLackLabels)
  }

  private func rows(of source: SourceFile, labelOptional: Bool) throws(GLUEError) -> Dataset {
    let skippedLabels = SkippedLabels(skipLabels)
    let table = try source.rows(
      columns: columns, raggedRows: raggedRows, labelOptional: labelOptional, emptyLabels: skippedLabels.haveEmpty)
    let reader = LabelReader(labels)
    var examples: [Example] = []
    var left: [String: Int] = [:]
    examples.reserveCapacity(table.rows.count)
    for row in table.rows {
      var label: Label?
      if let text = row.label {
        if let marker = skippedLabels.marker(text) {
          left[marker, default: 0] += 1
          continue
        }
        label = reader.label(text)
        if label == nil { throw .unknownLabel(path: source.path, line: row.line, got: text, expected: labels) }
      }
      examples.append(Example(text: row.text, pair: row.pair, label: label, line: row.line))
    }
    if examples.isEmpty { throw .noRows(path: source.path, skipped: table.skipped + table.rows.count) }
    return Dataset(examples: examples, skipped: table.skipped, skippedLabels: left)
  }
}

extension Labels {
  /// The labels of examples; nil if there are none, one has no label, or classes and numbers are mixed.
  public init?(of examples: some Collection<Example>) {
    var classes: [Int] = []
    var values: [Double] = []
    for example in examples {
      switch example.label {
      case .class(let id): classes.append(id)
      case .value(let value): values.append(value)
      case nil: return nil
      }
    }
    switch (classes.isEmpty, values.isEmpty) {
    case (false, true): self = .classes(classes)
    case (true, false): self = .values(values)
    default: return nil
    }
  }
}

/// Converts label texts to labels.
private struct LabelReader {
  private let kind: LabelKind
  private let ids: [String: Int]

  init(_ kind: LabelKind) {
    self.kind = kind
    ids =
      switch kind {
      case .classes(let labels): Dictionary(zip(labels, labels.indices)) { first, _ in first }
      case .regression: [:]
      }
  }

  /// Nil if the text is not a class, or not a number within the range.
  func label(_ text: String) -> Label? {
    switch kind {
    case .classes: ids[text].map { .class($0) }
    case .regression(let range): text.decimal.flatMap { range.contains($0) ? .value($0) : nil }
    }
  }
}
