/// Curves that a sweep asks for: one for each cell (or pair of seeds) and layer group, or one between two named models.
public struct CurveRequest: Sendable, Hashable, Encodable {
  /// What they lead along. Default: the fine-tuning.
  public let along: Along
  /// Whose models, but for a line between two named ones.
  public let cells: CellSelection
  /// The coordinates along the line. Default: 40 from -4 to 4; between models 21 from 0 to 1; along random directions 41
  /// from -1 to 1.
  public let alpha: Axis
  /// Layer groups as written (``LayerGroup/expected``). Default: all.
  public let groups: [String]
  /// Where the parameters outside a group are. Default: theta1.
  public let elsewhere: Surface.Elsewhere

  /// What a curve leads along.
  public enum Along: Sendable, Hashable {
    /// From theta0 through the final model.
    case finetuning
    /// From one seed's final model to another's, for every pair of seeds, the head included.
    case seeds
    /// Random directions around the final model.
    case random(RandomRequest)
    /// From one model to another.
    case models(from: ModelReference, to: ModelReference)
  }

  enum Keys: String, CodingKey, CaseIterable {
    case along, tasks, initialisations, variants, seeds, alpha, groups, elsewhere
  }
}

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

  /// All entries of the list, distinct.
  static func all(_ value: YAMLValue, of grid: CellGrid) throws -> [Self] {
    try value.list(of: "curves", mayBeEmpty: true, distinctBy: \.self) { try Self($0, of: grid) }
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

extension SweepSection {
  /// The section `curves`.
  public static let curves = SweepSection(
    "curves", CurveRequest.Keys.self,
    summary:
      "A list of lines through the models of cells: one curve for each cell (pair of seeds, direction) and layer group of "
      + "an entry.",
    notes: """
      A **layer group** is `all`, a third of the layers (`low`, `middle`, `high`), `embeddings`, `pooler`, `layer N`,
      `layers M-N` (counted from 0), or several of these joined by `+`: `embeddings + layers 0-3`.

      A curve costs points + 2 evaluations of the subset (random: + 1). Points that two curves or surfaces share, such as
      those of a surface at beta 0 and of the curve of the same models and group, are evaluated once.

      A curve that two entries ask for on two ranges, wide and narrow, is two curves, with their ranges in their names:
      `MRPC-s0 curve, alpha [-4, 4, 40]` and `MRPC-s0 curve, alpha [-0.1, 0.1, 21]`. So are surfaces.
      """)

  /// The section `curves.along`.
  public static let line = SweepSection(
    "curves.along", CurveRequest.Along.Keys.self,
    summary: "What lines lead along: a word, or a mapping with these keys.",
    notes: """
      | `along` | the line | default `alpha` | groups |
      | --- | --- | --- | --- |
      | `finetuning` | theta0 + alpha (theta1 - theta0): theta0 is at 0, the final model at 1 \
      | `\(CurveRequest.Along.finetuning.standardAxis)` | any |
      | `seeds` | from one seed's final model, at 0, to another's, at 1, for every pair of the chosen seeds \
      | `\(CurveRequest.Along.seeds.standardAxis)` | all |
      | `random`, `{random: {...}}` | theta1 + alpha u, u a random direction as long as the weights it covers: the final \
      model is at 0 | `\(CurveRequest.Along.random(RandomRequest()).standardAxis)` | any; no `elsewhere` |
      | `{from: MODEL, to: MODEL}` | from one model, at 0, to another one, at 1; no keys that choose cells \
      | `\(CurveRequest.Along.seeds.standardAxis)` | any |

      A **model** is `theta0`, a cell such as `MRPC-s0`, or a snapshot of one, `MRPC-s0 step 20`. `to` is theta1: the curve is
      evaluated on its task, and `theta0` means where its cell starts; `to` itself cannot be theta0.

      **The head** is theta1's at every point. It moves with the encoder only between models that are all fine-tuned (final
      or snapshots) on one task, as between seeds, and only where the whole encoder moves.
      """)
}

extension CurveRequest.Keys: SectionKey {
  static var section: SweepSection { .curves }

  var declaration: KeyDeclaration {
    switch self {
    case .along:
      .init(
        .wordOrMapping(CurveRequest.Along.words, .line), default: .value("finetuning"), "what the lines lead along")
    case .tasks: .cells.tasks
    case .initialisations: .cells.initialisations
    case .variants: .cells.variants
    case .seeds: .cells.seeds
    case .alpha: .axis("coordinates along the line")
    case .groups: .groups("which parameters move", default: "[all]")
    case .elsewhere: .elsewhere(bound: "not along `random`")
    }
  }
}

extension CurveRequest.Along.Keys: SectionKey {
  static var section: SweepSection { .line }

  var declaration: KeyDeclaration {
    switch self {
    case .random: .random
    case .from: .model("the model at 0", bound: "not with `random`")
    case .to: .model("the model at 1, theta1", bound: "not with `random`; not theta0")
    }
  }
}
