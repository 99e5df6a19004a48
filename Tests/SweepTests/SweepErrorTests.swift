import Sweep
import Testing

@Suite struct SweepErrorTests {
  /// Lines that follow `model` and `tasks`, and how the message starts after the file's name.
  static let refused: [(yaml: String, message: String)] = [
    ("recpie: {}", "3: recpie: unknown key, expected one of name, model, "),
    ("recpie:\n  epochs: 3", "3: recpie: unknown key"),
    ("\nrecipes:\n  RTE:\n    epochs: 3", "5: recipes.RTE: unknown key"),
    ("recipe:\n  epoch: 3", "4: recipe.epoch: unknown key, expected one of epochs, "),
    ("recipe: {epochs: three}", "3: recipe.epochs: got 'three', expected a whole number from 1 to 1000; correct"),
    ("recipe: {epochs: \"3\"}", "3: recipe.epochs: got the text \"3\", expected a whole number"),
    ("recipe: {epochs: 1.5}", "3: recipe.epochs: got '1.5', expected a whole number"),
    ("recipe: {epochs: 0}", "3: recipe.epochs: got '0'"),
    ("recipe: {epochs: }", "3: recipe.epochs: got nothing, expected a whole number"),
    ("recipe: {epochs: [3]}", "3: recipe.epochs: got a list of 1, expected a whole number"),
    ("recipe: {epochs: 99999999999999999999}", "3: recipe.epochs: got '99999999999999999999'"),
    ("recipe: [3]", "3: recipe: got a list of 1, expected a mapping"),
    ("recipe:", "3: recipe: got nothing, expected a mapping"),
    ("recipe:\n\n  batch: 4\n  batch: 5", "5: batch: the key is given twice"),
    ("recipe: {learning_rate: 0}", "3: recipe.learning_rate: got '0', expected a number above 0 and at most 1"),
    ("recipe: {learning_rate: nan}", "3: recipe.learning_rate: got 'nan', expected a number above 0"),
    ("recipe: {warmup: -0.1}", "3: recipe.warmup: got '-0.1', expected a number of at least 0 and at most 1"),
    ("recipe: {precision: bf16}", "3: recipe.precision: 'bf16' is not implemented in this version, which has fp32"),
    ("recipe: {snapshots: {every: 2 days}}", "3: recipe.snapshots.every: got '2 days', expected an interval such as"),
    ("recipe: {recompute: perhaps}", "3: recipe.recompute: got 'perhaps', expected true or false"),
    ("recipe: {snapshots: {}}", "3: recipe.snapshots.every: the key is missing, expected an interval"),
    ("recipe: {batch: 8, micro_batch: 16}", "3: recipe: got micro_batch 16 with batch 8 for SST-2, pretrained"),
    ("recipes: {RTE: {}}", "3: recipes.RTE: unknown key, expected one of pretrained, scratch, SST-2, MRPC"),
    ("recipes: {MRPC: {batch: 0}}", "3: recipes.MRPC.batch: got '0'"),
    ("recipe: {micro_batch: 16}\nrecipes: {MRPC: {batch: 8}}", "4: recipes: got micro_batch 16 with batch 8 for MRPC"),
    ("seeds: {count: 0}", "3: seeds.count: got '0', expected a whole number from 1 to 10000"),
    ("seeds: []", "3: seeds: got an empty list, expected a list of at least one of seeds"),
    ("seeds: [1, 2,\n 1]", "4: seeds[2]: got '1', expected a list in which none of the seeds is repeated"),
    ("seeds: [-1]", "3: seeds[0]: got '-1', expected a whole number from 0 to 2147483647"),
    ("seeds: {head: [1]}", "3: seeds.order: the key is missing"),
    ("seeds: {count: 2, head: [1]}", "3: seeds: got a mapping, expected either count, or head and order"),
    (
      "initialisations: [pretraind]", "3: initialisations[0]: got 'pretraind', expected one of pretrained, scratch; did"
    ),
    ("initialisations: [scratch, scratch]", "3: initialisations[1]: got 'scratch', expected a list in which none"),
    ("name: a/b", "3: name: got 'a/b', expected a name of 1 to 64 letters"),
    ("name: ..", "3: name: got '..', expected a name"),
    ("curves: [{groups: [lowest]}]", "3: curves[0].groups[0]: got 'lowest', expected all, low, middle, high"),
    ("curves: [{along: seeds, seeds: [1]}]", "3: curves[0]: got 1 seed, expected at least 2 seeds to go between"),
    (
      "curves: [{along: seeds, groups: [low]}]",
      "3: curves[0]: got along: seeds with groups or elsewhere, expected whole"
    ),
    ("curves: [{elsewhere: here}]", "3: curves[0].elsewhere: got 'here', expected one of theta0, theta1"),
    ("curves: [{seeds: [3]}]", "3: curves[0].seeds[0]: got '3', expected a whole number from 0 to 2"),
    ("curves: [{tasks: [RTE]}]", "3: curves[0].tasks[0]: got 'RTE', expected one of the sweep's tasks"),
    (
      "trajectories: [{tasks: [MRPC]}]",
      "3: trajectories: got a trajectory of MRPC, pretrained, plain, without snapshots, expected"
    ),
    (
      "trajectories: [{tasks: [MRPC], other: MRPC}]",
      "3: trajectories[0]: got MRPC among the tasks and as other, expected another task"
    ),
    ("rollback: {layers: some}", "3: rollback.layers: got 'some', expected one of each, none"),
    ("variants: [{name: a}]", "3: variants[0].recipe: the key is missing"),
    (
      "variants: [{name: scratch, recipe: {epochs: 9}}]",
      "3: variants[0].name: got 'scratch', expected a name that no task"
    ),
    (
      "variants: [{name: a, recipe: {epochs: 9}}, {name: a, recipe: {epochs: 8}}]",
      "3: variants[1]: got a mapping, expected"
    ),
    ("curves: [{variants: [b]}]", "3: curves[0].variants[0]: got 'b', expected one of the sweep's variants: plain"),
    ("curves: [{along: sideways}]", "3: curves[0].along: got 'sideways', expected one of finetuning, seeds, random"),
    ("curves: [{along: {from: MRPC-s0}}]", "3: curves[0].along.to: the key is missing"),
    ("curves: [{along: {from: MRPC-s0, to: MRPC-s9}}]", "did you mean 'MRPC-s0'?"),
    ("curves: [{along: {from: MRPC-s0, to: MRPC-s0}}]", "3: curves[0].along.to: got 'MRPC-s0', expected another model"),
    (
      "curves: [{along: {from: MRPC-s0, to: theta0}}]",
      "3: curves[0].along.to: got 'theta0', expected a model with a head"
    ),
    ("curves: [{along: {from: MRPC-s0 step x, to: MRPC-s0}}]", "expected a model: theta0, a cell such as MRPC-s0"),
    (
      "curves: [{along: {from: theta0, to: MRPC-s0}, seeds: [0]}]",
      "3: curves[0].seeds: got a list of 1, expected no such key"
    ),
    ("curves: [{along: random, elsewhere: theta0}]", "3: curves[0].elsewhere: got 'theta0', expected no such key"),
    ("curves: [{along: {random: {normalisation: filters}}}]", "did you mean 'filter'?"),
    (
      "surfaces: [{task: MRPC, along: random, other: SST-2}]", "3: surfaces[0].other: got 'SST-2', expected no such key"
    ),
    (
      "surfaces: [{task: MRPC, along: trajectory}]",
      "3: surfaces: got a trajectory's plane of MRPC, pretrained, plain, without"
    ),
    (
      "surfaces: [{along: {from: theta0, to: MRPC-s0, other: MRPC-s0}}]",
      "3: surfaces[0].along.other: got 'MRPC-s0', expected a third model"
    ),
    ("curvature: [{eigenvalues: 0, probes: 0}]", "3: curvature[0]: got no eigenvalues and no probes"),
    (
      "curvature: [{eigenvalues: 5, steps: 4}]",
      "3: curvature[0].steps: got '4', expected at least as many as eigenvalues, 5"
    ),
    ("surfaces: [{task: MRPC}]", "3: surfaces[0].other: the key is missing"),
    ("surfaces: [{task: MRPC, other: MRPC}]", "3: surfaces[0].other: got 'MRPC', expected another task than MRPC"),
    (
      "surfaces: [{task: RTE, other: MRPC}]", "3: surfaces[0].task: got 'RTE', expected one of the sweep's tasks: SST-2"
    ),
    (
      "surfaces:\n- task: MRPC\n  other: SST-2\n  alpha: [1, 1, 3]",
      "6: surfaces[0].alpha[1]: got '1', expected a number"
    ),
    ("surfaces: [{task: MRPC, other: SST-2, alpha: [0, 1, 1]}]", "3: surfaces[0].alpha[2]: got '1', expected a whole"),
    (
      "surfaces: [{task: MRPC, other: SST-2, alpha: [0, 1]}]", "3: surfaces[0].alpha: got a list of 2, expected [lowest"
    ),
    (
      "surfaces: [{task: MRPC, other: SST-2, seed: 3}]",
      "3: surfaces[0].seed: got '3', expected a whole number from 0 to 2"
    ),
    (
      "surfaces: [{task: MRPC, other: SST-2, initialisation: scratch}]",
      "3: surfaces[0].initialisation: got 'scratch', expected one of the sweep's initialisations: pretrained"
    ),
    ("probes: [{name: p, task: RTE}]", "3: probes[0].task: got 'RTE', expected one of the sweep's tasks"),
    (
      "probes: [{name: p, task: MRPC},\n {name: p, task: SST-2}]",
      "4: probes[1]: got a mapping, expected a list in which"
    ),
    ("probes: [{name: p, task: MRPC, split: test}]", "3: probes[0].split: got 'test', expected one of train, dev"),
    ("consistency: {}", "3: consistency: got no probe of task SST-2, expected a probe of each task"),
    (
      "consistency: {probes: [q]}",
      "3: consistency.probes[0]: got 'q', expected one of the sweep's probes: there is none"
    ),
    ("consistency: {measures: [ckaa]}", "3: consistency.measures[0]: got 'ckaa', expected one of attention_js, svcca"),
    ("consistency: {between: [datasets]}", "3: consistency.between[0]: got 'datasets', expected one of seeds, tasks"),
    ("consistency: {between: [tasks], tasks: [MRPC]}", "3: consistency: got 1 task, expected at least 2 tasks"),
    ("dynamics: {}", "3: dynamics: got no probe of task SST-2"),
    ("probes: [{name: a, task: MRPC}]", "3: probes: got probes that nothing uses, expected dynamics or consistency"),
    (
      "probes: [{name: a, task: MRPC}, {name: b, task: SST-2}]\ndynamics: {}",
      "4: dynamics: got dynamics of SST-2, pretrained, plain, without snapshots"
    ),
    ("gather: {memory: 10}", "3: gather.memory: got '10', expected a number of bytes such as 500 MB or 2 GB"),
    ("gather: {memory: 0.5 MB}", "3: gather.memory: got '0.5 MB', expected a number of bytes"),
    ("recipe: {layer_decay: 0}", "3: recipe.layer_decay: got '0', expected a number above 0 and at most 1"),
    ("recipe: {freeze: [top]}", "3: recipe.freeze[0]: got 'top', expected all, low, middle, high"),
    ("consistency: {}\nseeds: [4]", "3: consistency: got 1 seed, expected at least 2 seeds"),
    ("on_failure: {retries: 11}", "3: on_failure.retries: got '11', expected a whole number from 0 to 10"),
    ("recipe: {epochs: 3", "the sweep file cannot be read: "),
    ("a: \"\\q\"", "the sweep file cannot be read: "),
    ("--- \nb: 1", "the sweep file cannot be read: "),
    ("\u{7}: 1", "the sweep file cannot be read: "),
    ("recipe: *unknown", "the sweep file cannot be read: "),
  ]

  @Test(arguments: refused)
  func aMessageNamesFileLineAndKey(_ yaml: String, _ message: String) throws {
    let error = try #require(throws: SweepError.self) {
      try Examples.sweep("model: m\ntasks: [SST-2, MRPC]\n" + yaml, path: "dir/a.yaml")
    }
    let text = error.description
    #expect(text.hasPrefix("dir/a.yaml:"))
    #expect(text.contains(message), "\(text)")
    #expect(!text.contains("\n"))
  }

  /// The value of `tasks`, and a part of the message.
  static let refusedTasks: [(yaml: String, message: String)] = [
    ("[]", "2: tasks: got an empty list, expected a list of at least one of tasks"),
    ("SST-2", "2: tasks: got 'SST-2', expected a list of tasks"),
    ("[SST2]", "2: tasks[0]: got 'SST2', expected a GLUE task or a mapping that describes your own: CoLA, SST-2, "),
    ("[SST2]", "did you mean 'SST-2'?"),
    ("[RTE, RTE]", "2: tasks[1]: got 'RTE', expected a list in which none of the tasks is repeated"),
    ("[{name: a}]", "2: tasks[0].train: the key is missing, expected the path of the training file"),
    (
      "[{name: rte, train: a.csv, dev: a.csv, columns: {text: a, label: b}}]",
      "tasks[0].name: got 'rte', expected a name"
    ),
    ("[{name: scratch, train: a.csv, dev: a.csv, columns: {text: a, label: b}}]", "tasks[0].name: got 'scratch'"),
    (
      "[{name: a, train: a.csv, dev: a.txt, columns: {text: a, label: b}}]",
      "tasks[0].dev: got 'a.txt', expected a path"
    ),
    ("[{name: a, train: a.csv, dev: a.csv, columns: {text: a, label: a}}]", "expected different columns for text"),
    (
      "[{name: a, train: a.csv, dev: a.csv, columns: {text: a, label: b}, labels: [x]}]", "expected at least two labels"
    ),
    (
      "[{name: a, train: a.csv, dev: a.csv, columns: {text: a, label: b}, range: [5, 0]}]",
      "tasks[0].range: got a list of 2, expected [lowest, highest]"
    ),
    (
      "[{name: a, train: a.csv, dev: a.csv, columns: {text: a, label: b}, range: [0, 1], labels: [x, y]}]",
      "expected either labels or range"
    ),
  ]

  @Test(arguments: refusedTasks)
  func aTaskIsChecked(_ yaml: String, _ message: String) throws {
    let error = try #require(throws: SweepError.self) { try Examples.sweep("model: m\ntasks: \(yaml)") }
    #expect(error.description.contains(message), "\(error)")
  }

  @Test func whatHasNoDefaultMustBeThere() throws {
    for (yaml, key) in [("tasks: [RTE]", "model"), ("model: m", "tasks")] {
      let error = try #require(throws: SweepError.self) { try Examples.sweep(yaml) }
      #expect(error.description.hasPrefix("sweeps/small.yaml:1: \(key): the key is missing"))
    }
    for yaml in ["", "# nothing\n", "- a", "word"] {
      #expect(throws: SweepError.self) { try Examples.sweep(yaml) }
    }
    let error = try #require(throws: SweepError.self) {
      try Examples.sweep("model: m\ntasks: [RTE]", path: "my sweep.yaml")
    }
    #expect(error.description.contains("name: the key is missing"))
  }

  @Test func deepNestingIsRefused() {
    for nested in [String(repeating: "[", count: 100_000), String(repeating: "{a: ", count: 100_000)] {
      #expect(throws: SweepError.self) { try Examples.sweep("model: m\ntasks: " + nested) }
    }
    let closed = String(repeating: "[", count: 900) + String(repeating: "]", count: 900)
    #expect(throws: SweepError.self) { try Examples.sweep("model: m\ntasks: " + closed) }
  }
}
