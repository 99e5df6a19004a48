import Sweep

/// Sweeps and facts that tests share: numbers small enough to check by hand.
enum Examples {
  static func sweep(_ yaml: String, path: String = "sweeps/small.yaml") throws -> SweepFile {
    try SweepFile(yaml: yaml, path: path)
  }

  /// Two tasks, two seeds and a 3 x 2 surface.
  static let small = """
    model: models/tiny
    tasks: [SST-2, MRPC]
    seeds: {count: 2}
    recipe: {epochs: 2, batch: 4}
    subset: {train: 100, dev: 3}
    surfaces: [{task: MRPC, other: SST-2, alpha: [-1, 1, 3], beta: [0, 1, 2]}]
    probes: [{name: mrpc-dev, task: MRPC, examples: 2}, {name: sst-dev, task: SST-2, examples: 2}]
    consistency: {measures: [svcca], probes: [mrpc-dev]}
    """

  static func hash(_ text: String) -> Identity { Identity(ofBytes: Array(text.utf8)) }

  /// SST-2 has 10 training and 5 dev rows, MRPC 20 and 5.
  ///
  /// - Parameter otherFiles: `train` or `dev`: these files hold something else.
  static func inputs(
    model: String = "model", blas: String? = "OpenBLAS 0.3.21", blasCore: String = "SkylakeX",
    program: String = "seedscape 0.1.0",
    names: [String] = ["SST-2", "MRPC"], otherFiles: String? = nil
  ) -> SweepInputs {
    func file(_ name: String, _ split: String) -> Identity {
      hash("\(name) \(split)\(otherFiles == split ? ", changed" : "")")
    }
    let tasks = names.enumerated().map { index, name in
      (
        name,
        TaskFacts(
          trainHash: file(name, "train"), devHash: file(name, "dev"), trainRows: 10 * (index + 1), devRows: 5,
          tokensPerExample: 8, operationsPerExample: 12_000)
      )
    }
    return SweepInputs(
      model: ModelFacts(hash: hash(model), parameterCount: 1000, layers: 2, channels: 4),
      tasks: Dictionary(uniqueKeysWithValues: tasks),
      environment: NumericEnvironment(program: program, blas: blas, blasCore: blasCore))
  }

  static func plan(_ yaml: String, _ inputs: SweepInputs = inputs()) throws -> Plan {
    try Plan(sweep: try sweep(yaml), inputs: inputs)
  }
}
