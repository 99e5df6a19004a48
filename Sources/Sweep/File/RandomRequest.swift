/// Random directions that a sweep asks for.
public struct RandomRequest: Sendable, Hashable, Encodable {
  /// What is scaled to the norm of the same weights.
  public var normalisation = RandomSpan.Normalisation.filter
  /// How many curves, 1 to 1000; a surface always takes two directions.
  public var directions = 1
  /// Keys the directions, 0 to 2^31 - 1.
  public var seed = 0
  /// Whether biases and LayerNorms move as well.
  public var vectors = false

  /// One direction, filter by filter.
  public init() {}

  enum CodingKeys: String, CodingKey, CaseIterable {
    case normalisation, directions, seed, vectors
  }
}

extension RandomRequest {
  init(_ value: YAMLValue) throws {
    self.init()
    let keys = try value.mapping(CodingKeys.self)
    normalisation = try keys[.normalisation]?.choice() ?? normalisation
    directions = try keys.integer(.directions) ?? directions
    seed = try keys.integer(.seed) ?? seed
    vectors = try keys[.vectors]?.boolean() ?? vectors
  }
}

extension SweepSection {
  /// The section `random`.
  public static let random = SweepSection(
    "random", RandomRequest.CodingKeys.self,
    summary: "Random directions around a final model, in `along` of `curves` and `surfaces`.")
}

extension RandomRequest.CodingKeys: SectionKey {
  static var section: SweepSection { .random }

  var declaration: KeyDeclaration {
    let standard = RandomRequest()
    return switch self {
    case .normalisation:
      .init(
        .choice(RandomSpan.Normalisation.self), default: .of(standard.normalisation),
        "what is scaled to the norm of the same weights: each row of a matrix, each tensor, or the direction as a whole"
      )
    case .directions:
      .init(
        .integer(1...1000), unit: "curves", default: .of(standard.directions),
        "how many directions; a surface has no such key: it takes two")
    case .seed:
      .init(
        .seed, default: .of(standard.seed),
        "keys the directions. They do not depend on the cell but for their scale")
    case .vectors:
      .init(.boolean, default: .of(standard.vectors), "whether biases and LayerNorms move as well")
    }
  }
}
