public import BERT
public import LinearAlgebra

/// A fixed set of masked batches with what it takes to run a masked language model on them again and again.
///
/// What is masked is that of the seed's first pass over the text, so that results can be compared over time.
public struct MaskedEvaluator {
  private let model: BERTModel
  private let batches: [(batch: PackedBatch, masked: MaskedTokens)]
  private let workspace: Workspace

  /// What a model gives on the masked tokens of a text.
  public struct Result: Sendable, Equatable {
    /// The mean cross-entropy of the masked tokens, dropout off.
    public var loss: Double
    /// The share of them that was predicted right.
    public var accuracy: Double
    /// How many there are.
    public var count: Int
  }

  /// Batches of `batchSize` consecutive sequences.
  ///
  /// - Parameters:
  ///   - maskToken: the id of `[MASK]`.
  ///   - maskedShare: the share of tokens that are to be predicted, 0 ... 1.
  ///   - seed: keys what is masked.
  ///   - team: the threads that share the work.
  /// - Throws: `ModelError` when the model cannot read the text, `LinearAlgebraError` for more memory than there is.
  public init(
    _ model: BERTModel, _ text: PretrainingText, maskToken: Int32, maskedShare: Double, seed: UInt64, batchSize: Int,
    team: ThreadTeam = .single
  ) throws {
    let text = try text.checked(for: model.configuration.inputLimits)
    self.model = model
    let masking = try Masking(
      seed: seed, share: maskedShare, vocabularySize: text.vocabularySize, maskToken: maskToken,
      limits: model.configuration.inputLimits)
    batches = stride(from: 0, to: text.count, by: batchSize).map { first in
      text.batch(first..<min(first + batchSize, text.count), masking, pass: 0)
    }
    let capacity = text.capacity(of: batchSize, masking)
    try model.checkMemory(vectors: 1, capacity: capacity, threads: team.count)
    workspace = Workspace(model, capacity: capacity, purpose: .inference, team: team)
  }

  /// Evaluates the model at `parameters`.
  public func evaluate(_ parameters: UnsafePointer<Float>) -> Result {
    var (loss, right, count) = (0.0, 0, 0)
    for (batch, masked) in batches {
      model.forward(batch, masked: masked, parameters: parameters, workspace: workspace)
      for score in model.scores(masked, workspace: workspace) {
        loss += score.loss
        right += score.isRight ? 1 : 0
      }
      count += masked.count
    }
    return Result(loss: loss / Double(count), accuracy: Double(right) / Double(count), count: count)
  }
}
