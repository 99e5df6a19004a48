extension CurveRequest {
  init(_ value: YAMLValue, of grid: CellGrid) throws {
    let keys = try value.mapping(Keys.self)
    along = try Along(keys.value(.along), of: grid)
    cells = try CellSelection(value, of: grid)
    alpha = try keys[.alpha].map(Axis.init) ?? along.standardAxis
    groups = try LayerGroup.names(keys.value(.groups))
    elsewhere = try keys.value(.elsewhere).choice()
    let isWhole = groups == ["all"] && elsewhere == .theta1
    switch along {
    case .finetuning: break
    case .seeds:
      guard cells.seeds.count >= 2 else { throw value.unfit("1 seed", "at least 2 seeds to go between") }
      guard isWhole else { throw value.unfit("along: seeds with groups or elsewhere", "whole models between seeds") }
    case .random:
      if let key = keys[.elsewhere] { throw key.wrong("no such key: around a final model all else rests there") }
    case .models:
      if let key = keys[.tasks] ?? keys[.seeds] ?? keys[.initialisations] ?? keys[.variants] {
        throw key.wrong("no such key: along names both models")
      }
    }
  }
}

extension CurveRequest.Along: Encodable {
  static let words = ["finetuning", "seeds", "random"]
  private static let expected = "finetuning, seeds, random, {random: {...}} or {from: MODEL, to: MODEL}"

  enum Keys: String, CodingKey, CaseIterable {
    case random, from, to
  }

  init(_ value: YAMLValue, of grid: CellGrid) throws {
    guard value.isMapping else {
      switch try value.name(among: Self.words, called: "one of \(Self.expected)") {
      case "seeds": self = .seeds
      case "random": self = .random(RandomRequest())
      default: self = .finetuning
      }
      return
    }
    let keys = try value.mapping(Keys.self)
    if let random = keys[.random] {
      guard keys[.from] == nil, keys[.to] == nil else { throw value.wrong(Self.expected) }
      self = .random(try RandomRequest(random))
      return
    }
    let from = try ModelReference(keys.value(.from), of: grid)
    let second = try keys.value(.to)
    let to = try ModelReference(second, of: grid)
    guard to.cell != nil else { throw second.wrong("a model with a head, which theta0 has not") }
    guard to != from else { throw second.wrong("another model than \(from)") }
    self = .models(from: from, to: to)
  }

  /// As the sweep file says it.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .finetuning: try encoder.encode("finetuning")
    case .seeds: try encoder.encode("seeds")
    case .random(let random): try encoder.encode([Keys.random.rawValue: random])
    case .models(let from, let to): try encoder.encode(["from": "\(from)", "to": "\(to)"])
    }
  }

  var standardAxis: Axis {
    switch self {
    case .finetuning: Axis(lowest: -4, highest: 4, points: 40)
    case .random: Axis(lowest: -1, highest: 1, points: 41)
    case .seeds, .models: Axis(lowest: 0, highest: 1, points: 21)
    }
  }
}

extension SurfaceRequest {
  init(_ value: YAMLValue, of grid: CellGrid) throws {
    let keys = try value.mapping(Keys.self)
    let named = try keys[.along].flatMap { try Along(models: $0, of: grid) }
    if let named {
      for key in [Keys.task, .other, .seed, .initialisation, .variant] {
        if let value = keys[key] { throw value.wrong("no such key: along names the models") }
      }
      along = named
      task = nil
    } else {
      let name = try keys.value(.task).task(of: grid)
      along = try Along(keys.value(.along), task: name, in: keys, of: grid)
      task = name
    }
    seed = try keys.value(.seed).integer(0...(grid.seeds.count - 1))
    initialisation = try keys[.initialisation]?.initialisation(of: grid) ?? grid.initialisations[0]
    let name = try keys.value(.variant).name(among: grid.variantNames, called: "one of the sweep's variants")
    variant = name == CellGrid.plain ? nil : name
    if let task, !grid.has(task: task, initialisation: initialisation, variant: variant) {
      throw value.unfit("\(task), \(initialisation.rawValue), \(variant ?? CellGrid.plain)", "cells of the sweep")
    }
    let standard = along.standardAxes
    alpha = try keys[.alpha].map(Axis.init) ?? standard.alpha
    beta = try keys[.beta].map(Axis.init) ?? standard.beta
    groups = try LayerGroup.names(keys.value(.groups))
    elsewhere = try keys.value(.elsewhere).choice()
    switch along {
    case .tasks, .models: break
    case .random, .trajectory:
      if let key = keys[.elsewhere] { throw key.wrong("no such key: around a final model all else rests there") }
      if case .trajectory = along, groups != ["all"] {
        throw value.unfit("a trajectory's plane with groups", "whole models")
      }
    }
  }
}

extension SurfaceRequest.Along: Encodable {
  static let words = ["tasks", "random", "trajectory"]
  private static let expected =
    "tasks, random, {random: {...}}, trajectory or {from: MODEL, to: MODEL, other: MODEL}"

  enum Keys: String, CodingKey, CaseIterable {
    case random, from, to, other
  }

  /// The form that names models; nil for another form.
  fileprivate init?(models value: YAMLValue, of grid: CellGrid) throws {
    guard value.isMapping else { return nil }
    let keys = try value.mapping(Keys.self)
    guard keys[.random] == nil else { return nil }
    let from = try ModelReference(keys.value(.from), of: grid)
    let (second, third) = (try keys.value(.to), try keys.value(.other))
    let (to, other) = (try ModelReference(second, of: grid), try ModelReference(third, of: grid))
    guard to.cell != nil else { throw second.wrong("a model with a head, which theta0 has not") }
    guard to != from else { throw second.wrong("another model than \(from)") }
    guard other != from, other != to, other.cell != nil else {
      throw third.wrong("a third model, fine-tuned, beside \(from) and \(to)")
    }
    self = .models(from: from, to: to, other: other)
  }

  fileprivate init(
    _ value: YAMLValue, task: String, in keys: YAMLMapping<SurfaceRequest.Keys>, of grid: CellGrid
  ) throws {
    func refuseOther() throws {
      if let other = keys[.other] { throw other.wrong("no such key: along says what spans the surface") }
    }
    if value.isMapping {
      let inner = try value.mapping(Keys.self)
      guard let random = inner[.random], inner[.from] == nil, inner[.to] == nil, inner[.other] == nil else {
        throw value.wrong(Self.expected)
      }
      try refuseOther()
      let request = try RandomRequest(random)
      guard request.directions == 1 else { throw random.wrong("no key directions: a surface takes two") }
      self = .random(request)
      return
    }
    switch try value.name(among: Self.words, called: "one of \(Self.expected)") {
    case "random":
      try refuseOther()
      self = .random(RandomRequest())
    case "trajectory":
      try refuseOther()
      self = .trajectory
    default:
      self = .tasks(
        other: try keys.value(.other).task(of: grid, but: [task]))
    }
  }

  /// As the sweep file says it.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .tasks(let other): try encoder.encode(["other": other])
    case .random(let random): try encoder.encode([Keys.random.rawValue: random])
    case .trajectory: try encoder.encode("trajectory")
    case .models(let from, let to, let other):
      try encoder.encode(["from": "\(from)", "to": "\(to)", "other": "\(other)"])
    }
  }

  var standardAxes: (alpha: Axis, beta: Axis) {
    let wide = Axis(lowest: -4, highest: 4, points: 40)
    let narrow = Axis(lowest: -1, highest: 1, points: 41)
    return switch self {
    case .tasks, .models: (wide, wide)
    case .random: (narrow, narrow)
    case .trajectory: (Axis(lowest: -1.5, highest: 0.5, points: 41), narrow)
    }
  }
}

extension RandomRequest {
  fileprivate init(_ value: YAMLValue) throws {
    self.init()
    let keys = try value.mapping(CodingKeys.self)
    normalisation = try keys[.normalisation]?.choice() ?? normalisation
    directions = try keys.integer(.directions) ?? directions
    seed = try keys.integer(.seed) ?? seed
    vectors = try keys[.vectors]?.boolean() ?? vectors
  }
}

extension ModelReference: CustomStringConvertible, Encodable {
  /// How a model is named.
  static let expected = "a model: theta0, a cell such as MRPC-s0, or its snapshot such as MRPC-s0 step 20"

  fileprivate init(_ value: YAMLValue, of grid: CellGrid) throws {
    let text = try value.text(Self.expected)
    if text == "theta0" {
      (cell, step) = (nil, nil)
      return
    }
    let words = text.split(separator: " ").map(String.init)
    let step = words.count == 3 && words[1] == "step" ? Int(words[2]) : nil
    guard let name = words.first, words.count == 1 || step != nil else { throw value.wrong(Self.expected) }
    guard grid.cellNames.contains(name) else {
      throw value.wrong(Self.expected, suggestion: nearest(to: name, among: grid.cellNames.sorted()))
    }
    (cell, self.step) = (name, step)
  }

  /// As the sweep file says it.
  public var description: String { (cell ?? "theta0") + (step.map { " step \($0)" } ?? "") }

  /// As its description, in one text.
  public func encode(to encoder: any Encoder) throws { try encoder.encode(description) }
}

extension LayerGroup {
  /// A list of groups; which layers a model has is not known yet.
  static func names(_ value: YAMLValue, mayBeEmpty: Bool = false) throws -> [String] {
    try value.list(of: "layer groups", mayBeEmpty: mayBeEmpty, distinctBy: \.self) { element in
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
    let lowest = try parts[0].number(Self.ends)
    let highest = try parts[1].number(Self.ends)
    guard lowest < highest else { throw parts[1].wrong("a number above the lowest, \(lowest)") }
    self.init(lowest: lowest, highest: highest, points: try parts[2].integer(Self.counts))
    // They are rounded to 12 decimals.
    let places = coordinates
    guard zip(places, places.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw value.wrong("coordinates that are 1e-12 or more apart: a wider range, or fewer points")
    }
  }
}

extension Encoder {
  /// Encodes one value.
  fileprivate func encode(_ value: some Encodable) throws {
    var container = singleValueContainer()
    try container.encode(value)
  }
}
