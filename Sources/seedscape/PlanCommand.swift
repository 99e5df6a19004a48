import ArgumentParser
import Experiments
import Foundation
import Sweep

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Validates a sweep against its model and data and counts its units; runs nothing.")

  @OptionGroup var options: SweepOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let source = try options.read()
    let sweep = try source.parse()
    let run = RunDirectory(root: URL(filePath: "runs/\(sweep.name)", directoryHint: .isDirectory))
    let site = try Site(sweep, in: source.folderURL, run: run)
    let facts = try site.facts(program: Version.program)
    let plan = try Plan(sweep: sweep, inputs: facts)
    if json {
      let kinds = plan.totals.map { "\"\($0.kind.rawValue)\": {\"units\": \($0.units), \"operations\": \($0.cost)}" }
      try standardOutput(
        "{\"name\": \"\(sweep.name)\", \"units\": \(plan.units.count), \"operations\": \(plan.cost), "
          + "\"parameters\": \(facts.model.parameterCount), \"kinds\": {\(kinds.joined(separator: ", "))}}")
      return
    }
    try standardOutput(
      "\(sweep.name): \(plan.units.count) units, \(Self.operations(plan.cost)) floating-point operations")
    for total in plan.totals {
      try standardOutput(
        "  \(total.kind.rawValue): \(total.units) \(total.units == 1 ? "unit" : "units"), \(Self.operations(total.cost))"
      )
    }
    let vector = Double(4 * facts.model.parameterCount)
    try standardOutput(
      "  parameters of the encoder: \(facts.model.parameterCount) "
        + "(a rank that fine-tunes holds four such vectors, \(Self.bytes(4 * vector)), beside its activations; "
        + "one that evaluates points holds one)")
  }

  private static func operations(_ count: Double) -> String {
    let units = [(1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M")]
    let (scale, name) = units.first { count >= $0.0 } ?? (1e6, "M")
    return "\((count / scale * 100).rounded() / 100) \(name)"
  }

  private static func bytes(_ count: Double) -> String { "\(Int((count / 1e6).rounded(.up))) MB" }
}
