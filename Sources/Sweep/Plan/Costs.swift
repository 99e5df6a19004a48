/// What predictions of operations are made of; each kind adds its own in its file. They are estimates for the order of handing out, the time left and the time of a plan.
///
/// Operations of matrix products count as they are; a backward pass takes twice the forward pass. Other work counts as the
/// products that take as long: reading or writing a parameter takes 0.4 ns, in which a product does 50 operations, and a
/// decomposition does its operations at a fifth of a product's rate (measured on one core with 125 Gflop/s).
struct Costs {
  let model: ModelFacts
  private static let vectorPass = 50.0
  static let decompositionSlowness = 5.0

  /// For each snapshot a handful of sums over theta, and a product with every other one.
  func products(ofSnapshots count: Int) -> Double { vectors(Double(count) * (12 + 3 * Double(count))) }

  func fullForward(_ examples: Double, _ task: TaskFacts) -> Double {
    forward(examples, task) * Double(model.layers) / Double(max(1, model.layers - 1))
  }

  func forward(_ examples: Double, _ task: TaskFacts) -> Double {
    task.operationsPerExample * examples
  }

  func vectors(_ passes: Double) -> Double { Self.vectorPass * passes * Double(model.parameterCount) }

  func rows(_ probe: Probe, _ task: TaskFacts) -> Double {
    probe.tokens == .all
      ? min(Double(probe.rows), Double(probe.examples) * task.tokensPerExample) : Double(probe.examples)
  }
}
