internal import Sweep

extension TablesOfKind {
  func visit(_ kind: AxesWork.Type) throws -> [ResultTable] {
    let names: [AxesWork.Figure] = [.length1, .length2, .scale, .cosine, .explained1, .explained2]
    var table = CSV(
      [.text("surface")] + RunResults.groupColumns + [.text("status")]
        + names.map { .number($0.text.replacing(".", with: "")) })
    for planned in results.plan.curves + results.plan.surfaces {
      let values = results.figures(planned.axes, kind)
      table.append(
        [planned.name] + results.fields(ofGroup: planned.surface) + [results.status(planned.axes)]
          + names.map { CSV.number(values[$0]) })
    }
    return [ResultTable(name: "axes", rows: table)]
  }
}

extension SeedFiguresOfKind {
  func visit(_ kind: AxesWork.Type) {}
}
