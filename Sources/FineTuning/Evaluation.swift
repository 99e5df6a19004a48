public import BERT
public import GLUE
public import LinearAlgebra

/// What a model gives on a set of examples.
public struct Evaluation: Sendable {
  /// The logits, [examples, outputs].
  public let logits: [Float]
  /// The loss of each example, in Float64.
  public let losses: [Double]
  /// Predicted labels: the class of the greatest logit (the first of equals), or the logit itself.
  public let predictions: Labels

  /// The mean loss; NaN or infinite when one example's is.
  public var loss: Double { losses.reduce(0, +) / Double(losses.count) }
}

/// A fixed set of batches with what it takes to run a model on them again and again.
///
/// Batches are fixed when the value is made, so results do not depend on who evaluates, or when.
public struct Evaluator {
  private let model: BERTModel
  private let batches: [PackedBatch]
  private let targets: Labels
  private let workspace: Workspace

  /// Batches of `batchSize` consecutive examples.
  ///
  /// - Parameters:
  ///   - workspace: memory to share with others; nil: its own.
  ///   - team: the threads that share the work in its own memory.
  /// - Throws: `ModelError` when the model cannot read an example, or has no head; ``FineTuningError/noLabels``;
  ///   `LinearAlgebraError` for more memory than there is.
  public init(
    _ model: BERTModel, _ data: EncodedDataset, batchSize: Int, workspace: Workspace? = nil, team: ThreadTeam = .single
  ) throws {
    guard let targets = data.labels, data.count > 0 else { throw FineTuningError.noLabels }
    let batches = data.batches(of: batchSize)
    for batch in batches { try batch.validate(for: model.configuration) }
    let capacity = BatchShape(fitting: batches)
    self.model = model
    self.batches = batches
    self.targets = targets
    if let workspace, workspace.capacity.holds(capacity) {
      self.workspace = workspace
    } else {
      try model.checkMemory(vectors: 1, capacity: capacity, threads: team.count)
      self.workspace = Workspace(model, capacity: capacity, purpose: .inference, team: team)
    }
  }

  /// Evaluates the model at `parameters`, dropout off.
  ///
  /// - Parameter observer: sees every batch's hidden states and attention rows; called with the batch's index.
  public func evaluate(
    _ parameters: UnsafePointer<Float>, observer: ((Int) -> BERTModel.Observer)? = nil
  ) -> Evaluation {
    let outputs = model.table.outputs ?? 0
    var logits: [Float] = []
    logits.reserveCapacity(targets.count * outputs)
    for (index, batch) in batches.enumerated() {
      logits += model.forward(
        batch, parameters: parameters, workspace: workspace, observer: observer?(index) ?? BERTModel.Observer())
    }
    return logits.withUnsafeBufferPointer { all in
      guard let base = all.baseAddress else {
        return Evaluation(logits: [], losses: [], predictions: .classes([]))
      }
      return Evaluation(
        logits: logits, losses: exampleLosses(logits: base, outputs: outputs, targets: targets),
        predictions: predictions(base, outputs))
    }
  }

  private func predictions(_ logits: UnsafePointer<Float>, _ outputs: Int) -> Labels {
    switch targets {
    case .values: .values((0..<targets.count).map { Double(logits[$0]) })
    case .classes:
      .classes(
        (0..<targets.count).map { example in
          let row = logits + example * outputs
          return (1..<outputs).reduce(0) { row[$1] > row[$0] ? $1 : $0 }
        })
    }
  }
}
