/// A task to fine-tune on: which files hold its rows, which columns are text and label, what the labels mean, and how
/// predictions are scored.
///
/// The nine GLUE tasks come from ``named(_:)``, a user's own from
/// ``custom(name:train:dev:columns:labels:skipLabels:format:in:)``. Everything a task needs is in the value: it is encoded and
/// hashed as a part of a run's record.
public struct Task: Sendable, Codable, Hashable {
  /// The name in its canonical spelling, such as `SST-2`.
  public let name: String
  /// The columns a row is made of.
  public let columns: Columns
  /// What the labels are; classes in the order of their ids.
  public let labels: LabelKind
  /// The metrics that are reported, the main one first; never empty.
  public let metrics: [Metric]
  /// "The dev metric" of the task: accuracy, Matthews (CoLA) or Pearson (regression).
  public let mainMetric: Metric
  /// The id of the class that F1 is about: 1, unless ``withLabels(order:)`` moved that label.
  public let positiveClass: Int
  /// The files, one per split.
  public let files: [TaskFile]
  /// What happens to rows whose number of fields is not the header's.
  public let raggedRows: RaggedRows
  /// The labels that mark rows to skip, as blanks at their ends and the spelling of numbers aside; an empty one is for
  /// labels that are empty, blank, null or not there. Empty for GLUE's tasks.
  public let skipLabels: [String]
  /// Whether the classes are those that the training file was found to have.
  public let takesLabelsFromFile: Bool

  /// `metrics` starts with the main metric.
  init(
    name: String, columns: Columns, labels: LabelKind, mainMetric: Metric, otherMetrics: [Metric] = [],
    positiveClass: Int = 1, files: [TaskFile], raggedRows: RaggedRows, skipLabels: [String] = [],
    takesLabelsFromFile: Bool = false
  ) {
    self.name = name
    self.columns = columns
    self.labels = labels
    self.metrics = [mainMetric] + otherMetrics
    self.mainMetric = mainMetric
    self.positiveClass = positiveClass
    self.files = files
    self.raggedRows = raggedRows
    self.skipLabels = skipLabels
    self.takesLabelsFromFile = takesLabelsFromFile
  }

  /// The file of a split. Where a task has matched and mismatched files (MNLI), `dev` and `test` mean the matched one;
  /// the returned file says which split it is.
  ///
  /// - Throws: ``GLUEError/unknownSplit(task:split:available:)``.
  public func file(of split: Split) throws(GLUEError) -> TaskFile {
    guard let file = files.first(where: { $0.split == split }) ?? files.first(where: { $0.split == split.matched })
    else { throw .unknownSplit(task: name, split: split, available: files.map(\.split)) }
    return file
  }
}

/// The columns of a row, by header name or JSON key; matched exactly.
public struct Columns: Sendable, Codable, Hashable {
  /// The text, or the first text of a pair.
  public let text: String
  /// The second text of a pair; nil when the task has one text.
  public let pair: String?
  /// The label. Files of the test splits may lack it.
  public let label: String

  /// Names the columns.
  public init(text: String, pair: String? = nil, label: String) {
    self.text = text
    self.pair = pair
    self.label = label
  }
}

/// What the labels of a task are.
public enum LabelKind: Sendable, Codable, Hashable {
  /// Class labels as the files spell them; a label's index is its class id.
  case classes([String])
  /// A number within the range, such as 0...5 for STS-B.
  case regression(ClosedRange<Double>)

  /// How many outputs a model needs: one per class, 1 for regression.
  public var outputCount: Int {
    switch self {
    case .classes(let labels): labels.count
    case .regression: 1
    }
  }
}

/// A part of a task's rows.
public enum Split: String, Sendable, Codable, Hashable, CaseIterable {
  /// The rows that are trained on.
  case train
  /// The rows that metrics are computed on; of MNLI the matched ones.
  case dev
  /// MNLI: the genres of the training rows.
  case devMatched = "dev_matched"
  /// MNLI: other genres.
  case devMismatched = "dev_mismatched"
  /// The rows whose labels GLUE keeps; of MNLI the matched ones.
  case test
  /// MNLI: the genres of the training rows.
  case testMatched = "test_matched"
  /// MNLI: other genres.
  case testMismatched = "test_mismatched"

  /// The split that a short name stands for in a task with matched and mismatched files.
  var matched: Split {
    switch self {
    case .dev: .devMatched
    case .test: .testMatched
    default: self
    }
  }

  /// Whether files of this split may lack the label column.
  var mayLackLabels: Bool {
    switch self {
    case .test, .testMatched, .testMismatched: true
    case .train, .dev, .devMatched, .devMismatched: false
    }
  }
}

/// The file of one split.
public struct TaskFile: Sendable, Codable, Hashable {
  /// The split whose rows it holds.
  public let split: Split
  /// The path, absolute or relative to the data folder.
  public let path: String
  /// How rows are written.
  public let format: FileFormat
  /// The column names of a file that has no header line (CoLA); nil when the first line names them.
  public let header: [String]?

  init(split: Split, path: String, format: FileFormat, header: [String]? = nil) {
    self.split = split
    self.path = path
    self.format = format
    self.header = header
  }
}

/// How rows are written in a file. Files are UTF-8; a byte order mark is dropped.
public enum FileFormat: String, Sendable, Codable, Hashable, CaseIterable {
  /// Fields separated by TAB, lines ended by byte 0x0A only, quotes are ordinary characters (as GLUE ships its files).
  /// One trailing carriage return is dropped from every line of a file whose first line ends with one; elsewhere it is
  /// part of the line.
  case tsv
  /// Comma-separated as RFC 4180 has it: quoted fields may hold commas, line ends and doubled quotes.
  case csv
  /// One JSON object per line; texts are strings, labels strings or numbers.
  case jsonLines = "jsonl"

  /// The format that a file name's extension stands for, in any case: tsv, csv, jsonl or json; nil for others.
  init?(fileExtension: String) {
    switch fileExtension.lowercased() {
    case "tsv": self = .tsv
    case "csv": self = .csv
    case "jsonl", "json": self = .jsonLines
    default: return nil
    }
  }
}

/// What happens to rows of a TSV or CSV file whose number of fields is not the header's.
public enum RaggedRows: String, Sendable, Codable, Hashable {
  /// Any difference is an error (custom tasks: a separator inside a text must not cut it silently).
  case refused
  /// Too few fields are an error, fields beyond the header's are ignored (GLUE).
  case extraIgnored
  /// Rows with too few fields are skipped and counted, fields beyond the header's are ignored (QQP and QNLI, which
  /// ship such rows).
  case shortSkipped
}

extension Task {
  /// The names of a model's outputs in id order: the classes, or `value` for regression.
  public var labelNames: [String] {
    switch labels {
    case .classes(let names): names
    case .regression: ["value"]
    }
  }
}
