extension KeyDeclaration {
  /// The four keys by which a section chooses its cells.
  static let cells = (
    tasks: KeyDeclaration(
      .list(of: "tasks"), default: .described("all"), bound: "tasks of the sweep", "cells of these tasks"),
    initialisations: KeyDeclaration(
      .list(of: "initialisations"), default: .described("all"), bound: "initialisations of the sweep",
      "cells that start so"),
    variants: KeyDeclaration(
      .list(of: "variants"), default: .described("all"), bound: "variants of the sweep, or \(CellGrid.plain)",
      "cells of these variants; \(CellGrid.plain): of the recipe itself"),
    seeds: KeyDeclaration(
      .list(of: "indices"), default: .described("all"), bound: "0 to number of seeds - 1",
      "which of the sweep's seeds, counted from 0")
  )
}
