extension Probe {
  init(_ value: YAMLValue, of grid: CellGrid) throws {
    let keys = try value.mapping(CodingKeys.self)
    self.init(
      name: try keys.value(.name).fileName(),
      task: try keys.value(.task).task(of: grid))
    split = try keys[.split]?.choice() ?? split
    examples = try keys.integer(.examples) ?? examples
    rows = try keys.integer(.rows) ?? rows
    seed = try keys.integer(.seed) ?? seed
    tokens = try keys[.tokens]?.choice() ?? tokens
    batch = try keys.integer(.batch) ?? batch
    maxLength = try keys.integer(.maxLength)
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

extension Gathering {
  init(_ value: YAMLValue) throws {
    let keys = try value.mapping(CodingKeys.self)
    memory = try keys.value(.memory).bytes(atLeast: 1_000_000)
    keep = try keys.value(.keep).boolean()
  }
}

extension YAMLValue {
  /// Names of probes; nil for the word `own`.
  fileprivate func probes(among known: [Probe]) throws -> [String]? {
    if isText("own") { return nil }
    let names = known.map(\.name)
    return try list(of: "names of probes (or the word own)", distinctBy: \.self) {
      try $0.name(among: names, called: "one of the sweep's probes")
    }
  }

  fileprivate func requireProbes(of tasks: [String], among known: [Probe]) throws {
    guard let task = tasks.first(where: { task in !known.contains { $0.task == task } }) else { return }
    throw unfit("no probe of task \(task)", "a probe of each task under the key probes, or a list of probes here")
  }

  /// A number of bytes, such as `500 MB` or `2 GB` (powers of 1000).
  fileprivate func bytes(atLeast least: Int) throws -> Int {
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
