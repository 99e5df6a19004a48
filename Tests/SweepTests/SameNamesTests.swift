import Sweep
import Testing

/// What is asked for twice is there once; what differs has names that differ.
@Suite struct SameNamesTests {
  private static let cells = "model: m\ntasks: [SST-2, MRPC]\nseeds: {count: 2}\n"

  @Test func aWideAndANarrowCurve() throws {
    let plan = try Examples.plan(
      Self.cells + """
        curves:
          - {tasks: [MRPC], alpha: [-4, 4, 3], groups: [all, high]}
          - {alpha: [-0.1, 0.1, 3]}
          - {along: random, tasks: [MRPC], seeds: [0]}
        """)
    // Every name of both entries says the range, that of an entry without another range does not.
    #expect(
      plan.curves.map(\.name) == [
        "MRPC-s0 curve, alpha [-4, 4, 3]", "MRPC-s0 curve, alpha [-4, 4, 3] (high, rest at theta1)",
        "MRPC-s1 curve, alpha [-4, 4, 3]", "MRPC-s1 curve, alpha [-4, 4, 3] (high, rest at theta1)",
        "SST-2-s0 curve, alpha [-0.1, 0.1, 3]", "SST-2-s1 curve, alpha [-0.1, 0.1, 3]",
        "MRPC-s0 curve, alpha [-0.1, 0.1, 3]", "MRPC-s1 curve, alpha [-0.1, 0.1, 3]", "MRPC-s0 random 0 (filter)",
      ])
    #expect(plan.curves[0].alpha == [-4, 0, 4] && plan.curves[6].alpha == [-0.1, 0, 0.1])
    #expect(Set(plan.units.map(\.name)).count == plan.units.count)
  }

  @Test func aWideAndANarrowSurface() throws {
    let plan = try Examples.plan(
      Self.cells + """
        surfaces:
          - {along: random, task: MRPC, alpha: [-1, 1, 3], beta: [-1, 1, 3]}
          - {along: random, task: MRPC, alpha: [-1, 1, 3], beta: [-0.5, 1, 3]}
        """)
    #expect(
      plan.surfaces.map(\.name) == [
        "MRPC-s0 random 0 x 1 (filter), alpha [-1, 1, 3], beta [-1, 1, 3]",
        "MRPC-s0 random 0 x 1 (filter), alpha [-1, 1, 3], beta [-0.5, 1, 3]",
      ])
  }

  /// By other keys, or the whole encoder by another name.
  @Test func whatIsTheSameIsThereOnce() throws {
    let plan = try Examples.plan(
      Self.cells + """
        recipe: {snapshots: {every: 1 epochs}}
        curves:
          - {tasks: [MRPC], seeds: [0], alpha: [0, 1, 3], groups: [all, middle + high + embeddings + pooler]}
          - {alpha: [0, 1, 3], tasks: [MRPC]}
        trajectories: [{tasks: [MRPC]}, {seeds: [0]}]
        rollback: {tasks: [MRPC], seeds: [0], groups: [layer 1, high], layers: each}
        curvature: [{tasks: [MRPC]}, {seeds: [0]}, {seeds: [1], groups: [middle + high + embeddings + pooler]}]
        """)
    #expect(plan.curves.map(\.name) == ["MRPC-s0 curve", "MRPC-s1 curve"])
    #expect(plan.trajectories.map(\.work.name).sorted() == Set(plan.trajectories.map(\.work.name)).sorted())
    #expect(plan.trajectories.count == 3)
    #expect(plan.rollbacks.map(\.group.name) == ["layer 1", "high", "layer 0"])
    #expect(
      plan.curvatures.map(\.work.name).sorted() == [
        "MRPC-s0 curvature", "MRPC-s1 curvature", "SST-2-s0 curvature", "SST-2-s1 curvature",
      ])
  }

  @Test func aSecondEffortForOneCurvatureIsRefused() throws {
    let error = #expect(throws: SweepError.self) {
      try Examples.sweep(
        Self.cells + "curvature:\n- {tasks: [MRPC], groups: [low, all]}\n- {tasks: [SST-2]}\n- {seeds: [1], seed: 4}\n")
    }
    #expect(error?.description.contains(":7: curvature[2]: got a second curvature") == true, "\(error)")
    #expect(error?.description.contains("as in line 5, with other numbers") == true)
    // Where only the model tells that two groups are the same.
    let late = #expect(throws: SweepError.self) {
      try Examples.plan(
        Self.cells + "curvature: [{tasks: [MRPC]}, {tasks: [MRPC], groups: [middle+high+embeddings+pooler], seed: 4}]")
    }
    #expect(late?.description.contains("two entries ask for 'MRPC-s0 curvature'") == true, "\(late)")
    #expect(throws: Never.self) {
      try Examples.plan(
        Self.cells
          + "curvature: [{tasks: [MRPC]}, {tasks: [SST-2], seed: 4}, {tasks: [MRPC], groups: [high], steps: 9}]"
      )
    }
  }

  /// The pairs of a comparison, found without looking through them.
  @Test func placesOfPairs() {
    let cell = Cell(id: Identity(hex: "a"), task: "MRPC", headSeed: 0, orderSeed: 0)
    for (kind, count) in [(Comparison.Kind.seeds, 5), (.tasks, 2), (.time, 4)] {
      let models = [ModelState.initial(cell)] + (1..<count).map { .snapshot(cell, step: $0) }
      let comparison = Comparison(kind: kind, models: models, probe: Probe(name: "p", task: "MRPC"))
      #expect(comparison.pairs.map(comparison.index(of:)) == Array(comparison.pairs.indices))
    }
  }
}
