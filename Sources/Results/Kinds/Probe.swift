internal import Sweep
internal import TensorFiles

extension TablesOfKind {
  /// The probes as they were taken, with the hash of their rows.
  func visit(_ kind: ProbeWork.Type) throws -> [ResultTable] {
    var table = CSV(
      ["probe", "task", "split", "tokens"].map { .text($0) }
        + [.count("examples"), .count("max_length"), .count("rows"), .text("hash")])
    var seen: Set<Probe> = []
    for planned in results.plan.comparisons where seen.insert(planned.comparison.probe).inserted {
      let probe = planned.comparison.probe
      let units = results.plan.comparisons.filter { $0.comparison.probe == probe }.compactMap(\.similarity)
      let file = try units.lazy.compactMap { try results.payload($0) }.first
      let rows = units.lazy.compactMap { results.figures($0, SimilarityWork.self)[.rows] }.first
      table.append([
        probe.name, probe.task, probe.split.rawValue, probe.tokens.rawValue, "\(probe.examples)",
        probe.maxLength.map { "\($0)" } ?? "", CSV.number(rows), file?.metadata["hash"] ?? "",
      ])
    }
    return [ResultTable(name: "probes", rows: table)]
  }
}

extension SeedFiguresOfKind {
  func visit(_ kind: ProbeWork.Type) {}
}
