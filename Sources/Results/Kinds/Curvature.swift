internal import Sweep

extension TablesOfKind {
  func visit(_ kind: CurvatureWork.Type) throws -> [ResultTable] {
    let all = results.plan.curvatures.map { results.figures($0.unit, kind) }
    let names = Set(all.flatMap(\.record.names)).sorted()
    var table = CSV(
      RunResults.cellColumns + [.text("group"), .text("status")]
        + names.map { name in
          let column = name.replacing(".", with: "")
          return switch name {
          case CurvatureWork.Figure.converged.text: .flag(column)
          case CurvatureWork.Figure.steps.text: .count(column)
          default: .number(column)
          }
        })
    for (planned, values) in zip(results.plan.curvatures, all) {
      table.append(
        results.fields(of: planned.work.cell)
          + [planned.work.group?.name ?? "all", results.status(planned.unit)]
          + names.map { CSV.number(values.record[$0]) })
    }
    return [ResultTable(name: "curvature", rows: table)]
  }
}

extension SeedFiguresOfKind {
  func visit(_ kind: CurvatureWork.Type) {
    for planned in results.plan.curvatures {
      let (work, values) = (planned.work, results.figures(planned.unit, kind))
      let group = work.group?.name ?? "all"
      if work.effort.eigenvalues > 0 { figures.add("greatest eigenvalue", work.cell, group, values[.eigenvalue(1)]) }
      if work.effort.probes > 0 { figures.add("trace", work.cell, group, values[.trace]) }
    }
  }
}
