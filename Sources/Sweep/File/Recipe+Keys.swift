extension Recipe.CodingKeys: SectionKey {
  static var section: SweepSection { .recipe }

  var declaration: KeyDeclaration {
    let standard = Recipe()
    return switch self {
    case .epochs:
      .init(.integer(1...1000), unit: "passes", default: .of(standard.epochs), "over the training rows")
    case .batch: .init(.batch, unit: "examples", default: .of(standard.batch), "of an optimiser step")
    case .microBatch:
      .init(
        .batch, unit: "examples", default: .described("`batch`"), bound: "at most `batch`",
        "of a forward and backward pass; gradients accumulate. Less memory, other last bits")
    case .learningRate:
      .init(.number(0...1, excludingLowest: true), default: .of(standard.learningRate), "the highest")
    case .warmup:
      .init(.number(0...1), unit: "share of all steps", default: .of(standard.warmup), "in which the rate rises")
    case .weightDecay:
      .init(
        .number(0...1), default: .of(standard.weightDecay),
        "AdamW's decay of matrices; biases and LayerNorm have none")
    case .maxLength:
      .init(
        .length, unit: "tokens", default: .of(standard.maxLength), bound: "at most the model's positions",
        "of an example, special tokens included; longer ones are cut")
    case .trainRows:
      .init(
        .count, unit: "rows", default: .described("all"),
        "the first rows of the training file; a shorter file gives all it has")
    case .threads:
      .init(
        .integer(1...1024), unit: "threads", default: .of(standard.threads),
        "of a unit, for models too large for a rank per core. Ranks x threads should not exceed the cores. Other last bits"
      )
    case .recompute:
      .init(
        .boolean, default: .of(standard.recompute),
        "backward passes compute layers again in place of keeping their inner activations. Less memory, a third more "
          + "operations, same bits")
    case .precision:
      .init(.choice(Precision.self), default: .of(standard.precision), "numbers that matrix products are computed in")
    case .snapshots:
      .init(
        .mapping(.snapshots), default: .value("{every: \(standard.snapshots)}"),
        "keeps the parameters on the way, each time the size of the model; trajectories, dynamics and surfaces along a "
          + "trajectory need them")
    case .freeze:
      .init(
        .list(of: "layer groups"), default: .value("[]"), bound: "see `curves`",
        "parts of the encoder that stay as they start")
    case .freezeQueryKey:
      .init(
        .list(of: "layer groups"), default: .value("[]"), bound: "see `curves`; groups with layers",
        "layers whose query and key weights and biases stay as they start")
    case .layerDecay:
      .init(
        .number(0...1, excludingLowest: true), unit: "factor", default: .of(standard.layerDecay),
        "on the learning rate, from each layer to the one below")
    case .reinitialise:
      .init(
        .integer(0...1000), unit: "layers", default: .of(standard.reinitialise), bound: "at most the model's layers",
        "that many top layers, and the pooler, start from random parameters")
    }
  }
}

extension RecipeChanges.SnapshotKeys: SectionKey {
  static var section: SweepSection { .snapshots }

  var declaration: KeyDeclaration {
    switch self {
    case .every:
      .init(
        .described("interval"), default: .required(RecipeChanges.interval),
        bound: "N steps, at least 1; X epochs, 0.001 to 1000; none",
        "keeps the parameters at the start, after each interval and at the end: 100 steps, 0.5 epochs")
    }
  }
}

extension RecipeVariant.CodingKeys: SectionKey {
  static var section: SweepSection { .variants }

  var declaration: KeyDeclaration {
    switch self {
    case .name:
      .init(
        .name, default: .required("a name"), bound: "not `plain`, no task or initialisation",
        "of the variant, part of its cells' names")
    case .tasks: .init(.list(of: "tasks"), default: .described("all"), bound: "tasks of the sweep", "which have it")
    case .initialisations:
      .init(
        .list(of: "initialisations"), default: .described("all"), bound: "initialisations of the sweep", "which have it"
      )
    case .recipe:
      .init(
        .mapping(.recipe), default: .required("what differs, such as {epochs: 20}"),
        "what differs from the recipe that the cells would have without it, `recipes` included")
    }
  }
}
