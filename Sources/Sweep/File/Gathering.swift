/// What rank 0 gathers, and what becomes of it.
public struct Gathering: Sendable, Hashable, Encodable {
  /// Bytes that gathered bases may take in rank 0's memory, at least 1 MB. Default: 2 GB.
  public let memory: Int
  /// Whether the bases stay in the run directory when nothing needs them any more. Default: no.
  public let keep: Bool

  enum CodingKeys: String, CodingKey, CaseIterable {
    case memory, keep
  }
}

extension Gathering {
  init(_ value: YAMLValue) throws {
    let keys = try value.mapping(CodingKeys.self)
    memory = try keys.value(.memory).bytes(atLeast: 1_000_000)
    keep = try keys.value(.keep).boolean()
  }
}

extension SweepSection {
  /// The section `gather`.
  public static let gather = SweepSection(
    "gather", Gathering.CodingKeys.self,
    summary: "The decompositions of hidden states are made wherever a rank is free and compared at rank 0.",
    notes: """
      One layer of one model takes up to 8 (3 N d + d^2 + d) + 4 N bytes, N rows and d channels, N >= d: 97 MB for 5000
      rows of 768 channels.
      """)
}

extension Gathering.CodingKeys: SectionKey {
  static var section: SweepSection { .gather }

  var declaration: KeyDeclaration {
    switch self {
    case .memory:
      .init(
        .described("bytes"), default: .value("2 GB"), bound: "N MB, N GB, N TB; at least 1 MB",
        "what gathered decompositions may take in rank 0's memory, at least three times one model's one layer. With less "
          + "memory fewer layers travel at a time, and files are read more often")
    case .keep:
      .init(
        .boolean, default: .of(false),
        "whether the files stay under activations/ when nothing needs them any more")
    }
  }
}
