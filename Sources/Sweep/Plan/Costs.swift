/// Predicted operations of each kind of unit: estimates for the order of handing out and the time left.
///
/// A forward pass takes `operationsPerToken` per token, about 2 P for P parameters in matrix products; a backward pass
/// takes twice that. Work on the parameter vector counts its passes over theta, one operation each.
struct Costs {
  let model: ModelFacts

  /// Forward and backward of every example, AdamW's 16 passes per step, and one evaluation of the dev rows.
  func fineTuning(_ recipe: Recipe, _ task: TaskFacts, trainRows: Int) -> Double {
    let examples = Double(recipe.epochs * trainRows)
    return forward(3 * examples + Double(task.devRows), task)
      + 16 * Double(model.parameterCount) * Double(recipe.steps(examples: trainRows))
  }

  /// Two differences, two norms and a product of vectors: 6 passes.
  func axes() -> Double { 6 * Double(model.parameterCount) }

  /// Forward of the subset, and 6 passes to place the parameters.
  func point(_ subset: Subset, _ task: TaskFacts) -> Double {
    forward(Double(subset.train + subset.dev), task) + 6 * Double(model.parameterCount)
  }

  /// Forward of the examples, and each layer's singular vectors.
  func probe(_ probe: Probe, _ task: TaskFacts) -> Double {
    forward(Double(probe.examples), task) + decompositions(rows: rows(probe, task))
  }

  /// For each pair of cells and each layer a product of two bases and its singular values.
  func consistency(cells: Int, _ probe: Probe, _ task: TaskFacts) -> Double {
    Double(cells * (cells - 1) / 2) * decompositions(rows: rows(probe, task))
  }

  private func forward(_ examples: Double, _ task: TaskFacts) -> Double {
    model.operationsPerToken * task.tokensPerExample * examples
  }

  /// Thin SVD of [rows, channels] for each layer and the embeddings: 6 N d^2 + 20 d^3 (Golub and Van Loan).
  private func decompositions(rows: Double) -> Double {
    let channels = Double(model.channels)
    return Double(model.layers + 1) * (6 * rows * channels * channels + 20 * channels * channels * channels)
  }

  private func rows(_ probe: Probe, _ task: TaskFacts) -> Double {
    probe.tokens == .all
      ? min(Double(probe.rows), Double(probe.examples) * task.tokensPerExample) : Double(probe.examples)
  }
}
