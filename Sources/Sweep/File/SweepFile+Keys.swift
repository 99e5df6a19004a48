// Every key of a sweep file is declared once, beside the type that it becomes: see `KeyDeclaration`.

extension SweepFile.CodingKeys: SectionKey {
  static var section: SweepSection { .sweep }

  var declaration: KeyDeclaration {
    switch self {
    case .name:
      .init(
        .name, default: .described("the file's, without extension"), "the sweep's name; the run directory is runs/NAME")
    case .model:
      .init(
        .path, default: .required("the path of a Hugging Face directory"),
        "Hugging Face directory: config.json, vocab.txt, model.safetensors (or shards with an index). --model replaces it"
      )
    case .data:
      .init(
        .path, default: .none,
        "GLUE folder, one folder per task. --data replaces it. GLUE tasks need one of the two")
    case .tasks:
      .init(
        .mappings(.tasks), default: .required("a list of tasks"), bound: "or names of GLUE tasks; at most 100",
        "what is fine-tuned on: \(TaskEntry.glueNames.joined(separator: ", ")), and tasks of your own")
    case .seeds:
      .init(
        .mapping(.seeds), default: .value("{count: 3}"), bound: "or a list of seeds", "the seeds of each task's cells")
    case .initialisations:
      .init(
        .choices(Initialisation.self), default: .value("[pretrained]"),
        "where each task's cells start: the checkpoint, or random parameters of its shape")
    case .initialisationSeed:
      .init(.seed, default: .of(0), "keys random parameters, and a pooler that the checkpoint lacks")
    case .recipe: .init(.mapping(.recipe), default: .allDefaults, "the recipe of all cells")
    case .recipes:
      .init(
        .described("mapping of recipes"), default: .allDefaults,
        "changes of the recipe, by the name of an initialisation or a task: {scratch: {epochs: 8}, RTE: {batch: 16}}. "
          + "Where both apply, the task's wins")
    case .variants: .init(.mappings(.variants), default: .value("[]"), "more cells, by a recipe that differs")
    case .subset:
      .init(.mapping(.subset), default: .allDefaults, "what losses of points, snapshots and Hessians are taken on")
    case .gather: .init(.mapping(.gather), default: .allDefaults, "memory and files of what is gathered at rank 0")
    case .onFailure: .init(.mapping(.failure), default: .allDefaults, "what happens after a unit has failed")
    }
  }
}

extension SweepFile.SeedKeys: SectionKey {
  static var section: SweepSection { .seeds }

  var declaration: KeyDeclaration {
    switch self {
    case .count:
      .init(
        .integer(1...SweepFile.mostSeeds), unit: "seeds", default: .none, "head and order seed 0, 1, 2, ... together")
    case .head:
      .init(
        .list(of: "seeds"), default: .required("a list of seeds (or count)"), bound: "not with `count`",
        "the seeds of task heads and dropout masks")
    case .order:
      .init(
        .list(of: "seeds"), default: .required("a list of seeds"), bound: "not with `count`",
        "the seeds of the rows' order; each is paired with each of head")
    }
  }
}

extension Subset.CodingKeys: SectionKey {
  static var section: SweepSection { .subset }

  var declaration: KeyDeclaration {
    let standard = Subset()
    return switch self {
    case .train:
      .init(
        .count, unit: "examples", default: .of(standard.train),
        "of the rows that the cell trains on, for the training loss; more than there are means all")
    case .dev:
      .init(
        .count, unit: "examples", default: .of(standard.dev),
        "of the dev rows, for dev loss and dev error; more than there are means all")
    case .seed: .init(.seed, default: .of(standard.seed), "which examples")
    case .batch: .init(.batch, unit: "examples", default: .of(standard.batch), "of a forward pass")
    }
  }
}

extension FailurePolicy.CodingKeys: SectionKey {
  static var section: SweepSection { .failure }

  var declaration: KeyDeclaration {
    switch self {
    case .retries:
      .init(
        .integer(0...10), unit: "times", default: .of(FailurePolicy().retries),
        "how often a failed unit is tried again at once")
    }
  }
}
