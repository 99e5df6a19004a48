/// Evaluates a cell's final model with a layer group put back to theta0, on all dev rows (METHODS, section 4).
public struct RollbackWork: WorkOfKind {
  /// The kind.
  public static let kind = Work.Kind.rollback
  /// The part of a sweep that progress counts it with.
  public static let phase = Phase.rollback

  /// Whose final model.
  public let cell: Cell
  /// What is put back.
  public let group: LayerGroup

  /// What a person calls it.
  public var name: String { "\(cell.name) without \(group.name)" }
  /// The units whose outcomes or files it reads.
  public var needs: [Identity] { [cell.id] }
  /// The models whose files it reads.
  public var models: [ModelState] { [.final(cell)] }
  /// How many threads share it.
  public var threads: Int { cell.recipe.threads }

  /// What it measures.
  public enum Figure: FigureName {
    /// The loss of all dev rows.
    case devLoss
    /// A metric on them.
    case dev(metric: String)
    /// How much the main metric fell from the final model's; absent where either is undefined.
    case drop

    /// As the ledger has it.
    public var text: String {
      switch self {
      case .devLoss: "dev_loss"
      case .dev(let metric): "dev_\(metric)"
      case .drop: "drop"
      }
    }
  }
}

/// A layer group of a cell that is put back, and the unit that does it.
public struct PlannedRollback: Sendable, Hashable {
  /// Whose final model.
  public let cell: Cell
  /// What is put back to theta0.
  public let group: LayerGroup
  /// The unit; groups that are the same under two names share it.
  public let unit: Identity
}

extension Plan {
  /// The rollbacks, cell by cell.
  public var rollbacks: [PlannedRollback] { lists.all(PlannedRollback.self) }
}

/// What makes two rollbacks the same.
private struct RollbackForm: Encodable {
  let kind = Work.Kind.rollback
  let cell: Identity
  let group: GroupForm
}

/// Plans the rollbacks of all chosen cells.
enum RollbackPlanner: Planner {
  static func count(_ builder: PlanBuilder) throws -> [(section: SweepSection, units: Double)] {
    guard let request = builder.sweep.rollback else { return [] }
    let single = request.layers == .each ? builder.inputs.model.layers : 0
    return [(.rollback, builder.count(request.cells) * Double(request.groups.count + single))]
  }

  static func add(to builder: inout PlanBuilder) throws {
    guard let request = builder.sweep.rollback else { return }
    let layers = builder.inputs.model.layers
    let single = request.layers == .each ? (0..<layers).map { "layer \($0)" } : []
    // A single layer may be among the groups too.
    let names = request.groups + single.filter { !request.groups.contains($0) }
    let groups = try names.map { try LayerGroup($0, layers: layers) }
    for cell in try builder.cells(of: request.cells).joined() {
      // Forward of the dev rows, and 3 passes to place the parameters.
      let facts = try builder.known(cell.task).facts
      let cost = builder.costs.forward(Double(facts.devRows), facts) + builder.costs.vectors(3)
      for group in groups {
        let id = try Identity(of: RollbackForm(cell: cell.id, group: GroupForm(group, elsewhere: .theta1)))
        builder.add(WorkUnit(id: id, work: .rollback(RollbackWork(cell: cell, group: group)), cost: cost))
        builder.lists.append(PlannedRollback(cell: cell, group: group, unit: id))
      }
    }
  }
}

/// Which layer groups of final models are put back to theta0, one at a time.
public struct RollbackRequest: Sendable, Hashable, Encodable {
  /// Whose final models. Default: all.
  public let cells: CellSelection
  /// Layer groups as written (``LayerGroup/expected``). Default: low, middle, high.
  public let groups: [String]
  /// Which single layers. Default: each.
  public let layers: Layers

  enum Keys: String, CodingKey, CaseIterable {
    case tasks, initialisations, variants, seeds, groups, layers
  }

  /// Which single layers are put back.
  public enum Layers: String, Sendable, Hashable, Encodable, CaseIterable {
    /// One after the other.
    case each
    /// None of them.
    case none
  }
}

extension RollbackRequest {
  init(_ value: YAMLValue, of grid: CellGrid) throws {
    let keys = try value.mapping(Keys.self)
    cells = try CellSelection(value, of: grid)
    groups = try LayerGroup.names(keys.value(.groups))
    layers = try keys.value(.layers).choice()
  }
}

extension SweepSection {
  /// The section `rollback`.
  public static let rollback = SweepSection(
    "rollback", RollbackRequest.Keys.self,
    summary: "Every chosen cell's final model is evaluated on all dev rows with one part of it put back to theta0.")
}

extension RollbackRequest.Keys: SectionKey {
  static var section: SweepSection { .rollback }

  var declaration: KeyDeclaration {
    switch self {
    case .tasks: .cells.tasks
    case .initialisations: .cells.initialisations
    case .variants: .cells.variants
    case .seeds: .cells.seeds
    case .groups: .groups("which parts, one at a time", default: "[low, middle, high]")
    case .layers:
      .init(
        .choice(RollbackRequest.Layers.self), default: .of(RollbackRequest.Layers.each), "also every single layer")
    }
  }
}
