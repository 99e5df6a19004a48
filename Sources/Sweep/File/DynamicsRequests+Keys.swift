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

extension KeyDeclaration {
  fileprivate static let measures = KeyDeclaration(
    .choices(Measure.self), default: .value("[\(Measure.attention.rawValue), \(Measure.svcca.rawValue)]"),
    "what models are compared by")

  fileprivate static func probes(_ meaning: String) -> KeyDeclaration {
    .init(.list(of: "probes"), default: .value("own"), bound: "or `own`", meaning)
  }
}
