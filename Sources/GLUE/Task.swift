/// A task to fine-tune on: the files with its rows, the columns with text and label, the meaning of the labels, and how
/// predictions are scored.
///
/// The nine GLUE tasks come from ``named(_:)``, custom ones from
/// ``custom(name:train:dev:columns:labels:skipLabels:format:in:)``. The value holds everything about a task: it is
/// encoded and hashed as part of a run's record.
public struct Task: Sendable, Codable, Hashable {
  /// The name in its canonical spelling, such as `SST-2`.
  public let name: String
  /// The columns a row is made of.
  public let columns: Columns
  /// What the labels are; classes in the order of their ids.
  public let labels: LabelKind
  /// The metrics that are reported, the main one first; never empty.
  public let metrics: [Metric]
  /// The task's dev metric: accuracy, Matthews (CoLA) or Pearson (regression).
  public let mainMetric: Metric
  /// The id of the class that F1 uses: 1, unless ``withLabels(order:)`` moved that label.
  public let positiveClass: Int
  /// The files, one per split.
  public let files: [TaskFile]
  /// How to treat rows whose number of fields differs from the header's.
  public let raggedRows: RaggedRows
  /// The labels that mark rows to skip, compared ignoring blanks at their ends and the spelling of numbers. An empty
  /// one stands for labels that are empty, blank, null or missing. Empty for GLUE's tasks.
  public let skipLabels: [String]
  /// Whether the classes were found in the training file.
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

  /// The file of a split. If a task has matched and mismatched files (MNLI), `dev` and `test` mean the matched one; the
  /// returned file says which split it is.
  ///
  /// - Throws: ``GLUEError/unknownSplit(task:split:available:)``.
  public func file(of split: Split) throws(GLUEError) -> TaskFile {
    guard let file = files.first(where: { $0.split == split }) ?? files.first(where: { $0.split == split.matched })
    else { throw .unknownSplit(task: name, split: split, available: files.map(\.split)) }
    return file
  }
}

/// The columns of a row, by header name or JSON key; must match exactly.
public struct Columns: Sendable, Codable, Hashable {
  /// The text, or the first text of a pair.
  public let text: String
  /// The second text of a pair; nil if the task has one text.
  public let pair: String?
  /// The label. Files of the test splits may lack it.
  public let label: String

  /// Creates the columns from their names.
  public init(text: String, pair: String? = nil, label: String) {
    self.text = text
    self.pair = pair
    self.label = label
  }
}

/// What the labels of a task are.
public enum LabelKind: Sendable, Codable, Hashable {
  /// Class labels as spelled in the files; a label's index is its class id.
  case classes([String])
  /// A number within the range, such as 0...5 for STS-B.
  case regression(ClosedRange<Double>)

  /// The number of outputs that a model needs: one per class, 1 for regression.
  public var outputCount: Int {
    switch self {
    case .classes(let labels): labels.count
    case .regression: 1
    }
  }
}

/// A part of a task's rows.
public enum Split: String, Sendable, Codable, Hashable, CaseIterable {
  /// The rows for training.
  case train
  /// The rows on which metrics are computed; in MNLI the matched ones.
  case dev
  /// MNLI: from the genres of the training rows.
  case devMatched = "dev_matched"
  /// MNLI: from other genres.
  case devMismatched = "dev_mismatched"
  /// The rows whose labels GLUE does not publish; in MNLI the matched ones.
  case test
  /// MNLI: from the genres of the training rows.
  case testMatched = "test_matched"
  /// MNLI: from other genres.
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
  /// The format of the file.
  public let format: FileFormat
  /// The column names of a file without a header line (CoLA); nil if the first line names them.
  public let header: [String]?

  init(split: Split, path: String, format: FileFormat, header: [String]? = nil) {
    self.split = split
    self.path = path
    self.format = format
    self.header = header
  }
}

/// The format of a file. Files are UTF-8; a byte order mark is dropped.
public enum FileFormat: String, Sendable, Codable, Hashable, CaseIterable {
  /// Fields are separated by TAB, lines end only at byte 0x0A, quotes are ordinary characters (GLUE's own format). If
  /// the first line ends with a carriage return, one is dropped from the end of every line; otherwise carriage returns
  /// are part of the line.
  case tsv
  /// Comma-separated according to RFC 4180: quoted fields may contain commas, line ends and doubled quotes.
  case csv
  /// One JSON object per line; texts are strings, labels strings or numbers.
  case jsonLines = "jsonl"

  /// The format that a file name's extension stands for, ignoring case: tsv, csv, jsonl or json; nil for others.
  init?(fileExtension: String) {
    switch fileExtension.lowercased() {
    case "tsv": self = .tsv
    case "csv": self = .csv
    case "jsonl", "json": self = .jsonLines
    default: return nil
    }
  }
}

/// How to treat rows of a TSV or CSV file whose number of fields differs from the header's.
public enum RaggedRows: String, Sendable, Codable, Hashable {
  /// Any difference is an error (custom tasks, where a separator inside a text must not cut it silently).
  case refused
  /// Too few fields are an error; extra fields are ignored (GLUE).
  case extraIgnored
  /// Rows with too few fields are skipped and counted; extra fields are ignored (QQP and QNLI, which contain such
  /// rows).
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
