import Sweep
import Testing

/// What changes the identity of a unit, and what does not.
@Suite struct PlanIdentityTests {
  private func ids(_ yaml: String, _ inputs: SweepInputs = Examples.inputs()) throws -> [String: Identity] {
    let units = try Examples.plan(yaml, inputs).units
    return Dictionary(units.map { ($0.name, $0.id) }) { first, _ in first }
  }

  private func changing(_ old: String, _ new: String) -> String {
    precondition(Examples.small.contains(old))
    return Examples.small.replacing(old, with: new)
  }

  @Test func namesPathsAndRetriesChangeNothing() throws {
    let before = try ids(Examples.small)
    #expect(try ids(Examples.small + "\nname: other\ndata: elsewhere\non_failure: {retries: 4}") == before)
    #expect(try ids(changing("models/tiny", "elsewhere/tiny")) == before)
    // Explicit values equal to the effective ones are the same work.
    #expect(try ids(changing("batch: 4}", "batch: 4, micro_batch: 4, train_rows: 20}")) == before)
    // What is computed again has the same bits.
    #expect(try ids(changing("batch: 4}", "batch: 4, recompute: true}")) == before)
    // More examples than there are mean all there are: MRPC has 20 training and 5 dev rows.
    #expect(try ids(changing("train: 100", "train: 20")) == before)
    #expect(try ids(changing("dev: 3", "dev: 5")) == ids(changing("dev: 3", "dev: 50")))
  }

  /// Which rows are left out is a part of what a task is; in which order the marks are listed is not.
  @Test func skippedLabelsAreAnotherTask() throws {
    func ids(_ key: String) throws -> Set<Identity> {
      let task = "{name: mine, train: a.csv, dev: a.csv, columns: {text: a, label: b}\(key)}"
      return Set(try self.ids("model: m\ntasks: [\(task)]\nseeds: [0]", Examples.inputs(names: ["mine"])).values)
    }
    #expect(try ids("") == ids(", skip_labels: []"))
    #expect(try ids(", skip_labels: [-1, NA]") == ids(", skip_labels: [NA, -1]"))
    #expect(try ids("").isDisjoint(with: ids(", skip_labels: [-1]")))
  }

  @Test func aRenamedProbeIsTheSameWork() throws {
    let before = Set(try ids(Examples.small).values)
    #expect(Set(try ids(Examples.small.replacing("mrpc-dev", with: "renamed")).values) == before)
  }

  @Test(arguments: [
    ("batch: 4", "batch: 5"), ("epochs: 2", "epochs: 3"), ("epochs: 2", "learning_rate: 1e-5"),
    ("epochs: 2", "threads: 2"), ("epochs: 2", "micro_batch: 2"), ("epochs: 2", "train_rows: 9"),
    ("seeds: {count: 2}", "seeds: {head: [0], order: [1, 2]}"), ("seeds:", "initialisation_seed: 1\nseeds:"),
    ("seeds:", "initialisations: [scratch]\nseeds:"),
  ])
  func aChangedRecipeChangesEveryUnitButTheta0(_ old: String, _ new: String) throws {
    let same = try ids(Examples.small).filter { try ids(changing(old, new)).values.contains($0.value) }.keys
    let isOfTheta0 = new.hasPrefix("initialisation") || new.hasPrefix("threads")
    #expect(Array(same) == (isOfTheta0 ? [] : ["theta0 pretrained on mrpc-dev"]))
  }

  /// What is held back, and how much, is part of a cell.
  @Test(arguments: [
    "freeze: [embeddings]", "freeze: [layer 0]", "freeze_query_key: [layer 0]", "layer_decay: 0.9", "reinitialise: 1",
  ])
  func anInterventionIsAnotherCell(_ change: String) throws {
    let before = try ids(Examples.small)
    let after = try ids(changing("epochs: 2", "epochs: 2, \(change)"))
    #expect(before["MRPC-s0"] != after["MRPC-s0"] && after["MRPC-s0"] != nil)
  }

  @Test func modelDataProgramAndProcessorChangeEveryUnit() throws {
    let before = Set(try ids(Examples.small).values)
    let others = [
      Examples.inputs(model: "other"), Examples.inputs(blasCore: "Haswell"),
      Examples.inputs(program: "seedscape 0.1.1"),
    ]
    for inputs in others { #expect(before.isDisjoint(with: try ids(Examples.small, inputs).values)) }
    // Of data: what a task's files hold changes whatever reads them. theta0 on MRPC's dev rows reads no training rows.
    for (file, same) in [("train", ["theta0 pretrained on mrpc-dev"]), ("dev", [])] {
      let after = Set(try ids(Examples.small, Examples.inputs(otherFiles: file)).values)
      #expect(try ids(Examples.small).filter { after.contains($0.value) }.map(\.key) == same, "\(file)")
    }
  }

  @Test func aChangedSubsetChangesOnlyPoints() throws {
    let (before, after) = (try ids(Examples.small), try ids(changing("dev: 3", "dev: 2")))
    for (name, id) in before {
      #expect((after[name] == id) == !(name.contains(" theta") || name.contains("(")), "\(name)")
    }
  }

  @Test func aChangedProbeChangesItAndItsMatrices() throws {
    let (before, after) = (
      try ids(Examples.small), try ids(changing("task: MRPC, examples: 2", "task: MRPC, examples: 3"))
    )
    for (name, id) in before { #expect((after[name] == id) == !name.contains("on mrpc-dev"), "\(name)") }
  }

  @Test func anotherRangeSharesThePointsInCommon() throws {
    let both = try Examples.plan(
      changing(
        "surfaces: [", "surfaces: [{task: MRPC, other: SST-2, alpha: [0, 2, 5], beta: [0, 2, 3]}, "))
    // 5 x 3 and 3 x 2 points share (0, 0), (0, 1), (1, 0), (1, 1); axes and exact points too.
    #expect(both.totals.map(\.units) == [4, 1, 3 + 15 + 6 - 4, 5, 2])
    #expect(both.surfaces[0].axes == both.surfaces[1].axes && both.surfaces[0].exact == both.surfaces[1].exact)
    #expect(Set(both.surfaces[0].grid).intersection(both.surfaces[1].grid).count == 4)
  }

  @Test func theta0AndTheta1AreSharedBetweenSurfacesOfACell() throws {
    let plan = try Examples.plan(
      """
      model: m
      tasks: [SST-2, MRPC, RTE]
      surfaces: [{task: MRPC, other: SST-2, alpha: [0, 1, 2], beta: [0, 1, 2]},
        {task: MRPC, other: RTE, alpha: [0, 1, 2], beta: [0, 1, 2]}]
      """, Examples.inputs(names: ["SST-2", "MRPC", "RTE"]))
    let (first, second) = (plan.surfaces[0], plan.surfaces[1])
    #expect(first.exact[.theta0] == second.exact[.theta0] && first.exact[.theta1] == second.exact[.theta1])
    #expect(first.exact[.theta2] != second.exact[.theta2] && first.axes != second.axes)
    // At beta 0 d2 has no part: alpha 0 and 1 there are the same points.
    #expect(Set(first.grid).intersection(second.grid).count == 2)
  }

  @Test func identitiesAreStable() throws {
    // Recorded, so that a change of a canonical form is a decision: it makes every run directory recompute.
    let id = try #require(try ids(Examples.small)["SST-2-s0"])
    #expect(id.short == "a5b397aa")
    // Records of seedscape 0.1 hold no version of the library of matrix products.
    let before = try #require(try ids(Examples.small, Examples.inputs(blas: nil))["SST-2-s0"])
    #expect(before.short == "b7424a6e")
  }
}
