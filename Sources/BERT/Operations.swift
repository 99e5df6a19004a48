extension BERTModel {
  /// Floating-point operations (an addition or a multiplication each) of the matrix products that a pass over sequences
  /// of these lengths executes without an observer; element-wise work is left out.
  ///
  /// A layer takes 2 (4 C^2 + 2 C F) a token and 4 L^2 C a sequence; the last, where only first tokens are computed,
  /// 2 (4 C^2 + 2 C F) a sequence and 4 H C a token. A backward pass takes twice the forward pass.
  ///
  /// - Parameter predictions: M, how many tokens a masked language model predicts, at 2 C (C + V) each.
  public func operations(
    lengths: some Collection<Int>, predictions: Int = 0, purpose: Workspace.Purpose
  ) -> Double {
    let (c, f) = (Double(configuration.hiddenSize), Double(configuration.intermediateSize))
    let rows = Double(lengths.reduce(0, +))
    let sequences = Double(lengths.count)
    let row = 2 * (4 * c * c + 2 * c * f)
    let full = rows * row + lengths.reduce(0) { $0 + 4 * Double($1 * $1) * c }
    let isMasked = table.headKind == .maskedLanguageModel
    let fullLayers = configuration.layers - (isMasked ? 0 : 1)
    let last = sequences * row + rows * 4 * Double(configuration.heads) * c
    let head =
      isMasked
      ? Double(predictions) * 2 * c * (c + Double(configuration.vocabularySize))
      : last + sequences * 2 * c * (c + Double(table.outputs ?? 0))
    let forward = Double(fullLayers) * full + head
    switch purpose {
    case .inference: return forward
    case .training(recomputing: false): return 3 * forward
    case .training(recomputing: true): return 3 * forward + Double(max(0, fullLayers - 1)) * full
    }
  }
}
