// Probes and consistency.
extension PlanBuilder {
  /// A probe runs on the models of its own task, and of every task when the consistency names it.
  mutating func addProbesAndConsistency() throws {
    var comparisons: [WorkUnit] = []
    for probe in sweep.probes {
      let (form, facts) = try known(probe.task)
      var effective = probe
      effective.examples = min(probe.examples, probe.split == .train ? facts.trainRows : facts.devRows)
      let isNamed = sweep.consistency?.probes?.contains(probe.name) ?? false
      let isCompared = sweep.consistency.map { $0.probes == nil || isNamed } ?? false
      for task in sweep.tasks.map(\.name) where isNamed || task == probe.task {
        for (initialisation, variant) in sweep.grid.kinds(of: task) {
          let cells = try sweep.seeds.map { try cell(task, initialisation, variant, $0) }
          let probes = try cells.map { try addProbe(effective, on: $0, form, facts) }
          guard isCompared, let consistency = sweep.consistency else { continue }
          let id = try Identity(of: ConsistencyForm(measures: consistency.measures, probes: probes))
          let group = [task, variant, initialisation == .pretrained ? nil : initialisation.rawValue]
            .compactMap(\.self).joined(separator: "-")
          comparisons.append(
            WorkUnit(
              id: id, name: "\(group) consistency on \(probe.name)",
              work: .consistency(task: task, cells: cells, effective), needs: probes, place: .root,
              cost: costs.consistency(cells: cells.count, effective, facts)))
        }
      }
    }
    for unit in comparisons { add(unit) }
  }

  private mutating func addProbe(
    _ probe: Probe, on cell: Cell, _ form: TaskForm, _ facts: TaskFacts
  ) throws -> Identity {
    let cellID = try id(cell)
    let id = try Identity(
      of: ProbeForm(
        cell: cellID, task: form, file: probe.split == .train ? facts.trainHash : facts.devHash,
        examples: probe.examples, rows: probe.rows, seed: probe.seed, tokens: probe.tokens, batch: probe.batch))
    add(
      WorkUnit(
        id: id, name: "\(cell.name) on \(probe.name)", work: .probe(cell, probe), needs: [cellID], place: .anywhere,
        cost: costs.probe(probe, facts)))
    return id
  }
}
