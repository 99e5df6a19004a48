/// The tokens of a packed batch that a masked language model is to predict.
public struct MaskedTokens: Sendable, Equatable {
  /// Where they stand among the batch's tokens, ascending, each once, [M].
  public private(set) var rows: [Int] = []
  /// The ids of the words that belong there, [M].
  public private(set) var words: [Int32] = []

  /// All words are 0 ..< this.
  private(set) var vocabularySize = 0

  /// None.
  public init() {}

  /// Tokens at `rows`, ascending, each once, and their words.
  ///
  /// - Throws: ``ModelError/tokenOutOfRange(id:limit:)`` for a word that models of these limits do not know.
  public init(rows: [Int], words: [Int32], limits: InputLimits) throws(ModelError) {
    precondition(rows.count == words.count, "every masked token has a word")
    precondition(rows.first ?? 0 >= 0 && zip(rows, rows.dropFirst()).allSatisfy { $0 < $1 }, "rows ascend from 0")
    if let word = words.first(where: { !limits.knows($0) }) {
      throw .tokenOutOfRange(id: Int(word), limit: limits.vocabularySize)
    }
    (self.rows, self.words, vocabularySize) = (rows, words, limits.vocabularySize)
  }

  /// Appends the token that stands at a row of `batch`, behind all others, as one to predict.
  public mutating func append(row: Int, of batch: PackedBatch) {
    precondition(row > rows.last ?? -1, "rows ascend")
    rows.append(row)
    words.append(batch.tokens[row])
    vocabularySize = max(vocabularySize, batch.limits.vocabularySize)
  }

  /// M.
  public var count: Int { rows.count }
}

extension BERTModel {
  /// Computes the logits of a batch's masked tokens, [M, V].
  ///
  /// - Parameters:
  ///   - batch: as for a forward pass of a classifier.
  ///   - masked: at most as many as the workspace's capacity has predictions; the words are not looked at.
  ///   - parameters: the flat vector of a masked language model.
  ///   - dropout: the step's dropout; nil for evaluation.
  /// - Returns: the logits, in the workspace's memory: valid until its next use.
  @discardableResult
  public func forward(
    _ batch: PackedBatch, masked: MaskedTokens, parameters: UnsafePointer<Float>, workspace: Workspace,
    dropout: Dropout? = nil
  ) -> UnsafeBufferPointer<Float> {
    check(batch, masked, workspace)
    pass(batch, masked: masked, parameters, workspace, dropout).forward(observer: Observer())
    return UnsafeBufferPointer(
      start: workspace.predictions.logits.base, count: masked.count * configuration.vocabularySize)
  }

  /// What the last forward pass in a workspace predicted for `masked`, token by token, [M].
  public func scores(_ masked: MaskedTokens, workspace: Workspace) -> [TokenScore] {
    check(masked, workspace)
    return workspace.predictions.scores(masked.words, gradientScale: nil, team: workspace.team)
  }

  /// Adds the gradient of `scale` x the sum of the masked tokens' losses, after a training forward pass of the same
  /// batch, masked tokens, parameters, workspace and dropout.
  ///
  /// - Parameters:
  ///   - scale: 1 / (masked tokens of the optimiser's batch) for the gradient of their mean.
  ///   - gradients: as the flat parameter vector; added to, so that micro-batches accumulate.
  ///   - finished: hears of each range of the flat vector that this pass adds nothing to any more; together they cover
  ///     it.
  /// - Returns: what the pass predicted, token by token, [M].
  public func backward(
    _ batch: PackedBatch, masked: MaskedTokens, scale: Double, parameters: UnsafePointer<Float>, workspace: Workspace,
    dropout: Dropout?, gradients: UnsafeMutablePointer<Float>, finished: (Range<Int>) -> Void = { _ in }
  ) -> [TokenScore] {
    check(batch, masked, workspace)
    return BackwardPass(pass(batch, masked: masked, parameters, workspace, dropout), to: gradients)
      .runMasked(scale: scale, finished: finished)
  }

  private func check(_ batch: PackedBatch, _ masked: MaskedTokens, _ workspace: Workspace) {
    check(batch, predictions: masked.count, workspace)
    check(masked, workspace)
    precondition(masked.rows.last ?? -1 < batch.tokens.count, "masked tokens stand in the batch")
  }

  private func check(_ masked: MaskedTokens, _ workspace: Workspace) {
    precondition(table.headKind == .maskedLanguageModel, "the model predicts masked tokens")
    precondition(workspace.serves(self), "the workspace is of such a model")
    precondition(masked.count <= workspace.capacity.predictions, "more masked tokens than the workspace holds")
    precondition(masked.vocabularySize <= configuration.vocabularySize, "the words were checked for such a model")
  }
}
