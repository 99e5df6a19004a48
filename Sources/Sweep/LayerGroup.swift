/// Parts of the encoder that directions are restricted to; the other parameters stay where they are (METHODS, section 2).
public struct LayerGroup: Sendable, Hashable, Codable {
  /// As the sweep file has it, such as `low` or `embeddings + layers 0-1`.
  public let name: String
  /// Whether word, position and segment embeddings and their norm belong to it.
  public let embeddings: Bool
  /// The layers, from 0, ascending.
  public let layers: [Int]
  /// Whether the pooler belongs to it.
  public let pooler: Bool

  /// How a group is written.
  public static let expected =
    "all, low, middle, high (thirds of the layers), embeddings, pooler, layer N, layers M-N, or several joined by +"

  /// The most bytes of a group's text, which is part of units' names; every single layer of a large model takes 500.
  private static let longest = 1000

  /// Reads a group of a model with `count` layers.
  ///
  /// - Parameter text: one or several of ``expected``, joined by `+`.
  /// - Throws: ``SweepError/group(_:problem:)`` for a text that means nothing, a layer that the model lacks, or a third that
  ///   is empty.
  public init(_ text: String, layers count: Int) throws {
    let parts = try Self.parts(text)
    for case .layers(_, let last) in parts where last >= count {
      throw SweepError.group(text, problem: "the model has layers 0 to \(count - 1)")
    }
    name = text
    embeddings = parts.contains { $0 == .embeddings || $0 == .all }
    pooler = parts.contains { $0 == .pooler || $0 == .all }
    layers = Set(parts.flatMap { $0.layers(of: count) }).sorted()
    guard embeddings || pooler || !layers.isEmpty else {
      throw SweepError.group(text, problem: "it names no parameter of a model with \(count) layers")
    }
  }

  /// Checks how a group is written, without a model.
  static func check(_ text: String) throws {
    _ = try parts(text)
  }

  private static func parts(_ text: String) throws -> [Part] {
    guard text.utf8.count <= longest else {
      throw SweepError.group(String(text.prefix(20)) + "...", problem: "it has over \(longest) bytes")
    }
    return try text.split(separator: "+", omittingEmptySubsequences: false).map { try Part(String($0), of: text) }
  }

  /// Whether it is the whole encoder of a model with `count` layers.
  public func isAll(of count: Int) -> Bool { embeddings && pooler && layers.count == count }

  /// The parts of several groups together, each once, from the bottom to the top, as ``parts`` of one.
  static func parts(of groups: [LayerGroup]) -> [String] {
    let embeddings = groups.contains(where: \.embeddings) ? ["embeddings"] : []
    let layers = Set(groups.flatMap(\.layers)).sorted().map { "layer \($0)" }
    return embeddings + layers + (groups.contains(where: \.pooler) ? ["pooler"] : [])
  }

  /// Its parts one by one, each as it is written: equal for groups that are the same under two names.
  public var parts: [String] { Self.parts(of: [self]) }

  private enum Part: Equatable {
    case all, embeddings, pooler
    /// 0, 1 or 2.
    case third(Int)
    case layers(Int, Int)

    init(_ text: String, of whole: String) throws {
      let words = text.split(separator: " ")
      switch (words.count, words.first) {
      case (1, "all"): self = .all
      case (1, "low"): self = .third(0)
      case (1, "middle"): self = .third(1)
      case (1, "high"): self = .third(2)
      case (1, "embeddings"): self = .embeddings
      case (1, "pooler"): self = .pooler
      case (2, "layer"), (2, "layers"):
        let ends = words[1].split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first <= last,
          first >= 0
        else { fallthrough }
        self = .layers(first, last)
      default: throw SweepError.group(whole, problem: "'\(text)' means nothing")
      }
    }

    func layers(of count: Int) -> [Int] {
      switch self {
      case .all: Array(0..<count)
      case .embeddings, .pooler: []
      case .third(let third): Array(count * third / 3..<count * (third + 1) / 3)
      case .layers(let first, let last): Array(first...last)
      }
    }
  }
}
