/// A fixed sample of inputs on which models are compared (METHODS, sections 5 and 6).
public struct Probe: Sendable, Hashable, Codable {
  /// What the sweep file calls it.
  public var name: String
  /// The task whose texts it takes.
  public var task: String
  /// The file it takes them from.
  public var split: Split
  /// The number of examples, at least 1; in a plan's units not more than there are.
  public var examples: Int
  /// The most rows that are kept of the activations of all tokens, at least 2.
  public var rows: Int
  /// Keys which examples and which rows are taken.
  public var seed: Int
  /// What makes a row.
  public var tokens: Tokens
  /// Examples per forward pass, 1 to 65 536; the last may have fewer.
  public var batch: Int
  /// Tokens that a sequence is cut to, 4 to 16 384; nil: the length of the recipe of its task. In a plan's units always a
  /// number: every model sees the same tokens.
  public var maxLength: Int?

  /// A probe from its parts, with the sweep file's defaults.
  public init(
    name: String, task: String, split: Split = .dev, examples: Int = 128, rows: Int = 5000, seed: Int = 7,
    tokens: Tokens = .all, batch: Int = 32, maxLength: Int? = nil
  ) {
    self.name = name
    self.task = task
    self.split = split
    self.examples = examples
    self.rows = rows
    self.seed = seed
    self.tokens = tokens
    self.batch = batch
    self.maxLength = maxLength
  }

  /// A file of a task.
  public enum Split: String, Sendable, Hashable, Codable, CaseIterable {
    /// The rows that are trained on.
    case train
    /// The rows that metrics are computed on.
    case dev
  }

  /// What makes a row of a layer's activations.
  public enum Tokens: String, Sendable, Hashable, Codable, CaseIterable {
    /// Each token.
    case all
    /// The [CLS] token of each sequence.
    case cls
    /// The mean over each sequence's tokens.
    case mean
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case name, task, split, examples, rows, seed, tokens, batch
    case maxLength = "max_length"
  }
}

extension Probe {
  init(_ value: YAMLValue, of grid: CellGrid) throws {
    let keys = try value.mapping(CodingKeys.self)
    self.init(
      name: try keys.value(.name).fileName(),
      task: try keys.value(.task).task(of: grid))
    split = try keys[.split]?.choice() ?? split
    examples = try keys.integer(.examples) ?? examples
    rows = try keys.integer(.rows) ?? rows
    seed = try keys.integer(.seed) ?? seed
    tokens = try keys[.tokens]?.choice() ?? tokens
    batch = try keys.integer(.batch) ?? batch
    maxLength = try keys.integer(.maxLength)
  }

  /// All entries of the list, their names distinct.
  static func all(_ value: YAMLValue, of grid: CellGrid) throws -> [Probe] {
    try value.list(of: "probes", mayBeEmpty: true, distinctBy: \.name) { try Probe($0, of: grid) }
  }
}

extension SweepSection {
  /// The section `probes`.
  public static let probes = SweepSection(
    "probes", Probe.CodingKeys.self,
    summary: """
      A list of fixed samples of a task's texts. They run on the models that `dynamics` and `consistency` compare.
      """,
    notes: "Take many more rows than the model has channels: see <doc:Methods>, section 6.")
}

extension Probe.CodingKeys: SectionKey {
  static var section: SweepSection { .probes }

  var declaration: KeyDeclaration {
    let standard = Probe(name: "", task: "")
    return switch self {
    case .name: .init(.name, default: .required("a name"), bound: "distinct", "of the probe, in file names and tables")
    case .task:
      .init(
        .described("task"), default: .required("one of the sweep's tasks"), bound: "one of the sweep's", "whose texts")
    case .split:
      .init(
        .choice(Probe.Split.self), default: .of(standard.split),
        "from which file; all of its rows, whatever `train_rows` is")
    case .examples:
      .init(
        .count, unit: "examples", default: .of(standard.examples), "how many; more than there are means all")
    case .rows:
      .init(
        .integer(2...(.max)), unit: "tokens", default: .of(standard.rows),
        "at most so many are kept when `tokens` is all")
    case .seed:
      .init(
        .seed, default: .of(standard.seed), "which examples, which rows, which halves of the sequences")
    case .tokens:
      .init(
        .choice(Probe.Tokens.self), default: .of(standard.tokens),
        "a row is a token, a sequence's [CLS] token, or the mean of its tokens. Attention is always of all tokens")
    case .batch: .init(.batch, unit: "examples", default: .of(standard.batch), "of a forward pass")
    case .maxLength:
      .init(
        .length, unit: "tokens", default: .described("that of the task's recipe"),
        bound: "at most the model's positions",
        "longer examples are cut. Every model sees the same tokens, whatever its own recipe")
    }
  }
}
