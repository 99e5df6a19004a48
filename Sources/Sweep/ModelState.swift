/// A model of a sweep: a cell as it starts, as it is after some steps, or as it ends.
public enum ModelState: Sendable, Hashable, Codable {
  /// theta0, where the cell starts. It has no head that was trained, and nothing need be done to have it.
  case initial(Cell)
  /// After some steps, as the cell's snapshots keep it.
  case snapshot(Cell, step: Int)
  /// The final model.
  case final(Cell)

  /// The cell.
  public var cell: Cell {
    switch self {
    case .initial(let cell), .snapshot(let cell, _), .final(let cell): cell
    }
  }

  /// Whether the cell must have been fine-tuned to have it.
  public var isTrained: Bool {
    if case .initial = self { false } else { true }
  }

  /// What a person calls it: `theta0`, `MRPC-s0 step 20`, `MRPC-s0`.
  public var name: String {
    switch self {
    case .initial: "theta0"
    case .snapshot(let cell, let step): "\(cell.name) step \(step)"
    case .final(let cell): cell.name
    }
  }
}

extension [ModelState] {
  /// The cells that must have been fine-tuned to have them, each once, in their order.
  var trainedCells: [Cell] {
    reduce(into: []) { cells, model in
      if model.isTrained, !cells.contains(where: { $0.id == model.cell.id }) { cells.append(model.cell) }
    }
  }
}

extension Cell {
  /// The steps after which it keeps a snapshot, ascending; in a plan's cells.
  public var snapshotSteps: [Int] { recipe.snapshotSteps(examples: recipe.trainRows ?? 0) }

  /// Its snapshots.
  public var snapshots: [ModelState] { snapshotSteps.map { .snapshot(self, step: $0) } }
}
