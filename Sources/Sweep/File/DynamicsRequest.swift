public import LearningDynamics

/// What is compared over time: each snapshot of a cell, or its final model, with theta0.
public struct DynamicsRequest: Sendable, Hashable, Encodable {
  /// Whose fine-tunings. Default: all.
  public let cells: CellSelection
  /// What they are compared by. Default: attention and SVCCA.
  public let measures: [Measure]
  /// The names of the probes; nil (`own`): those of each cell's task.
  public let probes: [String]?
  /// Which models of a cell. Default: every snapshot.
  public let at: Times

  /// Which models of a cell are compared with theta0.
  public enum Times: String, Sendable, Hashable, Encodable, CaseIterable {
    /// Every snapshot but the first, which is theta0.
    case snapshots
    /// The final model alone.
    case end
  }

  enum Keys: String, CodingKey, CaseIterable {
    case tasks, initialisations, variants, seeds, measures, probes, at
  }
}

extension DynamicsRequest {
  init(_ value: YAMLValue, of grid: CellGrid, probes known: [Probe]) throws {
    let keys = try value.mapping(Keys.self)
    cells = try CellSelection(value, of: grid)
    measures = try keys.value(.measures).list(of: "measures", distinctBy: \.self) { try $0.choice() }
    probes = try keys.value(.probes).probes(among: known)
    at = try keys.value(.at).choice()
    if probes == nil { try (keys[.probes] ?? value).requireProbes(of: cells.tasks, among: known) }
  }
}

extension SweepSection {
  /// The section `dynamics`.
  public static let dynamics = SweepSection(
    "dynamics", DynamicsRequest.Keys.self,
    summary: """
      Over time: each snapshot of a fine-tuning, and its final model, are compared with theta0. `dynamics: {}` has all \
      defaults.
      """,
    notes: """
      With `at: snapshots` each chosen cell must keep snapshots.

      | measure | what it is |
      | --- | --- |
      \(Measure.allCases.map { "| `\($0.rawValue)` | \($0.meaning) |" }.joined(separator: "\n"))

      \(Measure.allCases.filter(\.needsAllDirections).map { "`\($0.rawValue)`" }.joined(separator: ", ")) need all directions \
      of the features: full decompositions, and more to gather.
      """)
}

extension DynamicsRequest.Keys: SectionKey {
  static var section: SweepSection { .dynamics }

  var declaration: KeyDeclaration {
    switch self {
    case .tasks: .cells.tasks
    case .initialisations: .cells.initialisations
    case .variants: .cells.variants
    case .seeds: .cells.seeds
    case .measures: .measures
    case .probes: .probes("own: those of the cell's task, of which each task must have one")
    case .at:
      .init(
        .choice(DynamicsRequest.Times.self), default: .of(DynamicsRequest.Times.snapshots),
        "which models of a cell: every snapshot, or the final one alone")
    }
  }
}
