public import LearningDynamics

/// What is compared between the final models of a sweep, theta0 beside them.
public struct ConsistencyRequest: Sendable, Hashable, Encodable {
  /// Which models are compared. Default: those of the seeds.
  public let between: [Between]
  /// Whose. Default: all.
  public let cells: CellSelection
  /// What they are compared by. Default: attention and SVCCA.
  public let measures: [Measure]
  /// The names of the probes; nil (`own`): between seeds those of the models' task, between tasks all.
  public let probes: [String]?

  /// Which models are compared.
  public enum Between: String, Sendable, Hashable, Encodable, CaseIterable {
    /// Those of one task over its seeds; at least two.
    case seeds
    /// Those of one seed over its tasks; at least two.
    case tasks
  }

  enum Keys: String, CodingKey, CaseIterable {
    case between, tasks, initialisations, variants, seeds, measures, probes
  }
}

extension ConsistencyRequest {
  init(_ value: YAMLValue, of grid: CellGrid, probes known: [Probe]) throws {
    let keys = try value.mapping(Keys.self)
    between = try keys.value(.between).list(of: "comparisons", distinctBy: \.self) { try $0.choice() }
    cells = try CellSelection(value, of: grid)
    measures = try keys.value(.measures).list(of: "measures", distinctBy: \.self) { try $0.choice() }
    probes = try keys.value(.probes).probes(among: known)
    if between.contains(.seeds), cells.seeds.count < 2 { throw value.unfit("1 seed", "at least 2 seeds to compare") }
    if between.contains(.tasks), cells.tasks.count < 2 { throw value.unfit("1 task", "at least 2 tasks to compare") }
    if probes == nil { try (keys[.probes] ?? value).requireProbes(of: cells.tasks, among: known) }
  }
}

extension SweepSection {
  /// The section `consistency`.
  public static let consistency = SweepSection(
    "consistency", ConsistencyRequest.Keys.self,
    summary: "Between final models; theta0 is always among them. `consistency: {}` has all defaults.",
    notes: """
      A variant that one task alone has is left out between tasks. Between two models trained from scratch attention is
      compared by layer, not by head. Measures are those of `dynamics`.
      """)
}

extension ConsistencyRequest.Keys: SectionKey {
  static var section: SweepSection { .consistency }

  var declaration: KeyDeclaration {
    switch self {
    case .tasks: .cells.tasks
    case .initialisations: .cells.initialisations
    case .variants: .cells.variants
    case .seeds: .cells.seeds
    case .between:
      .init(
        .choices(ConsistencyRequest.Between.self), default: .value("[seeds]"), bound: "two seeds, two tasks at least",
        "every pair of seeds of one task, initialisation and variant; every pair of tasks of one initialisation, variant "
          + "and seed")
    case .measures: .measures
    case .probes:
      .probes(
        "own: between seeds those of the models' task, between tasks those of all chosen tasks; each chosen task must "
          + "have one. A list: all models on each of these")
    }
  }
}

extension KeyDeclaration {
  static let measures = KeyDeclaration(
    .choices(Measure.self), default: .value("[\(Measure.attention.rawValue), \(Measure.svcca.rawValue)]"),
    "what models are compared by")

  static func probes(_ meaning: String) -> KeyDeclaration {
    .init(.list(of: "probes"), default: .value("own"), bound: "or `own`", meaning)
  }
}

extension YAMLValue {
  /// Names of probes; nil for the word `own`.
  func probes(among known: [Probe]) throws -> [String]? {
    if isText("own") { return nil }
    let names = known.map(\.name)
    return try list(of: "names of probes (or the word own)", distinctBy: \.self) {
      try $0.name(among: names, called: "one of the sweep's probes")
    }
  }

  func requireProbes(of tasks: [String], among known: [Probe]) throws {
    guard let task = tasks.first(where: { task in !known.contains { $0.task == task } }) else { return }
    throw unfit("no probe of task \(task)", "a probe of each task under the key probes, or a list of probes here")
  }

  /// A number of bytes, such as `500 MB` or `2 GB` (powers of 1000).
  func bytes(atLeast least: Int) throws -> Int {
    let expected = "a number of bytes such as 500 MB or 2 GB, at least \(least / 1_000_000) MB"
    let words = try text(expected).split(separator: " ")
    let units = ["MB": 1e6, "GB": 1e9, "TB": 1e12]
    guard words.count == 2, let number = Self.decimal(words[0]), let unit = units[String(words[1])],
      number * unit < 1e18,
      number * unit >= Double(least)
    else { throw wrong(expected) }
    return Int(number * unit)
  }
}
