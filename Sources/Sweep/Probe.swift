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
