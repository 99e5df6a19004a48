internal import LossLandscape
internal import Sweep

// Figures over seeds, with intervals. [METHODS 7]

/// A figure that each seed has one of.
struct SeedFigure: Hashable {
  let figure: String
  let task: String
  var initialisation: String
  var variant: String
  let detail: String
}

/// Figures of the seeds, in the order in which they were added.
final class SeedFigures {
  private(set) var order: [SeedFigure] = []
  /// By seed; a figure may have several values of a seed, of which the mean counts.
  private var values: [SeedFigure: [Seed: [Double]]] = [:]

  func add(_ figure: String, _ cell: Cell, _ detail: String, _ value: Double?) {
    let key = SeedFigure(
      figure: figure, task: cell.task, initialisation: cell.initialisation.rawValue,
      variant: cell.variant ?? "plain", detail: detail)
    if values[key] == nil {
      order.append(key)
      values[key] = [:]
    }
    if let value { values[key]?[Seed(head: cell.headSeed, order: cell.orderSeed), default: []].append(value) }
  }

  func bySeed(_ key: SeedFigure) -> [Seed: Double] {
    (values[key] ?? [:]).mapValues { $0.reduce(0, +) / Double($0.count) }
  }

  /// Seed by seed the one less the other.
  func difference(_ key: SeedFigure, _ other: SeedFigure) -> [Seed: Double] {
    let theirs = bySeed(other)
    return bySeed(key).reduce(into: [:]) { differences, mine in
      if let value = theirs[mine.key] { differences[mine.key] = mine.value - value }
    }
  }
}

/// Adds the figures over seeds that each kind of work has. Each kind's method stands in the file of the kind.
struct SeedFiguresOfKind: KindVisitor {
  let results: RunResults
  let figures: SeedFigures
}

extension RunResults {
  /// Means and intervals over the seeds of each task, start and variant; seed by seed the differences pretrained - scratch, and
  /// of each variant from the plain recipe. A seed without the figure is left out, and `seeds` says how many are in.
  func intervalTable() throws -> CSV {
    let figures = SeedFigures()
    for kind in Work.Kind.allCases { try kind.accept(SeedFiguresOfKind(results: self, figures: figures)) }

    var table = CSV(
      ["figure", "task", "initialisation", "variant", "detail"].map { .text($0) } + Self.seedColumns)
    let known = Set(figures.order)
    for key in figures.order {
      table.append(Self.row(key, figures.bySeed(key)))
      var scratch = key
      scratch.initialisation = Initialisation.scratch.rawValue
      if key.initialisation == Initialisation.pretrained.rawValue, known.contains(scratch) {
        var label = key
        label.initialisation = "pretrained - scratch"
        table.append(Self.row(label, figures.difference(key, scratch)))
      }
      var plain = key
      plain.variant = "plain"
      if key.variant != "plain", known.contains(plain) {
        var label = key
        label.variant = "\(key.variant) - plain"
        table.append(Self.row(label, figures.difference(key, plain)))
      }
    }
    return table
  }

  private static func row(_ key: SeedFigure, _ seeds: [Seed: Double]) -> [String] {
    let front = [key.figure, key.task, key.initialisation, key.variant, key.detail]
    // Sums in one order, so that bits do not depend on a dictionary's.
    let values = seeds.sorted { ($0.key.head, $0.key.order) < ($1.key.head, $1.key.order) }.map(\.value)
    return front + seedFields(values)
  }

  static let seedColumns: [Column] = [
    .count("seeds"), .number("mean"), .number("lowest"), .number("highest"), .text("interval"), .text("reason"),
  ]

  /// Of one value per seed: their number, mean, lowest and highest, what the interval is, and why there is none.
  static func seedFields(_ values: [Double]) -> [String] {
    do {
      let statistics = try SeedStatistics(values)
      return ["\(statistics.count)"]
        + [statistics.mean, statistics.interval.lowerBound, statistics.interval.upperBound].map { CSV.number($0) }
        + [statistics.kind == .confidence95 ? "95 % t" : "range", ""]
    } catch { return ["\(values.count)", "", "", "", "", "\(error)"] }
  }
}
