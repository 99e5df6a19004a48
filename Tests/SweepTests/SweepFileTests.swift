import LearningDynamics
import Sweep
import Testing

@Suite struct SweepFileTests {
  @Test func allButModelAndTasksHasADefault() throws {
    let sweep = try Examples.sweep("model: m\ntasks: [SST-2]", path: "a/my-sweep.v2.yaml")
    #expect(sweep.name == "my-sweep.v2")
    #expect(sweep.data == nil)
    #expect(sweep.seeds == (0..<3).map { Seed(head: $0, order: $0) })
    #expect(sweep.initialisations == [.pretrained] && sweep.initialisationSeed == 0)
    #expect(sweep.recipe == Recipe() && sweep.subset == Subset())
    #expect(sweep.surfaces.isEmpty && sweep.probes.isEmpty && sweep.consistency == nil)
    #expect(sweep.onFailure.retries == 0)
    let recipe = Recipe()
    #expect(recipe.epochs == 3 && recipe.batch == 32 && recipe.learningRate == 5e-5 && recipe.warmup == 0.1)
    #expect(recipe.weightDecay == 0.01 && recipe.maxLength == 128 && recipe.trainRows == nil && recipe.threads == 1)
    #expect(recipe.microBatch == nil && recipe.snapshots == .none)
  }

  @Test func everyKeyIsRead() throws {
    let sweep = try Examples.sweep(
      """
      name: everything
      model: models/minilm
      data: glue
      tasks:
        - MRPC
        - {name: mine, train: t.csv, dev: d.csv, columns: {text: a, pair: b, label: c}, labels: [0, "no", yes]}
        - {name: stars, train: t, dev: d, columns: {text: a, label: c}, range: [0, 5], format: jsonl}
      seeds: {head: [0, 1], order: [5, 7]}
      initialisations: [scratch, pretrained]
      initialisation_seed: 3
      recipe: {epochs: 4, batch: 16, learning_rate: 1e-4, warmup: 0, weight_decay: 1, max_length: 64, train_rows: 1500,
        threads: 2, precision: fp32, micro_batch: 8, snapshots: {every: 0.5 epochs}}
      recipes: {scratch: {epochs: 8, batch: 64}, mine: {batch: 8}}
      subset: {train: 1, dev: 2, seed: 3, batch: 4}
      surfaces: [{task: MRPC, other: mine, seed: 3, initialisation: pretrained, alpha: [-4, 4, 41], beta: [-0.5, 2, 5]}]
      probes: [{name: p, task: mine, split: train, examples: 9, rows: 8, seed: 6, tokens: cls, batch: 5}]
      dynamics: {tasks: [mine], variants: [v], measures: [cka], at: end}
      consistency: {between: [seeds, tasks], measures: [svcca], probes: [p]}
      gather: {memory: 1.5 GB, keep: true}
      variants: [{name: v, tasks: [mine], recipe: {freeze: [low], freeze_query_key: [layer 1], layer_decay: 0.5, reinitialise: 1}}]
      on_failure: {retries: 2}
      """)
    #expect(sweep.name == "everything" && sweep.model == "models/minilm" && sweep.data == "glue")
    #expect(sweep.tasks.map(\.name) == ["MRPC", "mine", "stars"])
    guard case .custom(let mine) = sweep.tasks[1], case .custom(let stars) = sweep.tasks[2] else {
      Issue.record("expected two custom tasks")
      return
    }
    #expect(mine.labels == ["0", "no", "yes"] && mine.columns.pair == "b" && mine.format == nil)
    #expect(stars.range == [0, 5] && stars.format == .jsonLines && stars.columns.pair == nil)
    #expect(sweep.seeds.map(\.description) == ["h0-o5", "h0-o7", "h1-o5", "h1-o7"])
    #expect(sweep.initialisations == [.scratch, .pretrained] && sweep.initialisationSeed == 3)
    #expect(sweep.recipe.learningRate == 1e-4 && sweep.recipe.trainRows == 1500 && sweep.recipe.microBatch == 8)
    #expect(sweep.recipe.snapshots == .everyEpochs(0.5))
    #expect(sweep.surfaces[0].seed == 3 && sweep.surfaces[0].initialisation == .pretrained)
    #expect(sweep.surfaces[0].beta == Axis(lowest: -0.5, highest: 2, points: 5))
    let probe = sweep.probes[0]
    #expect(probe.split == .train && probe.examples == 9 && probe.rows == 8 && probe.seed == 6)
    #expect(probe.tokens == .cls && probe.batch == 5)
    #expect(sweep.subset.train == 1 && sweep.subset.dev == 2 && sweep.subset.seed == 3 && sweep.subset.batch == 4)
    #expect(sweep.consistency?.between == [.seeds, .tasks] && sweep.consistency?.measures == [.svcca])
    #expect(sweep.dynamics?.at == .end && sweep.dynamics?.measures == [.cka] && sweep.dynamics?.probes == nil)
    #expect(sweep.dynamics?.cells.tasks == ["mine"] && sweep.dynamics?.cells.variants == ["v"])
    #expect(sweep.gather.memory == 1_500_000_000 && sweep.gather.keep)
    let changed = sweep.recipe(task: "mine", initialisation: .pretrained, variant: "v")
    #expect(changed.freeze == ["low"] && changed.freezeQueryKey == ["layer 1"] && changed.layerDecay == 0.5)
    #expect(changed.reinitialise == 1 && changed.batch == 8)
    #expect(sweep.consistency?.probes == ["p"] && sweep.onFailure.retries == 2)
  }

  @Test func theTaskWinsOverTheInitialisation() throws {
    let sweep = try Examples.sweep(
      """
      model: m
      tasks: [SST-2, MRPC]
      recipe: {batch: 32, warmup: 0.2}
      recipes: {scratch: {epochs: 8, batch: 64}, MRPC: {batch: 16}}
      """)
    func numbers(_ task: String, _ initialisation: Initialisation) -> [Double] {
      let recipe = sweep.recipe(task: task, initialisation: initialisation)
      return [Double(recipe.epochs), Double(recipe.batch), recipe.warmup]
    }
    #expect(numbers("SST-2", .pretrained) == [3, 32, 0.2])
    #expect(numbers("SST-2", .scratch) == [8, 64, 0.2])
    #expect(numbers("MRPC", .pretrained) == [3, 16, 0.2])
    #expect(numbers("MRPC", .scratch) == [8, 16, 0.2])
  }

  @Test func aListOfSeedsSetsBothOfACell() throws {
    let sweep = try Examples.sweep("model: m\ntasks: [RTE]\nseeds: [0, 5, 7]")
    #expect(sweep.seeds == [0, 5, 7].map { Seed(head: $0, order: $0) })
  }

  @Test func differencesNameTheKeysHoweverTheyAreWritten() throws {
    let first = try Examples.sweep(
      "model: m\ntasks: [RTE, MRPC]\nseeds: {count: 2}\nrecipe: {epochs: 3}\non_failure: {retries: 3}")
    let same = try Examples.sweep(
      "seeds: [0, 1]\ntasks:\n  - RTE\n  - MRPC\nmodel: 'm' # the same\nrecipe: {recompute: true}\n")
    #expect(try first.differences(from: same) == [])
    let other = try Examples.sweep(
      """
      model: m
      tasks: [RTE, MRPC]
      recipe: {epochs: 5, snapshots: {every: 100 steps}}
      recipes: {MRPC: {batch: 16}}
      surfaces: [{task: MRPC, other: RTE, alpha: [-1, 1, 3]}]
      """)
    #expect(
      try other.differences(from: first).filter { !$0.hasPrefix("surfaces") } == [
        "recipe.epochs: 3 in the run directory, 5 in the sweep file",
        "recipe.snapshots: none in the run directory, 100 steps in the sweep file",
        "recipes.MRPC.batch: not set in the run directory, 16 in the sweep file",
        "seeds: [s0, s1] in the run directory, [s0, s1, s2] in the sweep file",
      ])
    #expect(
      try first.differences(from: other).contains(
        "surfaces[0].alpha.points: 3 in the run directory, not set in the sweep file"))
  }
}
