/// A BERT encoder with or without a head: post-LayerNorm (Devlin et al. 2019), as Hugging Face's
/// BertForSequenceClassification and BertForMaskedLM compute it.
///
/// Letters: B sequences, T tokens of a batch, L tokens of a sequence, C channels, H heads, D channels of a head,
/// F intermediate channels, V vocabulary, N outputs of a classifier, M masked tokens of a batch.
public struct BERTModel: Sendable {
  /// The model's shape.
  public let configuration: BERTConfiguration
  /// Where its parameters lie in a flat vector.
  public let table: ParameterTable

  /// A model with a classifier of `outputs` numbers, or without a head.
  public init(_ configuration: BERTConfiguration, outputs: Int?) {
    self.init(configuration, head: outputs.map { .classifier(outputs: $0) })
  }

  /// A model with a head, or without one (nil).
  public init(_ configuration: BERTConfiguration, head: Head?) {
    self.configuration = configuration
    table = ParameterTable(configuration, head: head)
    precondition(!table.isTooLarge, "a configuration that was read has a size that can be counted")
  }

  /// Who watches a forward pass.
  public struct Observer {
    /// Gets (l, hidden states, [T, C]): l = 0 the embeddings, l = 1 ... the layers' outputs. The memory is valid during
    /// the call.
    public var hiddenState: ((Int, UnsafeBufferPointer<Float>) -> Void)?
    /// Gets the attention rows of each head, sequence by sequence.
    public var attention: AttentionObserver?

    /// An observer of either or both.
    public init(
      hiddenState: ((Int, UnsafeBufferPointer<Float>) -> Void)? = nil, attention: AttentionObserver? = nil
    ) {
      self.hiddenState = hiddenState
      self.attention = attention
    }

    /// Whether nobody watches.
    var isIdle: Bool { hiddenState == nil && attention == nil }
  }

  /// - Parameter multipliers: memory for one row of a mask.
  package func masks(
    _ dropout: Dropout?, _ place: Dropout.Sublayer, layer: Int = 0, _ multipliers: UnsafeMutablePointer<Float>
  ) -> RowMasks? {
    dropout.map {
      RowMasks(dropout: $0, place: place, layer: layer, columns: configuration.hiddenSize, multipliers: multipliers)
    }
  }

  /// Computes the logits of a batch.
  ///
  /// - Parameters:
  ///   - batch: made for this model's ``BERTConfiguration/inputLimits`` or narrower ones, and as large as the workspace
  ///     at most.
  ///   - parameters: the flat vector.
  ///   - dropout: the step's dropout; nil for evaluation.
  ///   - observer: needs a workspace for inference. With one the last layer is computed for all tokens; without, for each
  ///     sequence's first token alone, whose logits then differ in their last bits.
  /// - Returns: the logits, [B, N], in the workspace's memory: valid until its next use. Empty without a head.
  @discardableResult
  public func forward(
    _ batch: PackedBatch, parameters: UnsafePointer<Float>, workspace: Workspace, dropout: Dropout? = nil,
    observer: Observer = Observer()
  ) -> UnsafeBufferPointer<Float> {
    check(batch, workspace)
    pass(batch, parameters, workspace, dropout).forward(observer: observer)
    return UnsafeBufferPointer(
      start: workspace.rows.logits.base, count: (batch.offsets.count - 1) * (table.outputs ?? 0))
  }

  /// Checks that a pass stays within the tables of this model and the memory of its workspace.
  func check(_ batch: PackedBatch, predictions: Int = 0, _ workspace: Workspace) {
    var shape = batch.shape
    shape.predictions = predictions
    precondition(configuration.inputLimits.holds(batch.limits), "the batch was checked for such a model")
    precondition(workspace.serves(self), "the workspace is of such a model")
    precondition(workspace.capacity.holds(shape), "the batch is larger than the workspace")
  }

  /// Adds the gradient of `scale` x the sum of the batch's losses, after a training forward pass of the same batch,
  /// parameters, workspace and dropout.
  ///
  /// - Parameters:
  ///   - targets: one for each sequence, checked for this model's head.
  ///   - scale: 1 / (examples of the optimiser's batch) for the gradient of the batch mean.
  ///   - factors: tell what is frozen, whose gradients are left 0; nil: nothing. Where the embeddings and the lowest layers
  ///     are, the pass ends above them and saves their work.
  ///   - gradients: as the flat parameter vector; added to, so that micro-batches accumulate.
  ///   - finished: hears of each range of the flat vector that this pass adds nothing to any more, while it is still
  ///     near; the ranges cover the vector down to where the pass ends.
  /// - Returns: the loss of each example, [B].
  public func backward(
    _ batch: PackedBatch, targets: Targets, scale: Double, parameters: UnsafePointer<Float>, workspace: Workspace,
    dropout: Dropout?, factors: LearningRateFactors? = nil, gradients: UnsafeMutablePointer<Float>,
    finished: (Range<Int>) -> Void = { _ in }
  ) -> [Double] {
    guard let outputs = table.outputs else { preconditionFailure("a backward pass needs a head") }
    check(batch, workspace)
    precondition(targets.count == batch.offsets.count - 1, "every sequence has a target")
    precondition(targets.outputs == outputs, "the targets were checked for such a head")
    let losses = exampleLosses(logits: workspace.rows.logits.view.base, targets: targets)
    BackwardPass(pass(batch, parameters, workspace, dropout), to: gradients).run(
      targets: targets, scale: scale, lowest: factors?.lowestTrainedLayer
    ) {
      factors?.clearFrozen(gradients, in: $0)
      finished($0)
    }
    return losses
  }

  func pass(
    _ batch: PackedBatch, masked: MaskedTokens = MaskedTokens(), _ parameters: UnsafePointer<Float>,
    _ workspace: Workspace, _ dropout: Dropout?
  ) -> Pass {
    Pass(
      ops: ModelOps(self, parameters: parameters), batch: batch, masked: masked, workspace: workspace, dropout: dropout)
  }
}
