import Sweep

/// The sweep file up to the plan, and texts with parsers of their own.
let sweepTargets = [
  Target(name: "sweep") { _ in
    Reader { input in
      let text = try SweepFile.text(of: input, path: "sweep.yaml")
      let sweep = try SweepFile(yaml: text, path: "sweep.yaml")
      let differences = try sweep.differences(from: sweep)
      expect(differences.isEmpty, "a sweep is the same as itself")
      guard isSmall(sweep) else { return }
      let plan = try Plan(sweep: sweep, inputs: facts(for: sweep))
      expect(Set(plan.units.map(\.id)).count == plan.units.count, "identities differ")
    }
  },

  Target(name: "layer-group") { _ in
    Reader { input in
      let text = String(decoding: input, as: UTF8.self)
      for layers in [1, 4, 255] { attempt { _ = try LayerGroup(text, layers: layers) } }
    }
  },
]

/// Whether a sweep has few enough units to plan in a moment; a valid sweep may have millions.
private func isSmall(_ sweep: SweepFile) -> Bool {
  let cells = sweep.tasks.count * sweep.seeds.count * sweep.initialisations.count * (1 + sweep.variants.count)
  let points =
    sweep.curves.map { $0.alpha.points * $0.groups.count }.reduce(0, +)
    + sweep.surfaces.map { $0.alpha.points * $0.beta.points * $0.groups.count }.reduce(0, +)
  return cells <= 50 && cells * points <= 1000
}

/// Facts that fit any sweep.
func facts(for sweep: SweepFile, layers: Int = 4) -> SweepInputs {
  func hash(_ text: String) -> Identity { Identity(ofBytes: Array(text.utf8)) }
  return SweepInputs(
    model: ModelFacts(hash: hash("model"), parameterCount: 1000, layers: layers, channels: 8),
    tasks: Dictionary(
      uniqueKeysWithValues: sweep.tasks.map(\.name).map { name in
        (
          name,
          TaskFacts(
            trainHash: hash("\(name) train"), devHash: hash("\(name) dev"), trainRows: 100, devRows: 20,
            tokensPerExample: 8, operationsPerExample: 100)
        )
      }),
    environment: NumericEnvironment(program: "fuzz", blas: "none", blasCore: "none"))
}
