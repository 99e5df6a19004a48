/// Predicted operations of each kind of unit: estimates for the order of handing out, the time left and the time of a plan.
///
/// Operations of matrix products count as they are; a backward pass takes twice the forward pass. Other work counts as the
/// products that take as long: reading or writing a parameter takes 0.4 ns, in which a product does 50 operations, and a
/// decomposition does its operations at a fifth of a product's rate (measured on one core with 125 Gflop/s).
struct Costs {
  let model: ModelFacts
  private static let vectorPass = 50.0
  private static let decompositionSlowness = 5.0

  /// Forward and backward of every example, AdamW's 8 passes per step, and an evaluation of the dev rows per epoch.
  func fineTuning(_ recipe: Recipe, _ task: TaskFacts, trainRows: Int) -> Double {
    let examples = Double(recipe.epochs * trainRows)
    return forward((recipe.recompute ? 4 : 3) * examples + Double(recipe.epochs * task.devRows), task)
      + vectors(8) * Double(recipe.steps(examples: trainRows))
  }

  /// Two differences, two norms and a product of vectors: 6 passes. Random directions: about as many for drawing, scaling and
  /// writing each. Of a trajectory: products of its snapshots.
  func axes(_ surface: Surface) -> Double {
    switch surface.span {
    case .line, .plane: return vectors(6)
    case .random(let random): return vectors(random.isPlane ? 40 : 20)
    case .trajectory:
      let recipe = surface.cell.recipe
      return trajectory(snapshots: recipe.snapshotSteps(examples: recipe.trainRows ?? 0).count)
    }
  }

  /// Forward of the subset, and 4 passes to place the parameters.
  func point(_ subset: Subset, _ task: TaskFacts) -> Double {
    forward(Double(subset.train + subset.dev), task) + vectors(4)
  }

  /// For each snapshot a handful of sums over theta, and a product with every other one.
  func trajectory(snapshots: Int) -> Double { vectors(Double(snapshots * (12 + 3 * snapshots))) }

  /// Three points.
  func snapshot(_ subset: Subset, _ task: TaskFacts) -> Double { 3 * point(subset, task) }

  /// Forward of the dev rows, and 3 passes to place the parameters.
  func rollback(_ task: TaskFacts) -> Double { forward(Double(task.devRows), task) + vectors(3) }

  /// Of each product with the Hessian some six gradients of the subset, which take three forward passes each, and two dozen
  /// passes over vectors; Lanczos goes through its vectors four times a step.
  func curvature(_ work: CurvatureWork, _ task: TaskFacts) -> Double {
    let steps = Double(work.effort.eigenvalues == 0 ? 0 : work.effort.steps)
    return (steps + Double(work.effort.probes)) * (forward(18 * Double(work.subset.train), task) + vectors(24))
      + vectors(2 * steps * steps)
  }

  /// Forward of the examples with all of the last layer, of which a classifier needs next to nothing, and each layer's
  /// singular vectors.
  func probe(_ probe: Probe, _ task: TaskFacts) -> Double {
    forward(Double(probe.examples), task) * Double(model.layers) / Double(max(1, model.layers - 1))
      + decompositions(rows: rows(probe, task))
  }

  /// For each pair of cells and each layer a product of two bases and its singular values.
  func consistency(cells: Int, _ probe: Probe, _ task: TaskFacts) -> Double {
    Double(cells * (cells - 1) / 2) * decompositions(rows: rows(probe, task))
  }

  private func forward(_ examples: Double, _ task: TaskFacts) -> Double {
    task.operationsPerExample * examples
  }

  private func vectors(_ passes: Double) -> Double { Self.vectorPass * passes * Double(model.parameterCount) }

  /// Thin SVD of [rows, channels] for each layer and the embeddings: 6 N d^2 + 20 d^3 (Golub and Van Loan).
  private func decompositions(rows: Double) -> Double {
    let channels = Double(model.channels)
    return Self.decompositionSlowness * Double(model.layers + 1)
      * (6 * rows * channels * channels + 20 * channels * channels * channels)
  }

  private func rows(_ probe: Probe, _ task: TaskFacts) -> Double {
    probe.tokens == .all
      ? min(Double(probe.rows), Double(probe.examples) * task.tokensPerExample) : Double(probe.examples)
  }
}
