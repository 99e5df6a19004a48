import Sweep
import Testing

@Suite struct PlanTests {
  @Test func unitsAreCountedByKind() throws {
    // 2 tasks x 2 seeds; 1 surface of 3 exact and 3 x 2 points; mrpc-dev on all 4 cells and theta0; both tasks'
    // comparisons on it.
    let plan = try Examples.plan(Examples.small)
    #expect(plan.totals.map(\.kind) == [.fineTuning, .axes, .point, .probe, .similarity])
    #expect(plan.totals.map(\.units) == [4, 1, 9, 5, 2])
    #expect(Set(plan.units.map(\.id)).count == plan.units.count)
  }

  @Test func costsFollowTheFormulas() throws {
    let plan = try Examples.plan(Examples.small)
    func cost(_ name: String) -> Double? { plan.units.first { $0.name == name }?.cost }
    // An example takes 12 000 operations, a pass over the 1000 parameters the time of 50 000. SST-2: 2 epochs of 10 rows,
    // thrice, and 5 dev rows are 70 forward passes; 6 steps of 8 passes.
    #expect(cost("SST-2-s0") == 3_240_000)
    // MRPC: 130 forward passes, 10 steps.
    #expect(cost("MRPC-s0") == 5_560_000)
    // The subset asks for 100 training examples, and MRPC has 20: 23 forward passes, 4 passes over the parameters.
    #expect(cost("MRPC-s0 x SST-2-s0 theta1") == 476_000)
    #expect(cost("MRPC-s0 x SST-2-s0 axes") == 300_000)
    // Both of two layers in full. 2 examples of 8 tokens are 16 rows of 4 channels: twice 6 x 16 x 16 + 20 x 64 operations in
    // each of 3 layers, 5 times slower than products.
    #expect(cost("MRPC-s0 on mrpc-dev") == 132_480)
    // 3 pairs, 3 layers, two rounds of 8 x 16 x 16 and 5 x 20 x 64 operations.
    #expect(cost("MRPC seeds on mrpc-dev similarity") == 152_064)
    #expect(plan.cost == plan.totals.reduce(0) { $0 + $1.cost })
    #expect(plan.units.allSatisfy { $0.cost > 0 })
  }

  @Test func theOrderIsByUseAndEveryNeedComesBefore() throws {
    let plan = try Examples.plan(Examples.small)
    #expect(
      plan.units.map(\.name) == [
        "MRPC-s0", "MRPC-s1", "SST-2-s0", "SST-2-s1", "MRPC-s0 x SST-2-s0 axes", "MRPC-s0 x SST-2-s0 theta0",
        "MRPC-s0 x SST-2-s0 theta1", "MRPC-s0 x SST-2-s0 theta2", "theta0 pretrained on mrpc-dev",
        "SST-2-s0 on mrpc-dev", "SST-2-s1 on mrpc-dev", "MRPC-s0 on mrpc-dev", "MRPC-s1 on mrpc-dev",
        "SST-2 seeds on mrpc-dev similarity", "MRPC seeds on mrpc-dev similarity", "MRPC-s0 x SST-2-s0 (-1.0, 0.0)",
        "MRPC-s0 x SST-2-s0 (-1.0, 1.0)", "MRPC-s0 x SST-2-s0 (1.0, 0.0)", "MRPC-s0 x SST-2-s0 (1.0, 1.0)",
        "MRPC-s0 x SST-2-s0 (0.0, 0.0)", "MRPC-s0 x SST-2-s0 (0.0, 1.0)",
      ])
    var seen: Set<Identity> = []
    for unit in plan.units {
      #expect(unit.needs.allSatisfy(seen.contains), "\(unit.name)")
      seen.insert(unit.id)
    }
    #expect(plan.units.filter { $0.place == .root }.map(\.kind) == [.similarity, .similarity])
  }

  @Test func needsComeInTheStatedOrder() throws {
    let plan = try Examples.plan(Examples.small)
    let names = Dictionary(uniqueKeysWithValues: plan.units.map { ($0.id, $0.name) })
    func needs(_ name: String) -> [String?]? { plan.units.first { $0.name == name }?.needs.map { names[$0] } }
    #expect(needs("MRPC-s0") == [])
    #expect(needs("MRPC-s0 x SST-2-s0 axes") == ["MRPC-s0", "SST-2-s0"])
    #expect(needs("MRPC-s0 x SST-2-s0 theta0") == ["MRPC-s0"])
    #expect(needs("MRPC-s0 x SST-2-s0 theta2") == ["MRPC-s0", "SST-2-s0"])
    #expect(needs("MRPC-s0 x SST-2-s0 (0.0, 1.0)") == ["MRPC-s0", "SST-2-s0", "MRPC-s0 x SST-2-s0 axes"])
    #expect(needs("SST-2-s1 on mrpc-dev") == ["SST-2-s1"])
    #expect(needs("theta0 pretrained on mrpc-dev") == [])
    #expect(
      needs("SST-2 seeds on mrpc-dev similarity") == [
        "theta0 pretrained on mrpc-dev", "SST-2-s0 on mrpc-dev", "SST-2-s1 on mrpc-dev",
      ])
  }

  @Test func cellsHoldWhatTheSweepFileLeavesToTheData() throws {
    let plan = try Examples.plan(Examples.small)
    guard case .point(let work) = plan.units.first(where: { $0.kind == .point })?.work else {
      Issue.record("expected a point")
      return
    }
    let surface = work.surface.value
    #expect(surface.cell.recipe.trainRows == 20 && surface.other?.cell.recipe.trainRows == 10)
    #expect(surface.cell.recipe.microBatch == 4)
    #expect(surface.subset.train == 20 && surface.subset.dev == 3)
  }

  @Test func aSurfaceFindsItsPointsRowByRow() throws {
    let plan = try Examples.plan(Examples.small)
    let planned = try #require(plan.surfaces.first)
    let units = Dictionary(uniqueKeysWithValues: plan.units.map { ($0.id, $0) })
    let surface = Shared(planned.surface)
    for i in 0..<3 {
      for j in 0..<2 {
        let point = SurfacePoint.grid(i: i, j: j, alpha: Double(i) - 1, beta: Double(j))
        #expect(units[planned.grid[i * 2 + j]]?.work == .point(PointWork(surface, axes: planned.axes, point)))
      }
    }
    for (point, id) in planned.exact {
      #expect(units[id]?.work == .point(PointWork(surface, axes: planned.axes, .exact(point))))
    }
    #expect(units[planned.axes]?.work == .axes(AxesWork(surface)))
  }

  /// A curve for each task, seed and group; points without d2 need no other cell, and are those of the surface.
  @Test func curves() throws {
    let plan = try Examples.plan(
      Examples.small + "\ncurves: [{tasks: [MRPC], alpha: [-1, 2, 4], groups: [all, embeddings]}]")
    #expect(
      plan.curves.map(\.surface.name) == [
        "MRPC-s0 curve", "MRPC-s0 curve (embeddings, rest at theta1)", "MRPC-s1 curve",
        "MRPC-s1 curve (embeddings, rest at theta1)",
      ])
    let (curve, part, surface) = (plan.curves[0], plan.curves[1], plan.surfaces[0])
    #expect(curve.alpha == [-1, 0, 1, 2] && curve.beta == [0] && curve.grid.count == 4)
    #expect(curve.exact.keys.sorted { $0.rawValue < $1.rawValue } == [.theta0, .theta1])
    // alpha -1, 0, 1 at beta 0 of the surface.
    #expect([0, 1, 2].map { curve.grid[$0] } == [0, 1, 2].map { surface.grid[$0 * 2] })
    #expect(curve.exact[.theta0] == surface.exact[.theta0])
    #expect(Set(part.grid).isDisjoint(with: curve.grid) && part.axes != curve.axes)
    let names = Dictionary(uniqueKeysWithValues: plan.units.map { ($0.id, $0.name) })
    let units = Dictionary(uniqueKeysWithValues: plan.units.map { ($0.id, $0) })
    for id in curve.grid + part.grid { #expect(units[id]?.needs.map { names[$0] } == ["MRPC-s0"]) }
  }

  /// A line for every pair of seeds, which needs both cells.
  @Test func linesBetweenSeeds() throws {
    let plan = try Examples.plan(
      Examples.small.replacing("count: 2", with: "count: 3") + "\ncurves: [{along: seeds, tasks: [SST-2]}]")
    #expect(
      plan.curves.map(\.surface.name) == ["SST-2-s0 to SST-2-s1", "SST-2-s0 to SST-2-s2", "SST-2-s1 to SST-2-s2"])
    let names = Dictionary(uniqueKeysWithValues: plan.units.map { ($0.id, $0.name) })
    let units = Dictionary(uniqueKeysWithValues: plan.units.map { ($0.id, $0) })
    let line = plan.curves[0]
    #expect(line.alpha.count == 21 && line.alpha.last == 1)
    for id in line.grid + Array(line.exact.values) + [line.axes] {
      #expect(units[id]?.needs.map { names[$0] } == ["SST-2-s1", "SST-2-s0"])
    }
  }

  /// Any two models, of one task or two, snapshots too; the head moves only between models of one task.
  @Test func linesBetweenNamedModels() throws {
    let yaml = Examples.small.replacing("batch: 4}", with: "batch: 4, snapshots: {every: 1 epochs}}")
    let plan = try Examples.plan(
      yaml + """

        curves:
        - {along: {from: MRPC-s0 step 5, to: MRPC-s0}}
        - {along: {from: SST-2-s1, to: MRPC-s0}, alpha: [-1, 2, 4]}
        - {along: {from: theta0, to: MRPC-s1 step 5}, groups: [embeddings]}
        """)
    #expect(
      plan.curves.map(\.surface.name) == [
        "MRPC-s0 step 5 to MRPC-s0", "SST-2-s1 to MRPC-s0", "MRPC-s1 step 5 curve (embeddings, rest at theta1)",
      ])
    #expect(plan.curves.map(\.surface.movesHead) == [true, false, false])
    #expect(
      plan.curves.map(\.surface.cells).map { $0.map(\.name) } == [
        ["MRPC-s0"], ["MRPC-s0", "SST-2-s1"], ["MRPC-s1"],
      ])
    // theta1 is the same point in both.
    #expect(plan.curves[0].exact[.theta1] == plan.curves[1].exact[.theta1])
    #expect(throws: SweepError.noSnapshot(cell: "MRPC-s0", step: 6, steps: [0, 5, 10])) {
      try Examples.plan(yaml + "\ncurves: [{along: {from: MRPC-s0 step 6, to: MRPC-s0}}]")
    }
  }

  /// A plane through any three models.
  @Test func planesThroughNamedModels() throws {
    let plan = try Examples.plan(
      Examples.small.replacing(
        "surfaces: [",
        with: "surfaces: [{along: {from: MRPC-s0, to: MRPC-s1, other: SST-2-s0}, alpha: [0, 1, 2], beta: [0, 1, 2]}, "))
    let surface = plan.surfaces[0]
    #expect(surface.surface.name == "MRPC-s1 x SST-2-s0 from MRPC-s0" && !surface.surface.movesHead)
    let names = Dictionary(uniqueKeysWithValues: plan.units.map { ($0.id, $0.name) })
    let units = Dictionary(uniqueKeysWithValues: plan.units.map { ($0.id, $0) })
    #expect(units[surface.grid[0]]?.needs.map { names[$0] } == ["MRPC-s1", "MRPC-s0"])
    #expect(
      units[surface.grid[1]]?.needs.map { names[$0] } == [
        "MRPC-s1", "MRPC-s0", "SST-2-s0", "\(surface.surface.name) axes",
      ])
  }

  /// Directions that are drawn start at theta1, the only exact point; a surface's first direction is a curve's.
  @Test func randomDirections() throws {
    let plan = try Examples.plan(
      Examples.small.replacing(
        "surfaces: [", with: "surfaces: [{task: MRPC, along: random, alpha: [-1, 1, 3], beta: [0, 1, 2]}, ")
        + "\ncurves: [{along: {random: {directions: 2}}, tasks: [MRPC], seeds: [0], alpha: [-1, 1, 3]}]")
    #expect(plan.curves.map(\.surface.name) == ["MRPC-s0 random 0 (filter)", "MRPC-s0 random 1 (filter)"])
    let (curve, surface) = (plan.curves[0], plan.surfaces[0])
    #expect(surface.surface.name == "MRPC-s0 random 0 x 1 (filter)")
    #expect(Array(curve.exact.keys) == [.theta1] && curve.exact == surface.exact)
    #expect(curve.exact[.theta1] == plan.surfaces[1].exact[.theta1])
    #expect(curve.surface.coordinates(of: .theta1, scale: nil).alpha == 0)
    #expect([0, 1, 2].map { curve.grid[$0] } == [0, 1, 2].map { surface.grid[2 * $0] })
    #expect(Set(plan.curves[1].grid).isDisjoint(with: curve.grid))
    let units = Dictionary(uniqueKeysWithValues: plan.units.map { ($0.id, $0) })
    #expect(units[surface.grid[1]]?.needs.last == surface.axes)
    #expect(curve.surface.isCurve && !surface.surface.isCurve)
  }

  @Test func aTrajectorysPlaneNeedsSnapshots() throws {
    let request = "surfaces: [{task: MRPC, along: trajectory, alpha: [-1, 0, 2], beta: [0, 1, 2]}, "
    let yaml = Examples.small.replacing("surfaces: [", with: request)
    #expect(throws: SweepError.self) { try Examples.plan(yaml) }
    let plan = try Examples.plan(yaml.replacing("batch: 4}", with: "batch: 4, snapshots: {every: 1 epochs}}"))
    #expect(plan.surfaces[0].surface.name == "MRPC-s0 trajectory plane")
    #expect(throws: SweepError.fewSnapshots(cell: "MRPC-s0", got: 2)) {
      try Examples.plan(yaml.replacing("batch: 4}", with: "batch: 4, snapshots: {every: 2 epochs}}"))
    }
    #expect(Array(plan.surfaces[0].exact.keys) == [.theta1])
  }

  /// Cells beside the plain ones, for the tasks that have them; sections choose.
  @Test func variants() throws {
    let variants = "\nvariants: [{name: long, tasks: [MRPC], recipe: {epochs: 9}}]"
    let plan = try Examples.plan(
      Examples.small + variants + "\nrollback: {groups: [all], layers: none, variants: [long]}")
    let cells = plan.units.compactMap { if case .fineTuning(let work) = $0.work { work.cell } else { nil } }
    #expect(cells.map(\.name) == ["MRPC-long-s0", "MRPC-long-s1", "MRPC-s0", "MRPC-s1", "SST-2-s0", "SST-2-s1"])
    #expect(cells.map(\.recipe.epochs) == [9, 9, 2, 2, 2, 2])
    #expect(plan.rollbacks.map(\.cell.name) == ["MRPC-long-s0", "MRPC-long-s1"])
    #expect(plan.comparisons.map(\.comparison.name).contains("MRPC-long seeds on mrpc-dev"))
    // Units that were there before are the same.
    let before = try Examples.plan(Examples.small)
    #expect(Set(before.units.map(\.id)).isSubset(of: Set(plan.units.map(\.id))))
    #expect(throws: SweepError.sameVariant("same", task: "SST-2")) {
      try Examples.plan(Examples.small + "\nvariants: [{name: same, recipe: {epochs: 2}}]")
    }
  }

  /// d1 and d2 start at one theta0, and so do models that are compared.
  @Test func originsAreCommon() throws {
    let yaml = Examples.small + "\nvariants: [{name: new, tasks: [MRPC], recipe: {reinitialise: 1}}]"
    #expect(throws: SweepError.originsDiffer("MRPC-new-s0", "SST-2-s0")) {
      try Examples.plan(yaml.replacing("{task: MRPC, other", with: "{task: MRPC, variant: new, other"))
    }
    #expect(throws: SweepError.originsDiffer("SST-2-s0", "MRPC-s0")) {
      try Examples.plan(
        Examples.small.replacing("measures: [svcca], probes: [mrpc-dev]", with: "between: [tasks]")
          .replacing("surfaces: [{task: MRPC, other: SST-2, alpha: [-1, 1, 3], beta: [0, 1, 2]}]", with: "")
          + "\nrecipes: {MRPC: {reinitialise: 1}}")
    }
    // From scratch all is random anyway.
    #expect(throws: SweepError.sameVariant("new", task: "MRPC")) {
      try Examples.plan(yaml + "\ninitialisations: [scratch]")
    }
  }

  @Test func curvatures() throws {
    let plan = try Examples.plan(
      Examples.small + "\ncurvature: [{tasks: [SST-2], groups: [all, high], eigenvalues: 2, steps: 5, probes: 3}]")
    #expect(
      plan.curvatures.map(\.work.name) == [
        "SST-2-s0 curvature", "SST-2-s0 curvature (high)", "SST-2-s1 curvature", "SST-2-s1 curvature (high)",
      ])
    let work = plan.curvatures[0].work
    #expect(work.group == nil && work.effort.eigenvalues == 2 && work.effort.probes == 3 && work.subset.train == 10)
    // 8 products of 6 gradients of 10 examples, three forward passes of 12 000 operations each, and 24 passes over 1000
    // parameters; 5 steps through 5 vectors, twice.
    #expect(plan.units.first { $0.id == plan.curvatures[0].unit }?.cost == 29_380_000)
  }

  /// Snapshots at 0, after each epoch of 5 steps and at the end, each with losses; the other task's cell of the same seed.
  @Test func trajectories() throws {
    let yaml = Examples.small.replacing("batch: 4}", with: "batch: 4, snapshots: {every: 1 epochs}}")
    let plan = try Examples.plan(yaml + "\ntrajectories: [{tasks: [MRPC], other: SST-2}, {tasks: [MRPC]}]")
    #expect(
      plan.trajectories.map(\.work.name) == [
        "MRPC-s0 trajectory x SST-2-s0", "MRPC-s1 trajectory x SST-2-s1", "MRPC-s0 trajectory", "MRPC-s1 trajectory",
      ])
    #expect(plan.trajectories[1].snapshots.map(\.step) == [0, 5, 10])
    let names = Dictionary(uniqueKeysWithValues: plan.units.map { ($0.id, $0.name) })
    let units = Dictionary(uniqueKeysWithValues: plan.units.map { ($0.id, $0) })
    #expect(units[plan.trajectories[0].unit]?.needs.map { names[$0] } == ["MRPC-s0", "SST-2-s0"])
    let last = try #require(plan.trajectories[2].snapshots.last)
    #expect(units[last.unit]?.needs.map { names[$0] } == ["MRPC-s0", "MRPC-s0 trajectory"])
    #expect(units[last.unit]?.name == "MRPC-s0 trajectory step 10")
  }

  /// Every cell without each group and each of its two layers; the upper third of two layers is layer 1.
  @Test func rollbacks() throws {
    let plan = try Examples.plan(Examples.small + "\nrollback: {groups: [high, embeddings]}")
    let first = plan.rollbacks.prefix(4)
    #expect(first.map(\.group.name) == ["high", "embeddings", "layer 0", "layer 1"])
    #expect(first.map(\.cell.name) == [String](repeating: "SST-2-s0", count: 4))
    // Two names of one group are one unit.
    #expect(plan.rollbacks.count == 16 && Set(plan.rollbacks.map(\.unit)).count == 12)
    #expect(plan.rollbacks[0].unit == plan.rollbacks[3].unit)
    let total = try #require(plan.totals.first { $0.kind == .rollback })
    #expect(total.units == 12)
    // 5 dev rows of 12 000 operations and 3 passes over the parameters.
    #expect(plan.units.first { $0.kind == .rollback }?.cost == 210_000)
    let without = try Examples.plan(Examples.small + "\nrollback: {groups: [all], layers: none}")
    #expect(without.rollbacks.count == 4)
    #expect(throws: SweepError.self) { try Examples.plan(Examples.small + "\nrollback: {groups: [low]}") }
  }

  @Test func aGroupMayRestAtTheta0() throws {
    func points(_ rest: String) throws -> Set<Identity> {
      let plan = try Examples.plan(
        Examples.small + "\ncurves: [{alpha: [0, 1, 2], groups: [pooler], elsewhere: \(rest)}]")
      return Set(plan.curves.flatMap(\.grid))
    }
    #expect(try points("theta0").isDisjoint(with: try points("theta1")))
    #expect(throws: SweepError.self) {
      try Examples.plan(Examples.small + "\ncurves: [{groups: [layer 2]}]")
    }
  }

  @Test func gridsAreRefinedFromTheCorners() throws {
    let plan = try Examples.plan(
      """
      model: m
      tasks: [SST-2, MRPC]
      surfaces:
      - {task: MRPC, other: SST-2, alpha: [0, 5, 6], beta: [0, 5, 6]}
      - {task: SST-2, other: MRPC, alpha: [0, 1, 2], beta: [0, 1, 2]}
      """)
    let grid = plan.units.compactMap { unit -> (task: String, i: Int, j: Int)? in
      guard case .point(let work) = unit.work, case .grid(let i, let j, _, _) = work.point else { return nil }
      let surface = work.surface.value
      return (surface.cell.task, i, j)
    }
    #expect(grid.count == 36 + 4)
    // Stride 4 of 6 points: 0, 4, 5. Stride 2 adds those with 2; stride 1 the rest, and the small grid with them.
    #expect(grid.prefix(9).map { [$0.i, $0.j] } == [0, 4, 5].flatMap { i in [0, 4, 5].map { [i, $0] } })
    #expect(grid[9..<16].allSatisfy { ($0.i == 2 || $0.j == 2) && $0.i != 1 && $0.j != 1 && $0.i != 3 && $0.j != 3 })
    #expect(grid[16..<36].allSatisfy { $0.task == "MRPC" } && grid[36...].allSatisfy { $0.task == "SST-2" })
    #expect(Set(grid.map { "\($0)" }).count == 40)
  }

  @Test func ownProbesCompareEachTaskWithItself() throws {
    let plan = try Examples.plan(
      Examples.small.replacing(
        "consistency: {measures: [svcca], probes: [mrpc-dev]}",
        with: "initialisations: [pretrained, scratch]\nconsistency: {measures: [svcca]}"))
    #expect(
      plan.comparisons.map(\.comparison.name) == [
        "SST-2 seeds on sst-dev", "SST-2-scratch seeds on sst-dev", "MRPC seeds on mrpc-dev",
        "MRPC-scratch seeds on mrpc-dev",
      ])
    // Four groups of two cells, and on each probe theta0 of both starts.
    #expect(plan.units.count { $0.kind == .probe } == 12)
    #expect(plan.comparisons.allSatisfy { $0.attention == nil && $0.similarity != nil })
  }

  /// Of each seed the models of both tasks on every probe; models that were probed between seeds are not again.
  @Test func comparisonsBetweenTasks() throws {
    let plan = try Examples.plan(
      Examples.small.replacing("measures: [svcca], probes: [mrpc-dev]", with: "between: [seeds, tasks]"))
    let tasks = plan.comparisons.filter { $0.comparison.kind == .tasks }
    #expect(
      tasks.map(\.comparison.name) == [
        "tasks-s0 on mrpc-dev", "tasks-s0 on sst-dev", "tasks-s1 on mrpc-dev", "tasks-s1 on sst-dev",
      ])
    #expect(tasks[0].comparison.models.map(\.name) == ["theta0", "SST-2-s0", "MRPC-s0"])
    #expect(tasks[0].comparison.pairs.map { [$0.a, $0.b] } == [[0, 1], [0, 2], [1, 2]])
    // Four cells and theta0 on two probes.
    #expect(plan.units.count { $0.kind == .probe } == 10)
    #expect(
      plan.units.count { $0.kind == .attention } == 6 && plan.units.count { $0.kind == .similarity } == 6)
    let attention = try #require(plan.units.first { $0.id == tasks[0].attention })
    #expect(attention.needs.count == 2 && attention.place == .anywhere)
  }

  /// Each snapshot but theta0 itself, the last of which is the final model; pairs with theta0 alone.
  @Test func comparisonsOverTime() throws {
    let yaml = Examples.small.replacing("batch: 4}", with: "batch: 4, snapshots: {every: 1 epochs}}")
    let plan = try Examples.plan(yaml + "\ndynamics: {tasks: [MRPC], seeds: [1], measures: [svcca]}")
    let time = try #require(plan.comparisons.first)
    #expect(time.comparison.name == "MRPC-s1 over time on mrpc-dev")
    #expect(time.comparison.models.map(\.name) == ["theta0", "MRPC-s1 step 5", "MRPC-s1"])
    #expect(time.comparison.pairs.map { [$0.a, $0.b] } == [[0, 1], [0, 2]])
    // The final model and theta0 are those of the comparison between seeds.
    #expect(plan.units.count { $0.kind == .probe } == 6)
    let end = try Examples.plan(Examples.small + "\ndynamics: {at: end, tasks: [MRPC], measures: [svcca]}")
    #expect(end.comparisons.prefix(2).map { $0.comparison.models.count } == [2, 2])
  }

  /// What a measure beside SVCCA needs is kept for every comparison on its probe; the memory decides how many layers a unit
  /// has.
  @Test func whatIsGathered() throws {
    func probes(_ yaml: String) throws -> [ProbeWork] {
      try Examples.plan(yaml).units.compactMap { if case .probe(let work) = $0.work { work } else { nil } }
    }
    let plain = try probes(Examples.small)
    #expect(plain.allSatisfy { $0.layers == 0..<3 && !$0.isComplete && $0.probe.maxLength == 128 })
    let more = Examples.small.replacing("measures: [svcca]", with: "measures: [svcca, cka]")
    #expect(try probes(more).allSatisfy(\.isComplete))
    // 5000 rows of 4 channels, thrice, 4 x 4 and 4 numbers of 8 bytes; 4 bytes a row: half a MB, thrice.
    let large =
      Examples.small.replacing("examples: 2", with: "examples: 5, rows: 5000, max_length: 16384")
      + "\ngather: {memory: 1 MB}"
    #expect(throws: SweepError.gatherMemory(probe: "mrpc-dev", got: 1_000_000, needed: 1_500_480)) { try probes(large) }
    let chunked = try probes(large.replacing("1 MB", with: "2 MB"))
    #expect(chunked.prefix(3).map(\.layers) == [0..<1, 1..<2, 2..<3])
    #expect(chunked.count == 15)
  }

  /// Heads of two models from scratch have no common identity; those of a model and its own theta0 have.
  @Test func headsOfModelsFromScratch() throws {
    let plan = try Examples.plan(Examples.small + "\ninitialisations: [pretrained, scratch]")
    let (tuned, scratch) = (plan.comparisons[0].comparison, plan.comparisons[1].comparison)
    #expect(scratch.name == "SST-2-scratch seeds on mrpc-dev")
    #expect(tuned.pairs.allSatisfy { tuned.sharesHeads($0.a, $0.b) })
    #expect(scratch.pairs.map { scratch.sharesHeads($0.a, $0.b) } == [true, true, false])
  }

  /// Parts are written one by one, whatever group they were named by.
  @Test func interventions() throws {
    func recipe(_ changes: String) throws -> Recipe? {
      let plan = try Examples.plan(Examples.small.replacing("batch: 4}", with: "batch: 4, \(changes)}"))
      guard case .fineTuning(let work) = plan.units[0].work else { return nil }
      let cell = work.cell
      return cell.recipe
    }
    let recipe1 = try #require(
      try recipe("freeze: [embeddings, high], freeze_query_key: [all], layer_decay: 0.9, reinitialise: 2"))
    #expect(recipe1.freeze == ["embeddings", "layer 1"] && recipe1.freezeQueryKey == ["layer 0", "layer 1"])
    #expect(recipe1.layerDecay == 0.9 && recipe1.reinitialise == 2)
    #expect(try recipe("freeze: [layer 1 + embeddings]")?.freeze == recipe1.freeze)
    #expect(throws: SweepError.tooManyLayers(got: 3, layers: 2)) { try recipe("reinitialise: 3") }
    #expect(throws: SweepError.self) { try recipe("freeze_query_key: [pooler]") }
    let frozen = Examples.small.replacing("batch: 4}", with: "batch: 4, freeze: [embeddings, layer 0]}")
    let curves = "\ncurves: [{groups: [embeddings + layer 0], alpha: [0, 1, 2]}]"
    #expect(throws: SweepError.nothingMoves(cell: "SST-2-s0", group: "embeddings + layer 0")) {
      try Examples.plan(frozen + curves)
    }
    #expect(try Examples.plan(frozen + curves.replacing("[embeddings + layer 0]", with: "[all]")).curves.count == 4)
  }

  @Test func factsAreChecked() {
    #expect(throws: SweepError.missingFacts(task: "MRPC")) {
      try Examples.plan(Examples.small, Examples.inputs(names: ["SST-2"]))
    }
    let empty = Examples.inputs()
    let rows = TaskFacts(
      trainHash: Examples.hash("a"), devHash: Examples.hash("b"), trainRows: 3, devRows: 0, tokensPerExample: 1,
      operationsPerExample: 1)
    let inputs = SweepInputs(
      model: empty.model, tasks: empty.tasks.merging(["MRPC": rows]) { $1 }, environment: empty.environment)
    #expect(throws: SweepError.noRows(task: "MRPC", split: "dev")) { try Examples.plan(Examples.small, inputs) }
  }

  @Test func tasksMustDiffer() throws {
    func yaml(_ label: String) -> String {
      """
      model: m
      tasks:
      - {name: a, train: x.csv, dev: y.csv, columns: {text: t, label: l}}
      - {name: b, train: x.csv, dev: y.csv, columns: {text: t, label: \(label)}}
      """
    }
    let facts = TaskFacts(
      trainHash: Examples.hash("x"), devHash: Examples.hash("y"), trainRows: 3, devRows: 3, tokensPerExample: 1,
      operationsPerExample: 1)
    let other = Examples.inputs()
    let inputs = SweepInputs(model: other.model, tasks: ["a": facts, "b": facts], environment: other.environment)
    #expect(throws: SweepError.sameTask("a", "b")) { try Examples.plan(yaml("l"), inputs) }
    #expect(try Examples.plan(yaml("other"), inputs).units.count == 6)
  }
}
