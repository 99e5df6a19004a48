extension SweepFile {
  /// Reads a sweep file.
  ///
  /// - Parameters:
  ///   - yaml: the file's text.
  ///   - path: the file's path, for messages and the default name; nothing is read from it.
  /// - Throws: ``SweepError`` naming file, line and key: the text is not YAML, a key is unknown, missing or given
  ///   twice, a value is of the wrong type, outside its range or refers to what is not there.
  public init(yaml: String, path: String) throws {
    let keys = try YAMLValue(document: yaml, file: path).mapping(CodingKeys.self)
    name = try keys[.name]?.fileName() ?? Self.defaultName(path, keys.place)
    model = try keys.required(.model, "the path of a Hugging Face directory").text()
    data = try keys[.data]?.text()
    tasks = try keys.required(.tasks, "a list of tasks").list(of: "tasks", distinctBy: \.name, TaskEntry.init)
    let taskNames = tasks.map(\.name)
    seeds = try keys[.seeds].map(Self.seeds) ?? Self.together(Array(0..<3))
    initialisations =
      try keys[.initialisations]?.list(of: "initialisations", distinctBy: \.self) { try $0.choice() } ?? [.pretrained]
    initialisationSeed = try keys[.initialisationSeed]?.integer(Self.seedRange) ?? 0
    recipe = Recipe().applying(try keys[.recipe].map(RecipeChanges.init))
    recipes = try keys[.recipes].map { try Self.recipes($0, tasks: taskNames) } ?? [:]
    subset = try keys[.subset].map(Subset.init) ?? Subset()
    let (seedCount, starts) = (seeds.count, initialisations)
    curves =
      try keys[.curves]?.list(of: "curves", mayBeEmpty: true, distinctBy: \.self) {
        try CurveRequest($0, tasks: taskNames, seedCount: seedCount, initialisations: starts)
      } ?? []
    surfaces =
      try keys[.surfaces]?.list(of: "surfaces", mayBeEmpty: true, distinctBy: \.self) {
        try SurfaceRequest($0, tasks: taskNames, seedCount: seedCount, initialisations: starts)
      } ?? []
    trajectories =
      try keys[.trajectories]?.list(of: "trajectories", mayBeEmpty: true, distinctBy: \.self) {
        try TrajectoryRequest($0, tasks: taskNames)
      } ?? []
    rollback = try keys[.rollback].map(RollbackRequest.init)
    probes =
      try keys[.probes]?.list(of: "probes", mayBeEmpty: true, distinctBy: \.name) { try Probe($0, tasks: taskNames) }
      ?? []
    let known = probes
    consistency = try keys[.consistency].map {
      try ConsistencyRequest($0, tasks: taskNames, seedCount: seedCount, probes: known)
    }
    onFailure = try FailurePolicy(keys[.onFailure])
    try checkSnapshots(keys[.trajectories]?.place ?? keys.place)
    try checkMicroBatches((keys[.recipes] ?? keys[.recipe])?.place ?? keys.place)
  }

  fileprivate static let seedRange = 0...Int(Int32.max)

  private static func defaultName(_ path: String, _ place: SweepError.Place) throws -> String {
    let file = path.split(separator: "/").last ?? ""
    let name = String(file.prefix(upTo: file.lastIndex(of: ".") ?? file.endIndex))
    guard FileName.isValid(name) else {
      throw SweepError.missingKey(
        .init(file: place.file, line: 1, key: "name"), expected: "\(FileName.expected), as the file's name is none")
    }
    return name
  }

  private static func recipes(_ value: YAMLValue, tasks: [String]) throws -> [String: RecipeChanges] {
    let known = Initialisation.allCases.map(\.rawValue) + tasks
    return try value.entries().reduce(into: [:]) { recipes, entry in
      guard known.contains(entry.key) else { throw SweepError.unknownKey(entry.value.place, known: known) }
      recipes[entry.key] = try RecipeChanges(entry.value)
    }
  }

  /// A trajectory is made of snapshots.
  private func checkSnapshots(_ place: SweepError.Place) throws {
    for task in trajectories.map(\.task) {
      for initialisation in initialisations
      where recipe(task: task, initialisation: initialisation).snapshots == .none {
        throw SweepError.wrongValue(
          place, got: "a trajectory of \(task), \(initialisation.rawValue), without snapshots",
          expected: "snapshots in its recipe, such as snapshots: {every: 0.5 epochs}")
      }
    }
  }

  /// A cell's batch and micro-batch may come from different places of the file.
  private func checkMicroBatches(_ place: SweepError.Place) throws {
    for task in tasks.map(\.name) {
      for initialisation in initialisations {
        let recipe = recipe(task: task, initialisation: initialisation)
        guard let microBatch = recipe.microBatch, microBatch > recipe.batch else { continue }
        throw SweepError.wrongValue(
          place, got: "micro_batch \(microBatch) with batch \(recipe.batch) for \(task), \(initialisation.rawValue)",
          expected: "a micro_batch of at most batch")
      }
    }
  }
}

// Seeds: a number of them, a list, or two lists.
extension SweepFile {
  private enum SeedKeys: String, CodingKey, CaseIterable {
    case count, head, order
  }

  fileprivate static func together(_ seeds: [Int]) -> [Seed] { seeds.map { Seed(head: $0, order: $0) } }

  fileprivate static func seeds(_ value: YAMLValue) throws -> [Seed] {
    func list(_ value: YAMLValue) throws -> [Int] {
      try value.list(of: "seeds", distinctBy: \.self) { try $0.integer(seedRange) }
    }
    guard value.isMapping else { return together(try list(value)) }
    let keys = try value.mapping(SeedKeys.self)
    if let count = keys[.count] {
      guard keys[.head] == nil, keys[.order] == nil else { throw value.wrong("either count, or head and order") }
      return together(Array(0..<(try count.integer(1...10_000))))
    }
    let heads = try list(try keys.required(.head, "a list of seeds (or count)"))
    let orders = try list(try keys.required(.order, "a list of seeds"))
    return heads.flatMap { head in orders.map { Seed(head: head, order: $0) } }
  }
}

extension Subset {
  fileprivate init(_ value: YAMLValue) throws {
    self.init()
    let keys = try value.mapping(CodingKeys.self)
    train = try keys[.train]?.integer(1...(.max)) ?? train
    dev = try keys[.dev]?.integer(1...(.max)) ?? dev
    seed = try keys[.seed]?.integer(SweepFile.seedRange) ?? seed
    batch = try keys[.batch]?.integer(1...65_536) ?? batch
  }
}

extension SurfaceRequest {
  fileprivate init(
    _ value: YAMLValue, tasks: [String], seedCount: Int, initialisations: [Initialisation]
  ) throws {
    let keys = try value.mapping(CodingKeys.self)
    task = try keys.required(.task, "one of the sweep's tasks").name(among: tasks, called: "one of the sweep's tasks")
    let second = try keys.required(.other, "another one of the sweep's tasks")
    other = try second.name(among: tasks, called: "one of the sweep's tasks")
    guard other != task else { throw second.wrong("another task than \(task)") }
    seed = try keys[.seed]?.integer(0...(seedCount - 1)) ?? 0
    let start = try keys[.initialisation]?.name(
      among: initialisations.map(\.rawValue), called: "one of the sweep's initialisations")
    initialisation = start.flatMap(Initialisation.init) ?? initialisations.first ?? .pretrained
    alpha = try keys[.alpha].map(Axis.init) ?? Axis(lowest: -4, highest: 4, points: 40)
    beta = try keys[.beta].map(Axis.init) ?? Axis(lowest: -4, highest: 4, points: 40)
    groups = try keys[.groups].map(LayerGroup.names) ?? ["all"]
    elsewhere = try keys[.elsewhere]?.choice() ?? .theta1
  }
}

extension CurveRequest {
  fileprivate init(
    _ value: YAMLValue, tasks known: [String], seedCount: Int, initialisations starts: [Initialisation]
  ) throws {
    let keys = try value.mapping(CodingKeys.self)
    along = try keys[.along]?.choice() ?? .finetuning
    tasks =
      try keys[.tasks]?.list(of: "tasks", distinctBy: \.self) {
        try $0.name(among: known, called: "one of the sweep's tasks")
      } ?? known
    seeds =
      try keys[.seeds]?.list(of: "indices of seeds", distinctBy: \.self) { try $0.integer(0...(seedCount - 1)) }
      ?? Array(0..<seedCount)
    initialisations =
      try keys[.initialisations]?.list(of: "initialisations", distinctBy: \.self) {
        let name = try $0.name(among: starts.map(\.rawValue), called: "one of the sweep's initialisations")
        return Initialisation(rawValue: name) ?? .pretrained
      } ?? starts
    let standard =
      along == .seeds ? Axis(lowest: 0, highest: 1, points: 21) : Axis(lowest: -4, highest: 4, points: 40)
    alpha = try keys[.alpha].map(Axis.init) ?? standard
    groups = try keys[.groups].map(LayerGroup.names) ?? ["all"]
    elsewhere = try keys[.elsewhere]?.choice() ?? .theta1
    guard along != .seeds || seeds.count >= 2 else {
      throw SweepError.wrongValue(value.place, got: "1 seed", expected: "at least 2 seeds to go between")
    }
    guard along != .seeds || (groups == ["all"] && elsewhere == .theta1) else {
      throw SweepError.wrongValue(
        value.place, got: "along: seeds with groups or elsewhere", expected: "whole models between seeds")
    }
  }
}

extension TrajectoryRequest {
  fileprivate init(_ value: YAMLValue, tasks: [String]) throws {
    let keys = try value.mapping(CodingKeys.self)
    let name = try keys.required(.task, "one of the sweep's tasks")
      .name(among: tasks, called: "one of the sweep's tasks")
    task = name
    other = try keys[.other].map { second in
      let other = try second.name(among: tasks, called: "one of the sweep's tasks")
      guard other != name else { throw second.wrong("another task than \(name)") }
      return other
    }
  }
}

extension RollbackRequest {
  fileprivate init(_ value: YAMLValue) throws {
    let keys = try value.mapping(CodingKeys.self)
    groups = try keys[.groups].map(LayerGroup.names) ?? ["low", "middle", "high"]
    layers = try keys[.layers]?.choice() ?? .each
  }
}

extension LayerGroup {
  /// A list of groups; which layers a model has is not known yet.
  fileprivate static func names(_ value: YAMLValue) throws -> [String] {
    try value.list(of: "layer groups", distinctBy: \.self) { element in
      let text = try element.text(expected)
      do { try check(text) } catch { throw element.wrong(expected) }
      return text
    }
  }
}

extension Axis {
  fileprivate init(_ value: YAMLValue) throws {
    let expected = "[lowest, highest, number of points], the first below the second"
    let parts = try value.list(of: expected)
    guard parts.count == 3 else { throw value.wrong(expected) }
    let lowest = try parts[0].number(-1000...1000)
    let highest = try parts[1].number(-1000...1000)
    guard lowest < highest else { throw parts[1].wrong("a number above the lowest, \(lowest)") }
    self.init(lowest: lowest, highest: highest, points: try parts[2].integer(2...1001))
  }
}

extension Probe {
  fileprivate init(_ value: YAMLValue, tasks: [String]) throws {
    let keys = try value.mapping(CodingKeys.self)
    self.init(
      name: try keys.required(.name, "a name").fileName(),
      task: try keys.required(.task, "one of the sweep's tasks")
        .name(among: tasks, called: "one of the sweep's tasks"))
    split = try keys[.split]?.choice() ?? split
    examples = try keys[.examples]?.integer(1...(.max)) ?? examples
    rows = try keys[.rows]?.integer(2...(.max)) ?? rows
    seed = try keys[.seed]?.integer(SweepFile.seedRange) ?? seed
    tokens = try keys[.tokens]?.choice() ?? tokens
    batch = try keys[.batch]?.integer(1...65_536) ?? batch
  }
}

extension ConsistencyRequest {
  fileprivate init(_ value: YAMLValue, tasks: [String], seedCount: Int, probes: [Probe]) throws {
    let keys = try value.mapping(CodingKeys.self)
    between = try keys[.between]?.list(of: "comparisons", distinctBy: \.self) { try $0.implementedChoice() } ?? [.seeds]
    measures = try keys[.measures]?.list(of: "measures", distinctBy: \.self) { try $0.implementedChoice() } ?? [.svcca]
    guard seedCount >= 2 else {
      throw SweepError.wrongValue(value.place, got: "1 seed", expected: "at least 2 seeds to compare")
    }
    if let named = keys[.probes], !named.isText("own") {
      let names = probes.map(\.name)
      self.probes = try named.list(of: "names of probes (or the word own)", distinctBy: \.self) {
        try $0.name(among: names, called: "one of the sweep's probes")
      }
      return
    }
    self.probes = nil
    if let task = tasks.first(where: { task in !probes.contains { $0.task == task } }) {
      throw SweepError.wrongValue(
        (keys[.probes] ?? value).place, got: "no probe of task \(task)",
        expected: "a probe of each task under the key probes, or a list of probes here")
    }
  }
}

extension FailurePolicy {
  fileprivate init(_ value: YAMLValue?) throws {
    retries = try value?.mapping(CodingKeys.self)[.retries]?.integer(0...10) ?? 0
  }
}
