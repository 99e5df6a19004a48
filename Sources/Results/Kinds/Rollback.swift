internal import Sweep

extension TablesOfKind {
  func visit(_ kind: RollbackWork.Type) throws -> [ResultTable] {
    let all = results.plan.rollbacks.map { results.figures($0.unit, kind) }
    let drop = RollbackWork.Figure.drop
    let names = Set(all.flatMap(\.record.names)).subtracting([drop.text]).sorted()
    var table = CSV(
      RunResults.cellColumns + [.text("group"), .text("status"), .number(drop.text)] + names.map { .number($0) })
    for (planned, values) in zip(results.plan.rollbacks, all) {
      table.append(
        results.fields(of: planned.cell)
          + [planned.group.name, results.status(planned.unit), CSV.number(values[drop])]
          + names.map { CSV.number(values.record[$0]) })
    }
    return [ResultTable(name: "rollback", rows: table)]
  }
}

extension SeedFiguresOfKind {
  func visit(_ kind: RollbackWork.Type) {
    var drops: [Cell: [String: Double]] = [:]
    let rollbacks = results.plan.rollbacks
    for planned in rollbacks {
      let drop = results.figures(planned.unit, kind)[.drop]
      figures.add("rollback drop", planned.cell, planned.group.name, drop)
      drops[planned.cell, default: [:]][planned.group.name] = drop
    }
    // Lower layers are more invariant when putting the high ones back costs more. [METHODS, claim 4]
    for cell in rollbacks.filter({ $0.group.name == "high" }).map(\.cell) {
      guard let high = drops[cell]?["high"], let low = drops[cell]?["low"] else { continue }
      figures.add("rollback drop", cell, "high - low", high - low)
    }
  }
}
