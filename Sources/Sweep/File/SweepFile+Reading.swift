extension SweepFile {
  /// Reads a sweep file.
  ///
  /// - Parameters:
  ///   - yaml: the file's text, at most 1 MB.
  ///   - path: the file's path, for messages and the default name; nothing is read from it.
  ///   - name: the sweep's name where the file has none; nil: the file's own, without its extension. The copy in a run
  ///     directory is read with the name that was recorded beside it, as its file is called otherwise.
  /// - Throws: ``SweepError`` naming file, line and key: the text is not YAML, a key is unknown, missing or given
  ///   twice, a value is of the wrong type, outside its range or refers to what is not there.
  public init(yaml: String, path: String, name recorded: String? = nil) throws {
    let file = try YAMLValue(document: try YAMLText(yaml, file: path), file: path)
    let (keys, requested) = try file.mappings(CodingKeys.self, Requests.CodingKeys.self)
    let own = try keys[.name]?.fileName()
    hasOwnName = own != nil
    name = try own ?? recorded.flatMap { FileName.isValid($0) ? $0 : nil } ?? Self.defaultName(path, keys.place)
    model = try keys.value(.model).path()
    data = try keys[.data]?.path()
    // Each is read from files of its own.
    tasks = try keys.value(.tasks).list(of: "tasks", atMost: 100, distinctBy: \.name, TaskEntry.init)
    let taskNames = tasks.map(\.name)
    seeds = try Self.seeds(keys.value(.seeds))
    initialisations = try keys.value(.initialisations).list(of: "initialisations", distinctBy: \.self) {
      try $0.choice()
    }
    initialisationSeed = try keys.value(.initialisationSeed).integer(Self.seedRange)
    recipe = Recipe().applying(try RecipeChanges(keys.value(.recipe)))
    recipes = try Self.recipes(keys.value(.recipes), tasks: taskNames)
    subset = try Subset(keys.value(.subset))
    let (names, starts) = (taskNames, initialisations)
    variants = try keys.value(.variants).list(of: "variants", mayBeEmpty: true, distinctBy: \.name) {
      try RecipeVariant($0, tasks: names, initialisations: starts)
    }
    let places = keys[.variants]?.place ?? keys[.seeds]?.place ?? keys.place
    grid = try CellGrid(
      tasks: taskNames, initialisations: initialisations, variants: variants, seeds: seeds, places)
    requests = try Requests(requested, of: grid)
    gather = try Gathering(keys.value(.gather))
    onFailure = try FailurePolicy(keys.value(.onFailure))
    try checkSnapshots(requested)
    try checkMicroBatches((keys[.recipes] ?? keys[.variants] ?? keys[.recipe])?.place ?? keys.place)
  }

  static let seedRange = 0...Int(Int32.max)
  /// How many seeds each task's cells may have.
  static let mostSeeds = 10_000

  /// The text of a sweep file, without a byte order mark.
  ///
  /// - Parameters:
  ///   - bytes: the file's, at most 1 MB.
  ///   - path: the file's path, for messages.
  /// - Throws: ``SweepError/notYAML(_:problem:)`` for bytes that are not UTF-8, and for a text that is too long or nested too
  ///   deep to be a sweep file.
  public static func text(of bytes: some Collection<UInt8>, path: String) throws -> String {
    try YAMLText(bytes, file: path).text
  }

  private static func defaultName(_ path: String, _ place: SweepError.KeyPlace) throws -> String {
    let file = path.split(separator: "/").last ?? ""
    let name = String(file.prefix(upTo: file.lastIndex(of: ".") ?? file.endIndex))
    guard FileName.isValid(name) else {
      throw SweepError.missingKey(
        .init(file: place.file, line: 1, key: "name", section: .sweep),
        expected: "\(FileName.expected), as the file's name is none")
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

  /// A trajectory, and its plane, are made of snapshots.
  private func checkSnapshots(_ keys: YAMLMapping<Requests.CodingKeys>) throws {
    func check(_ what: String, _ cells: CellSelection, _ place: SweepError.KeyPlace?) throws {
      for kind in kinds(of: cells) {
        let recipe = recipe(task: kind.task, initialisation: kind.initialisation, variant: kind.variant)
        guard recipe.snapshots == .none else { continue }
        throw SweepError.wrongValue(
          place ?? keys.place,
          got:
            "\(what) of \(kind.task), \(kind.initialisation.rawValue), \(kind.variant ?? CellGrid.plain), without snapshots",
          expected: "snapshots in its recipe, such as snapshots: {every: 0.5 epochs}, or other tasks and variants")
      }
    }
    for request in requests.trajectories { try check("a trajectory", request.cells, keys[.trajectories]?.place) }
    if let dynamics = requests.dynamics, dynamics.at == .snapshots {
      try check("dynamics", dynamics.cells, keys[.dynamics]?.place)
    }
    for request in requests.surfaces where request.along == .trajectory {
      let cells = CellSelection(
        tasks: [request.task].compactMap(\.self), initialisations: [request.initialisation],
        variants: [request.variant ?? CellGrid.plain], seeds: [request.seed])
      try check("a trajectory's plane", cells, keys[.surfaces]?.place)
    }
  }

  /// A cell's batch and micro-batch may come from different places of the file.
  private func checkMicroBatches(_ place: SweepError.KeyPlace) throws {
    for kind in grid.allKinds {
      let recipe = recipe(task: kind.task, initialisation: kind.initialisation, variant: kind.variant)
      guard let microBatch = recipe.microBatch, microBatch > recipe.batch else { continue }
      throw SweepError.wrongValue(
        place,
        got: "micro_batch \(microBatch) with batch \(recipe.batch) for \(kind.task), \(kind.initialisation.rawValue), "
          + "\(kind.variant ?? CellGrid.plain)",
        expected: "a micro_batch of at most batch")
    }
  }
}

// Seeds: a number of them, a list, or two lists.
extension SweepFile {
  enum SeedKeys: String, CodingKey, CaseIterable {
    case count, head, order
  }

  fileprivate static func together(_ seeds: [Int]) -> [Seed] { seeds.map { Seed(head: $0, order: $0) } }

  fileprivate static func seeds(_ value: YAMLValue) throws -> [Seed] {
    func list(_ value: YAMLValue) throws -> [Int] {
      try value.list(of: "seeds", atMost: mostSeeds, distinctBy: \.self) { try $0.integer(seedRange) }
    }
    guard value.isMapping else { return together(try list(value)) }
    let keys = try value.mapping(SeedKeys.self)
    if let count = try keys.integer(.count) {
      guard keys[.head] == nil, keys[.order] == nil else { throw value.wrong("either count, or head and order") }
      return together(Array(0..<count))
    }
    let heads = try list(keys.value(.head))
    let orders = try list(keys.value(.order))
    guard heads.count * orders.count <= mostSeeds else {
      throw value.unfit(
        "\(heads.count) head seeds x \(orders.count) order seeds", "at most \(mostSeeds) pairs of seeds")
    }
    return heads.flatMap { head in orders.map { Seed(head: head, order: $0) } }
  }
}

extension Subset {
  fileprivate init(_ value: YAMLValue) throws {
    self.init()
    let keys = try value.mapping(CodingKeys.self)
    train = try keys.integer(.train) ?? train
    dev = try keys.integer(.dev) ?? dev
    seed = try keys.integer(.seed) ?? seed
    batch = try keys.integer(.batch) ?? batch
  }
}

extension FailurePolicy {
  fileprivate init(_ value: YAMLValue) throws {
    self.init()
    retries = try value.mapping(CodingKeys.self).integer(.retries) ?? retries
  }
}
