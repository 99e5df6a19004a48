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
    let (epochs, rows) = (Double(recipe.epochs), Double(trainRows))
    return forward((recipe.recompute ? 4 : 3) * epochs * rows + epochs * Double(task.devRows), task)
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
  func trajectory(snapshots: Int) -> Double { vectors(Double(snapshots) * (12 + 3 * Double(snapshots))) }

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
  /// decompositions: of all rows, and of each half.
  func probe(_ work: ProbeWork, _ task: TaskFacts) -> Double {
    fullForward(Double(work.probe.examples), task)
      + 2 * Double(work.layers.count) * decomposition(rows: rows(work.probe, task))
  }

  /// Forward of the examples by every model; for each pair, layer and head a logarithm an attention weight, which takes the
  /// time of 100 operations of a product.
  func attention(_ comparison: Comparison, _ task: TaskFacts) -> Double {
    let examples = Double(comparison.probe.examples)
    // Of 32 channels at least, as in MiniLM.
    let heads = Double(model.channels) / 32
    let weights = examples * task.tokensPerExample * task.tokensPerExample * Double(model.layers) * heads
    return fullForward(examples * Double(comparison.models.count), task)
      + 100 * weights * Double(comparison.models.count + comparison.pairs.count)
  }

  /// For each pair and layer a handful of products of bases, and their singular values: some decompositions of d x d for each
  /// measure.
  func similarity(_ comparison: Comparison, _ measures: [Measure], _ task: TaskFacts) -> Double {
    let (rows, channels) = (rows(comparison.probe, task), Double(model.channels))
    let pair = 8 * rows * channels * channels + Self.decompositionSlowness * 20 * channels * channels * channels
    return Double(comparison.pairs.count) * Double((model.layers + 1) * (1 + measures.count)) * pair
  }

  /// What the decomposition of one layer takes at most: left vectors and two halves' bases with their projections, all as wide
  /// as there are directions, singular values and right vectors, in Float64.
  func decompositionBytes(_ probe: Probe) -> Double {
    let all = Double(probe.examples) * Double(probe.maxLength ?? probe.rows)
    let rows = probe.tokens == .all ? min(Double(probe.rows), all) : Double(probe.examples)
    let channels = Double(model.channels)
    let directions = min(rows, channels)
    return 8 * (3 * rows * directions + directions * channels + directions) + 4 * rows
  }

  private func fullForward(_ examples: Double, _ task: TaskFacts) -> Double {
    forward(examples, task) * Double(model.layers) / Double(max(1, model.layers - 1))
  }

  private func forward(_ examples: Double, _ task: TaskFacts) -> Double {
    task.operationsPerExample * examples
  }

  private func vectors(_ passes: Double) -> Double { Self.vectorPass * passes * Double(model.parameterCount) }

  /// Thin SVD of [rows, channels]: 6 N d^2 + 20 d^3 (Golub and Van Loan).
  private func decomposition(rows: Double) -> Double {
    let channels = Double(model.channels)
    return Self.decompositionSlowness * (6 * rows * channels * channels + 20 * channels * channels * channels)
  }

  private func rows(_ probe: Probe, _ task: TaskFacts) -> Double {
    probe.tokens == .all
      ? min(Double(probe.rows), Double(probe.examples) * task.tokensPerExample) : Double(probe.examples)
  }
}
