public import BERT
internal import FineTuning
public import GLUE
public import LinearAlgebra

/// The gradient of J: of the mean loss per example over a fixed subset, dropout off, in fixed batches. [METHODS 1]
public final class SubsetGradient {
  private let model: BERTModel
  private let batches: [(batch: PackedBatch, targets: Targets)]
  private let scale: Double
  private let workspace: Workspace

  /// Prepares to take gradients, in memory that is taken once.
  ///
  /// - Parameters:
  ///   - model: a model with a head for the data's labels.
  ///   - data: the subset; at least one example.
  ///   - batchSize: examples of a batch; part of a result's identity.
  ///   - recomputing: whether layers are computed again on the way back: slower, in a fraction of the memory, the same
  ///     bits.
  ///   - team: the threads that share the work; their number is part of what fixes the result's bits.
  /// - Throws: `FineTuningError.noLabels`, `ModelError` for an example that the model cannot read, or whose label its
  ///   head does not know.
  public init(
    _ model: BERTModel, _ data: EncodedDataset, batchSize: Int, recomputing: Bool = false, team: ThreadTeam = .single
  ) throws {
    guard let labels = data.labels, data.count > 0 else { throw FineTuningError.noLabels }
    let targets = try Targets(labels, outputs: model.table.outputs ?? 0)
    self.model = model
    scale = 1 / Double(data.count)
    var first = 0
    batches = try data.checked(for: model.configuration.inputLimits).batches(of: batchSize).map { batch in
      let examples = first..<first + batch.lengths.count
      first = examples.upperBound
      return (batch, targets.selecting(examples))
    }
    let capacity = BatchShape(fitting: batches.map(\.batch))
    let purpose = Workspace.Purpose.training(recomputing: recomputing)
    try model.checkMemory(vectors: 2, capacity: capacity, purpose: purpose, threads: team.count)
    workspace = Workspace(model, capacity: capacity, purpose: purpose, team: team)
  }

  /// Adds the gradient at a flat parameter vector, head included, to a flat vector of the same size: a
  /// ``HessianProduct/Gradient``.
  ///
  /// - Returns: J, the mean loss.
  @discardableResult
  public func add(_ parameters: UnsafePointer<Float>, to gradient: UnsafeMutablePointer<Float>) -> Double {
    var loss = 0.0
    for (batch, targets) in batches {
      model.forward(batch, parameters: parameters, workspace: workspace)
      loss += model.backward(
        batch, targets: targets, scale: scale, parameters: parameters, workspace: workspace, dropout: nil,
        gradients: gradient
      ).reduce(0, +)
    }
    return loss * scale
  }

  /// J, and the norm of its gradient over some places.
  public func lossAndNorm(at parameters: Parameters, over places: [Range<Int>]) -> (loss: Double, norm: Double) {
    let gradient = AlignedBuffer<Float>(count: parameters.count)
    gradient.elements.update(repeating: 0)
    let loss = add(parameters.base, to: gradient.pointer)
    let squares = places.reduce(0.0) {
      let part = gradient.pointer + $1.lowerBound
      return $0 + dot(part, part, count: $1.count)
    }
    return (loss, squares.squareRoot())
  }

  /// The places of theta on which J depends, for a ``HessianProduct``: of the word and position embeddings only the rows
  /// that the subset reads. The Hessian's other rows and columns are zero, so leaving them out changes no trace and no
  /// eigenvalue but zeros.
  ///
  /// - Parameter groups: the layer groups to restrict to; nil: all of theta.
  public func places(of groups: Set<ParameterTable.Group>? = nil) -> [Range<Int>] {
    let read = model.table.ranges(readBy: batches.map(\.batch))
    let entries = model.table.entries.filter { $0.group != .head && groups?.contains($0.group) ?? true }
    return entries.flatMap { entry in
      read.map { $0.clamped(to: entry.range) }.filter { !$0.isEmpty }
    }
  }
}
