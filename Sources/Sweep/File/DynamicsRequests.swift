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
