internal import LossLandscape
internal import Sweep

extension TablesOfKind {
  func visit(_ kind: PointWork.Type) throws -> [ResultTable] {
    [
      ResultTable(name: "curves", rows: results.curveTable()),
      ResultTable(name: "surfaces", rows: results.surfaceTable()),
      ResultTable(name: "flatness", rows: results.flatnessTable()),
      ResultTable(name: "barriers", rows: results.barrierTable()),
      ResultTable(name: "agreement", rows: results.agreementTable()),
    ]
  }
}

extension SeedFiguresOfKind {
  func visit(_ kind: PointWork.Type) throws {
    func detail(_ planned: PlannedSurface) -> String {
      let surface = planned.surface
      let group = surface.group.map { ", \($0.name), rest at \(surface.elsewhere.rawValue)" } ?? ""
      // A wide and a narrow range are two figures.
      let ranged = planned.range + group
      guard case .random(let random) = surface.span else { return ranged }
      // All random directions of a kind are one figure.
      return ", random (\(random.kind))\(ranged)"
    }
    for row in results.flatness() {
      let (cell, text) = (
        row.planned.surface.cell, "\(row.loss.text) + \(row.tolerance)\(detail(row.planned))"
      )
      figures.add("flat width", cell, text, row.flatness?.width)
      figures.add("flat distance", cell, text, row.flatness?.distance)
    }
    for planned in results.plan.curves + results.plan.surfaces {
      let span =
        planned.surface.isAlongFineTuning ? "curve" : planned.surface.isCurve ? "line" : "surface"
      for value in RunResults.generalisation {
        figures.add(
          "rank correlation", planned.surface.cell, "\(span), training_loss with \(value.text)\(detail(planned))",
          results.agreement(planned, with: value).correlation)
      }
    }
  }
}

extension RunResults {
  /// What a point has, beside its coordinates.
  static let pointFigures = PointWork.Figure.allCases
  static let pointColumns: [Column] = [.text("status")] + pointFigures.map { .number($0.text) }

  /// A point's status and values. What is not finite is a result, and is said to be so.
  private func pointFields(_ id: Identity) -> [String] {
    let values = figures(id, PointWork.self)
    let isFinite = values.record.numbers.allSatisfy(\.isFinite)
    let status = status(id) == "done" && !isFinite ? "not finite" : status(id)
    return [status] + Self.pointFigures.map { CSV.number(values[$0]) }
  }

  /// Exact points first, then the coordinates in order.
  fileprivate func curveTable() -> CSV {
    var table = CSV(
      [.text("curve"), .text("from")] + Self.cellColumns + Self.groupColumns
        + [.text("point"), .count("i"), .number("alpha")] + Self.pointColumns)
    for planned in plan.curves {
      let surface = planned.surface
      let front = [planned.name, surface.origin.name] + fields(of: surface.cell) + fields(ofGroup: surface)
      for point in surface.exactPoints {
        guard let id = planned.exact[point] else { continue }
        let alpha = surface.coordinates(of: point, scale: nil).alpha
        table.append(front + [point.rawValue, "", CSV.number(alpha)] + pointFields(id))
      }
      for (i, (alpha, id)) in zip(planned.alpha, planned.grid).enumerated() {
        table.append(front + ["grid", "\(i)", CSV.number(alpha)] + pointFields(id))
      }
    }
    return table
  }

  /// Exact points first, with the coordinates that they have on the surface, then the grid, alpha by alpha.
  fileprivate func surfaceTable() -> CSV {
    var table = CSV(
      [.text("surface")] + Self.groupColumns
        + [.text("point"), .count("i"), .count("j"), .number("alpha"), .number("beta")] + Self.pointColumns)
    for planned in plan.surfaces {
      let scale = figures(planned.axes, AxesWork.self)[.scale]
      let front = [planned.name] + fields(ofGroup: planned.surface)
      for point in planned.surface.exactPoints {
        guard let id = planned.exact[point] else { continue }
        let (alpha, beta) = planned.surface.coordinates(of: point, scale: scale)
        table.append(
          front + [point.rawValue, "", "", CSV.number(alpha), CSV.number(beta)] + pointFields(id))
      }
      let beta = planned.beta.map { CSV.number($0) }
      for (i, alpha) in planned.alpha.enumerated() {
        let row = front + ["grid", "\(i)"]
        let alpha = CSV.number(alpha)
        for (j, beta) in beta.enumerated() {
          table.append(row + ["\(j)", alpha, beta] + pointFields(planned.grid[i * planned.beta.count + j]))
        }
      }
    }
    return table
  }
}
