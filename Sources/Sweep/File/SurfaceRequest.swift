/// Surfaces that a sweep asks for, one for each layer group.
public struct SurfaceRequest: Sendable, Hashable, Encodable {
  /// What spans them. Default: the fine-tunings of two tasks.
  public let along: Along
  /// The task whose model is theta1 and whose loss is evaluated; nil where `along` names models.
  public let task: String?
  /// An index into the sweep's seeds, of both models. Default: 0, the first.
  public let seed: Int
  /// Where both models start. Default: the sweep's first initialisation.
  public let initialisation: Initialisation
  /// The variant of the recipe; nil: the plain one. The other task's model is of the same variant if that task has it.
  public let variant: String?
  /// The coordinates along d1. Default: 40 from -4 to 4; random 41 from -1 to 1; of a trajectory 41 from -1.5 to 0.5.
  public let alpha: Axis
  /// The coordinates along s d2. Default: 40 from -4 to 4; random and of a trajectory 41 from -1 to 1.
  public let beta: Axis
  /// Layer groups as written (``LayerGroup/expected``). Default: all.
  public let groups: [String]
  /// Where the parameters outside a group are. Default: theta1.
  public let elsewhere: Surface.Elsewhere

  /// What spans a surface.
  public enum Along: Sendable, Hashable {
    /// The fine-tuning of the task, and that of another one.
    case tasks(other: String)
    /// Two random directions around the final model.
    case random(RandomRequest)
    /// The first two principal directions of the cell's snapshots.
    case trajectory
    /// The differences of two models to a third.
    case models(from: ModelReference, to: ModelReference, other: ModelReference)
  }

  enum Keys: String, CodingKey, CaseIterable {
    case along, task, other, seed, initialisation, variant, alpha, beta, groups, elsewhere
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

  /// All entries of the list, distinct.
  static func all(_ value: YAMLValue, of grid: CellGrid) throws -> [Self] {
    try value.list(of: "surfaces", mayBeEmpty: true, distinctBy: \.self) { try Self($0, of: grid) }
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

extension SweepSection {
  /// The section `surfaces`.
  public static let surfaces = SweepSection(
    "surfaces", SurfaceRequest.Keys.self,
    summary: "A list of planes; one surface for each layer group of an entry.",
    notes: """
      A surface costs alpha points x beta points + 3 evaluations of the subset (random, trajectory: + 1). A denser grid or a
      wider range may be asked for in a run directory that has points already: those that both have are kept. Equal
      coordinates are the same point (they are rounded to 12 decimals), so a grid of 2 n - 1 points refines one of n.
      """)

  /// The section `surfaces.along`.
  public static let plane = SweepSection(
    "surfaces.along", SurfaceRequest.Along.Keys.self,
    summary: "What spans planes: a word, or a mapping with these keys.",
    notes: {
      let trajectory = SurfaceRequest.Along.trajectory.standardAxes
      let (wide, narrow) = (
        SurfaceRequest.Along.tasks(other: "").standardAxes.alpha,
        SurfaceRequest.Along.random(RandomRequest()).standardAxes.alpha
      )
      return """
        | `along` | the plane | default `alpha`, `beta` | exact points |
        | --- | --- | --- | --- |
        | `tasks` | theta0 + alpha d1 + beta s d2, d1 = theta1 - theta0, d2 = theta2 - theta0, s = length of d1 / length of \
        d2 | `\(wide)` both | theta0 (0, 0), theta1 (1, 0), theta2 (0, 1/s) |
        | `random`, `{random: {...}}` | theta1 + alpha u + beta v, random directions at right angles, as long as the weights \
        | `\(narrow)` both | theta1 (0, 0) |
        | `trajectory` | theta1 + alpha u + beta v, the first two principal directions of the cell's snapshots, each as long \
        as d1; theta0 has negative coordinates. `groups` must be `[all]`; needs three snapshots that do not lie on a line \
        | `\(trajectory.alpha)`, `\(trajectory.beta)` | theta1 (0, 0) |
        | `{from: MODEL, to: MODEL, other: MODEL}` | as `tasks` with `from` as theta0, `to` as theta1, `other` as theta2: \
        three different models, `to` and `other` not theta0. Replaces `task`, `other`, `seed`, `initialisation`, `variant` \
        | `\(wide)` both | as `tasks` |

        Models and heads are as in `curves.along`. `pc1` and `pc2` in `trajectories.csv` are the coordinates of the snapshots
        on the surface along `trajectory`.
        """
    }())
}

extension SurfaceRequest.Keys: SectionKey {
  static var section: SweepSection { .surfaces }

  var declaration: KeyDeclaration {
    switch self {
    case .along:
      .init(
        .wordOrMapping(SurfaceRequest.Along.words, .plane), default: .value("tasks"), "what spans the plane")
    case .task:
      .init(
        .described("task"), default: .required("one of the sweep's tasks"), bound: "not along named models",
        "whose final model is theta1, and whose rows are evaluated")
    case .other:
      .init(
        .described("task"), default: .required("another one of the sweep's tasks"), bound: "only along `tasks`",
        "whose final model is theta2")
    case .seed:
      .init(
        .described("index"), default: .of(0), bound: "0 to number of seeds - 1",
        "which of the sweep's seeds, counted from 0, for both models")
    case .initialisation:
      .init(
        .described("initialisation"), default: .described("the sweep's first"), bound: "one of the sweep's",
        "where both models start")
    case .variant:
      .init(
        .described("variant"), default: .of(CellGrid.plain), bound: "one of the sweep's",
        "the variant of theta1; of theta2 too where the other task has it, else that is plain")
    case .alpha: .axis("coordinates along the first direction")
    case .beta: .axis("coordinates along the second")
    case .groups: .groups("which parameters move; both directions and s are of the group", default: "[all]")
    case .elsewhere: .elsewhere(bound: "not along `random`, `trajectory`")
    }
  }
}

extension SurfaceRequest.Along.Keys: SectionKey {
  static var section: SweepSection { .plane }

  var declaration: KeyDeclaration {
    switch self {
    case .random: .random
    case .from: .model("the model at (0, 0)", bound: "not with `random`")
    case .to: .model("the model at (1, 0), theta1", bound: "not with `random`; not theta0")
    case .other: .model("the model at (0, 1/s), theta2", bound: "not with `random`; not theta0")
    }
  }
}
