internal import GLUE
internal import LossLandscape
internal import Sweep
internal import Synchronization

// What follows from the points of curves: computed when asked for, as it costs nothing beside them.
extension RunResults {
  private static let losses: [PointWork.Figure] = [.trainingLoss, .devLoss]
  /// How much higher than theta1 a loss may be within the flat interval. [METHODS 4]
  private static let tolerances = [0.1, 0.5]

  /// How flat a curve is in one loss at one tolerance, or why nobody knows.
  struct CurveFlatness {
    let planned: PlannedSurface
    let loss: PointWork.Figure
    let tolerance: Double
    let flatness: Flatness?
    let reason: String
  }

  /// Of every curve along a fine-tuning or a random direction: the interval round theta1 where the loss is at most a
  /// tolerance higher.
  func flatness() -> [CurveFlatness] {
    plan.curves.filter { $0.surface.isAlongFineTuning || $0.surface.origin == $0.surface.target }.flatMap {
      planned in
      let length = figures(planned.axes, AxesWork.self)[.length1]
      return Self.losses.flatMap { loss in
        let line = line(planned, loss)
        return Self.tolerances.map { tolerance in
          var flatness: Flatness?
          var reason = "points are missing"
          if let length, let center = line.end {
            do {
              flatness = try Flatness(
                coordinates: line.coordinates, losses: line.values, centerLoss: center,
                center: planned.surface.coordinates(of: .theta1, scale: nil).alpha, tolerance: tolerance,
                directionLength: length)
              reason = ""
            } catch { reason = "\(error)" }
          }
          return CurveFlatness(
            planned: planned, loss: loss, tolerance: tolerance, flatness: flatness, reason: reason)
        }
      }
    }
  }

  func flatnessTable() -> CSV {
    var table = CSV(
      [.text("curve")] + Self.cellColumns + Self.groupColumns + [
        .text("loss"), .number("tolerance"), .number("lower"), .number("upper"), .flag("lower_censored"),
        .flag("upper_censored"), .number("width"), .number("length1"), .number("distance"), .text("reason"),
      ])
    for row in flatness() {
      let figures =
        row.flatness.map { flat in
          [CSV.number(flat.lower), CSV.number(flat.upper)]
            + [flat.isLowerCensored, flat.isUpperCensored].map { $0 ? "1" : "0" }
            + [flat.width, flat.directionLength, flat.distance].map { CSV.number($0) }
        } ?? [String](repeating: "", count: 7)
      table.append(
        [row.planned.name] + fields(of: row.planned.surface.cell) + fields(ofGroup: row.planned.surface)
          + [row.loss.text, CSV.number(row.tolerance)] + figures + [row.reason])
    }
    return table
  }

  /// Of every curve between two models of one task: how far the loss rises above the line between its ends.
  func barrierTable() -> CSV {
    var table = CSV(
      [.text("curve"), .text("from")] + Self.cellColumns
        + [.text("loss"), .number("barrier"), .number("alpha"), .text("reason")])
    for planned in plan.curves {
      guard case .line(let start) = planned.surface.span, planned.surface.movesHead else { continue }
      let front = [planned.name, start.name] + fields(of: planned.surface.cell)
      for loss in Self.losses {
        let line = line(planned, loss)
        guard let first = line.start, let last = line.end else {
          table.append(front + [loss.text, "", "", "points are missing"])
          continue
        }
        do {
          let barrier = try Barrier(coordinates: line.coordinates, losses: line.values, start: first, end: last)
          table.append(
            front + [loss.text, CSV.number(barrier.height), CSV.number(barrier.position), barrier.reason ?? ""])
        } catch {
          table.append(front + [loss.text, "", "", "\(error)"])
        }
      }
    }
    return table
  }

  /// The points of a curve and its ends; a loss that is not finite is a point. No ends where a point is missing: what lies
  /// between its neighbours is not known.
  private func line(
    _ planned: PlannedSurface, _ loss: PointWork.Figure
  ) -> (coordinates: [Double], values: [Double], start: Double?, end: Double?) {
    var (coordinates, values): ([Double], [Double]) = ([], [])
    for (alpha, id) in zip(planned.alpha, planned.grid) {
      guard let value = figures(id, PointWork.self)[loss] else { return ([], [], nil, nil) }
      coordinates.append(alpha)
      values.append(value)
    }
    return (
      coordinates, values, planned.exact[.theta0].flatMap { figures($0, PointWork.self)[loss] },
      planned.exact[.theta1].flatMap { figures($0, PointWork.self)[loss] }
    )
  }

  /// How well the landscape of training agrees with that of generalisation: Spearman's rank correlation of the training loss
  /// with a value of the dev set over the points of a curve or surface where both are finite; nil below 3 such points, or
  /// where one of them does not vary. [METHODS, claim 3]
  func agreement(_ planned: PlannedSurface, with value: PointWork.Figure) -> Agreement {
    agreements.value(Agreements.Key(surface: planned.name, value: value)) { correlate(planned, value) }
  }

  private func correlate(_ planned: PlannedSurface, _ value: PointWork.Figure) -> Agreement {
    var (training, dev): ([Double], [Double]) = ([], [])
    for id in planned.grid {
      let values = figures(id, PointWork.self)
      guard let loss = values[.trainingLoss], let other = values[value], loss.isFinite, other.isFinite else {
        continue
      }
      training.append(loss)
      dev.append(other)
    }
    return Agreement(correlation: rankCorrelation(training, dev), points: training.count)
  }

  /// What the training loss is compared with.
  static let generalisation: [PointWork.Figure] = [.devLoss, .devError]

  func agreementTable() -> CSV {
    var table = CSV(
      [.text("surface")] + Self.cellColumns + Self.groupColumns + [.count("points")]
        + Self.generalisation.map { .number("spearman_\($0.text)") })
    for planned in plan.curves + plan.surfaces {
      let all = Self.generalisation.map { agreement(planned, with: $0) }
      table.append(
        [planned.name] + fields(of: planned.surface.cell) + fields(ofGroup: planned.surface)
          + ["\(all.map(\.points).min() ?? 0)"] + all.map { CSV.number($0.correlation) })
    }
    return table
  }
}

/// Spearman's rank correlation; nil below 3 values, where one side does not vary, and where a value is not finite.
func rankCorrelation(_ first: [Double], _ second: [Double]) -> Double? {
  first.count < 3 ? nil : Metrics.spearman(first, second)
}

/// A rank correlation over points.
struct Agreement: Sendable {
  /// nil where it is undefined.
  let correlation: Double?
  /// Of how many points.
  let points: Int
}

/// Rank correlations that were computed: two tables have them, and that of a large surface takes seconds.
final class Agreements: Sendable {
  struct Key: Hashable {
    let surface: String
    let value: PointWork.Figure
  }

  private let known = Mutex<[Key: Agreement]>([:])

  func value(_ key: Key, _ compute: () -> Agreement) -> Agreement {
    if let agreement = known.withLock({ $0[key] }) { return agreement }
    let agreement = compute()
    known.withLock { $0[key] = agreement }
    return agreement
  }
}
