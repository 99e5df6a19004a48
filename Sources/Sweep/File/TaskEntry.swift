/// A task as a sweep file names it.
public enum TaskEntry: Sendable, Hashable {
  /// One of the nine GLUE tasks, by its name.
  case glue(String)
  /// A task of the user's own files.
  case custom(CustomTask)

  /// The task's name, unique in a sweep.
  public var name: String {
    switch self {
    case .glue(let name): name
    case .custom(let task): task.name
    }
  }

  /// The GLUE tasks, by the names that GLUE gives their folders.
  static let glueNames = ["CoLA", "SST-2", "MRPC", "QQP", "STS-B", "MNLI", "QNLI", "RTE", "WNLI"]
}

extension TaskEntry: Encodable {
  /// A name, or a mapping.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .glue(let name): try container.encode(name)
    case .custom(let task): try container.encode(task)
    }
  }
}

/// A task of the user's own files.
public struct CustomTask: Sendable, Hashable, Encodable {
  /// Its name; not that of a GLUE task or of an initialisation.
  public let name: String
  /// The training file, absolute or relative to the data folder (without one, to the sweep file).
  public let train: String
  /// The dev file, likewise.
  public let dev: String
  /// The columns by header name or JSON key.
  public let columns: Columns
  /// The labels in the order of their class ids, at least two; nil: the training file's distinct labels.
  public let labels: [String]?
  /// The lowest and the highest number of a regression's labels; nil: classes.
  public let range: [Double]?
  /// The labels of rows to skip, at least one, empty for labels that are; nil: every row has to have a label.
  public let skipLabels: [String]?
  /// How both files are written; nil: each by its extension.
  public let format: Format?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case name, train, dev, columns, labels, range
    case skipLabels = "skip_labels"
    case format
  }

  /// The columns of a row.
  public struct Columns: Sendable, Hashable, Encodable {
    /// The text, or the first text of a pair.
    public let text: String
    /// The second text of a pair.
    public let pair: String?
    /// The label.
    public let label: String

    enum CodingKeys: String, CodingKey, CaseIterable {
      case text, pair, label
    }
  }

  /// How rows are written.
  public enum Format: String, Sendable, Hashable, Encodable, CaseIterable {
    /// Fields separated by TAB, nothing quoted.
    case tsv
    /// As RFC 4180 has it.
    case csv
    /// One JSON object per line.
    case jsonLines = "jsonl"

    /// The format of a file by its extension; nil when that says nothing.
    init?(path: String) {
      switch path.split(separator: ".").last?.lowercased() {
      case "tsv": self = .tsv
      case "csv": self = .csv
      case "jsonl", "json": self = .jsonLines
      default: return nil
      }
    }
  }
}

extension TaskEntry {
  init(_ value: YAMLValue) throws {
    if value.isMapping {
      self = .custom(try CustomTask(value))
    } else {
      self = .glue(try value.name(among: Self.glueNames, called: "a GLUE task or a mapping that describes your own"))
    }
  }
}

extension CustomTask {
  fileprivate init(_ value: YAMLValue) throws {
    let keys = try value.mapping(CodingKeys.self)
    name = try Self.name(try keys.value(.name))
    train = try keys.value(.train).path()
    dev = try keys.value(.dev).path()
    columns = try Columns(keys.value(.columns))
    labels = try keys[.labels]?.list(of: "labels", atMost: 10_000, distinctBy: \.self) { try $0.text() }
    if let labels, labels.count < 2, let value = keys[.labels] { throw value.wrong("at least two labels") }
    range = try keys[.range].map(Self.range)
    if labels != nil, let value = keys[.range] { throw value.wrong("either labels or range, not both") }
    let skipped = try keys[.skipLabels]?.list(of: "labels", mayBeEmpty: true, distinctBy: \.self) {
      $0.isText("") ? "" : try $0.text("a label, or \"\" for one that is empty")
    }
    skipLabels = skipped?.isEmpty == true ? nil : skipped
    format = try keys[.format]?.choice()
    for key in [CodingKeys.train, .dev] where format == nil {
      guard let path = keys[key], Format(path: try path.text()) == nil else { continue }
      throw path.wrong("a path that ends in .tsv, .csv, .jsonl or .json, or the key format")
    }
  }

  private static func name(_ value: YAMLValue) throws -> String {
    let name = try value.fileName()
    guard !TaskEntry.glueNames.contains(where: { $0.lowercased() == name.lowercased() }),
      Initialisation(rawValue: name) == nil
    else { throw value.wrong("a name that no GLUE task and no initialisation has") }
    return name
  }

  private static func range(_ value: YAMLValue) throws -> [Double] {
    let expected = "[lowest, highest], the first below the second"
    let ends = try value.list(of: expected).map { try $0.number(-1e9...1e9) }
    guard ends.count == 2, ends[0] < ends[1] else { throw value.wrong(expected) }
    return ends
  }
}

extension CustomTask.Columns {
  fileprivate init(_ value: YAMLValue) throws {
    let keys = try value.mapping(CodingKeys.self)
    text = try keys.value(.text).text()
    pair = try keys[.pair]?.text()
    label = try keys.value(.label).text()
    let names = [text, label] + (pair.map { [$0] } ?? [])
    guard Set(names).count == names.count else { throw value.wrong("different columns for text, pair and label") }
  }
}
