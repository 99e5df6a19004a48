internal import Sweep

extension TablesOfKind {
  /// One row for each snapshot: where it lies, then its losses.
  func visit(_ kind: TrajectoryWork.Type) throws -> [ResultTable] {
    let places: [(name: String, figure: (Int) -> TrajectoryWork.Figure)] = [
      ("hao_alpha", { .haoAlpha(step: $0) }), ("hao_beta", { .haoBeta(step: $0) }), ("alpha", { .alpha(step: $0) }),
      ("beta", { .beta(step: $0) }), ("residual", { .residual(step: $0) }), ("pc1", { .principal(1, step: $0) }),
      ("pc2", { .principal(2, step: $0) }),
    ]
    let losses = SnapshotWork.Figure.Model.allCases.flatMap { model in
      PointWork.Figure.allCases.map { SnapshotWork.Figure(model, $0) }
    }
    var table = CSV(
      [.text("trajectory")] + RunResults.cellColumns + [.text("other"), .count("step")]
        + (places.map(\.name) + ["explained1", "explained2"]).map { .number($0) } + [.text("status")]
        + losses.map { .number($0.text.replacing(".", with: "_")) })
    for planned in results.plan.trajectories {
      let place = results.figures(planned.unit, kind)
      let front =
        [planned.work.name] + results.fields(of: planned.work.cell) + [planned.work.other?.name ?? ""]
      for (step, unit) in planned.snapshots {
        let values = results.figures(unit, SnapshotWork.self)
        let numbers = places.map { place[$0.figure(step)] } + [place[.explained(1)], place[.explained(2)]]
        table.append(
          front + ["\(step)"] + numbers.map { CSV.number($0) } + [results.status(unit)]
            + losses.map { CSV.number(values[$0]) })
      }
    }
    return [ResultTable(name: "trajectories", rows: table)]
  }
}

extension SeedFiguresOfKind {
  func visit(_ kind: TrajectoryWork.Type) {}
}
