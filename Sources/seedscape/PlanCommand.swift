import ArgumentParser
import BERT
import Coordination
import Experiments
import Foundation
import GLUE
import LinearAlgebra
import Sweep

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Validates a sweep against its model and data, and predicts what it takes; runs nothing.",
    discussion: """
      Units and operations are counted. Memory and disk follow from the lengths of the examples. The time is that of a \
      simulated hand-out on --ranks ranks, each thread as fast as a core of this machine on its own, of which the rate of \
      matrix products is measured for some seconds (--rate gives another). How well predictions are met: \
      Sources/seedscape/Documentation.docc/Performance.md.

      Example: seedscape plan jobs/sweeps/minute.yaml --ranks 8
      """)

  @OptionGroup var options: SweepOptions

  @Option(
    help: .init(
      "Ranks on one node, 1 to 1000000. (default: as many as cores, the recipe's threads for each)", valueName: "n"))
  var ranks: Int?

  @Option(
    help: .init(
      "The rate of matrix products of one thread in Gflop/s, 1e-6 to 1e9, in place of measuring.", valueName: "gflops"))
  var rate: Double?

  @Flag(help: "Print one JSON object: times in seconds, sizes in bytes, rates in flop/s.")
  var json = false

  func validate() throws {
    if let ranks, !(1...1_000_000).contains(ranks) {
      throw ValidationError("--ranks is \(ranks), expected 1 to 1000000")
    }
    if let rate, !(1e-6...1e9).contains(rate) { throw ValidationError("--rate is \(rate), expected 1e-6 to 1e9") }
  }

  func run() throws {
    let source = try options.read()
    let sweep = try source.parse()
    let run = RunDirectory(root: URL(filePath: "runs/\(sweep.name)", directoryHint: .isDirectory))
    let site = try Site(sweep, in: source.folderURL, run: run)
    let survey = try site.survey(program: Version.program)
    let plan = try Plan(sweep: sweep, inputs: survey.inputs)
    let forecast = try forecast(plan, site, survey, try site.footprint(of: plan))
    try standardOutput(json ? try jsonLine(forecast) : forecast.text)
  }

  private func forecast(
    _ plan: Plan, _ site: Site, _ survey: Survey, _ footprint: Footprint
  ) throws -> Forecast {
    let threads = plan.threads
    let ranks = ranks ?? max(1, Processor.allowedCores.count / threads)
    let rate =
      rate.map { $0 * 1e9 }
      ?? sustainedProductRate(site.checkpoint.configuration, rows: 512, team: .single, seconds: 0.05)
    let simulation = try Simulation(plan.units, ranks: ranks) {
      $0.cost / (rate * Double($0.threads) * Forecast.utilisation)
    }
    return Forecast(
      name: site.sweep.name, units: plan.units.count, operations: plan.cost,
      kinds: Dictionary(
        uniqueKeysWithValues: plan.totals.map { total in
          (
            total.kind.rawValue,
            Forecast.Kind(
              units: total.units, operations: total.cost, memory: footprint.memoryByKind[total.kind] ?? 0)
          )
        }),
      ranks: ranks, threads: threads, rate: rate, seconds: simulation.makespan,
      busy: simulation.work / (simulation.makespan * Double(ranks)),
      memoryPerRank: footprint.memoryOfRank, memoryMapped: footprint.mapped(ranks: ranks),
      memory: footprint.memory(ranks: ranks), disk: footprint.disk,
      diskWhileRunning: footprint.disk + footprint.resumeDisk(ranks: ranks), classes: survey.classes,
      notices: survey.notices)
  }
}

/// What `plan` predicts: operations, bytes, seconds. Keys of the JSON are the names here in snake case.
private struct Forecast: Encodable {
  /// The share of the rate of matrix products at which predicted operations are done, as measured by `bench`.
  static let utilisation = 0.85

  let name: String
  let units: Int
  let operations: Double
  let kinds: [String: Kind]
  let ranks: Int
  let threads: Int
  let rate: Double
  let seconds: Double
  /// The share of the time in which ranks have work.
  let busy: Double
  let memoryPerRank: Double
  let memoryMapped: Double
  let memory: Double
  let disk: Double
  let diskWhileRunning: Double
  /// The classes of each task with their rows.
  let classes: [String: [ClassCount]]
  /// What is decided without a question.
  let notices: [String]

  /// Of one kind of unit.
  struct Kind: Encodable {
    let units: Int
    let operations: Double
    let memory: Double
  }

  var text: String {
    var lines = ["\(name): \(units) units, \(Self.scaled(operations, "flop"))"]
    for kind in Work.Kind.allCases {
      guard let total = kinds[kind.rawValue] else { continue }
      lines.append(
        "  \(kind.rawValue): \(total.units) \(total.units == 1 ? "unit" : "units"), "
          + "\(Self.scaled(total.operations, "flop")), a rank holds \(Self.scaled(total.memory, "B"))")
    }
    lines += [
      "on \(ranks) \(ranks == 1 ? "rank" : "ranks") x \(threads) \(threads == 1 ? "thread" : "threads") with "
        + "matrix products at \(Self.scaled(rate, "flop/s")) a thread:",
      "  time: \(Self.duration(seconds)), ranks busy \(Int((100 * busy).rounded())) % of it",
      "  memory: \(Self.scaled(memory, "B")) (\(Self.scaled(memoryPerRank, "B")) a rank, "
        + "\(Self.scaled(memoryMapped, "B")) of models mapped once per node)",
      "  disk: \(Self.scaled(disk, "B")), and \(Self.scaled(diskWhileRunning - disk, "B")) more while cells are unfinished",
    ]
    lines += classes.sorted { $0.key < $1.key }.compactMap { listing(classesOf: $0.key, $0.value) }
    lines += notices.map { "note: \($0)" }
    return lines.joined(separator: "\n")
  }

  private static func scaled(_ value: Double, _ unit: String) -> String {
    let prefixes = [(1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")]
    let (scale, prefix) = prefixes.first { value >= $0.0 } ?? (1, "")
    let digits = value / scale >= 100 ? 0 : value / scale >= 10 ? 1 : 2
    return String(format: "%.\(digits)f ", value / scale) + prefix + unit
  }

  private static func duration(_ seconds: Double) -> String {
    switch seconds {
    case ..<100: String(format: "%.0f s", seconds.rounded(.up))
    case ..<6000: String(format: "%.0f min", (seconds / 60).rounded(.up))
    case ..<172_800: String(format: "%.1f h", seconds / 3600)
    default: String(format: "%.1f days", seconds / 86_400)
    }
  }
}
