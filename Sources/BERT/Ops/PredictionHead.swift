package import LinearAlgebra

/// The head of a masked language model at M masked tokens: h = LayerNorm(f(x W^T + b)), [M, C]; logits = h E^T + d,
/// [M, V].
///
/// E is the word embedding, [V, C] (Press and Wolf 2017), d a bias for each word, as in Hugging Face's BertForMaskedLM.
package struct PredictionHead {
  let norm: LayerNorm
  let activation: FeedForwardActivation
  let vocabulary: Int

  private var transform: Linear { Linear(inputs: norm.channels, outputs: norm.channels) }
  private var decoder: Linear { Linear(inputs: norm.channels, outputs: vocabulary) }

  /// Buffers of M rows that the forward pass leaves for the backward pass.
  package struct Rows {
    /// The last layer's output at the masked tokens, [M, C].
    package let x: UnsafeMutablePointer<Float>
    /// f's slope, [M, C]; nil where no backward pass follows.
    let slope: UnsafeMutablePointer<Float>?
    let norm: NormActivations
    /// h, [M, C].
    let output: UnsafeMutablePointer<Float>
    /// [M, V]; their gradients after the backward pass.
    package let logits: UnsafeMutablePointer<Float>
    /// The gradient of h, and later of x W^T + b, [M, C]; nil where no backward pass follows.
    let gradient: UnsafeMutablePointer<Float>?
    /// The gradient of `x`, [M, C]; nil where no backward pass follows.
    package let dx: UnsafeMutablePointer<Float>?
  }

  /// From `rows.x` to the other rows, for `part` of the M.
  package func forward(_ part: Range<Int>, parameters: UnsafePointer<Float>, places: Offsets, rows: Rows) {
    guard !part.isEmpty else { return }
    let at = head(places)
    let channels = norm.channels
    transform.forward(
      rows: part, x: rows.x, weight: parameters + at.transform.weight, y: rows.norm.normalised)
    activation.forward(
      rows: part, u: rows.norm.normalised, bias: parameters + at.transform.bias, slope: rows.slope)
    for row in part {
      rows.norm.scales[row] = norm.forward(
        row: rows.norm.normalised + row * channels, weight: parameters + at.norm.weight,
        bias: parameters + at.norm.bias, y: rows.output + row * channels)
    }
    decoder.forward(rows: part, x: rows.output, weight: parameters + places.words, y: rows.logits)
    let bias = parameters + at.bias
    for row in part {
      let logits = rows.logits + row * vocabulary
      for n in stride(from: 0, to: vocabulary, by: 16) {
        logits.store(logits.lanes(at: n, end: vocabulary) + bias.lanes(at: n, end: vocabulary), at: n, end: vocabulary)
      }
    }
  }

  /// The scores of the logits, row by row, [M].
  ///
  /// - Parameter gradientScale: replaces the logits by the gradient of this x the sum of the losses; nil: leaves them.
  package func scores(_ words: [Int32], rows: Rows, gradientScale: Double?, team: ThreadTeam) -> [TokenScore] {
    [TokenScore](unsafeUninitializedCapacity: words.count) { [vocabulary] scores, count in
      let base = scores.baseAddress
      team.run { thread in
        for row in team.part(thread, of: words.count) {
          let logits = rows.logits + row * vocabulary
          let softmax = TokenSoftmax(logits, count: vocabulary)
          base?.advanced(by: row).initialize(to: softmax.score(logits, of: Int(words[row])))
          if let gradientScale { softmax.replaceByGradient(logits, of: Int(words[row]), scale: gradientScale) }
        }
      }
      count = words.count
    }
  }

  /// From the gradient in the place of the logits to `rows.dx`, for `part` of the M; adds the norm's gradients and the
  /// transform's bias'.
  package func backward(
    _ part: Range<Int>, parameters: UnsafePointer<Float>, places: Offsets, rows: Rows,
    gradients: UnsafeMutablePointer<Float>
  ) {
    guard !part.isEmpty else { return }
    let at = head(places)
    let channels = norm.channels
    guard let gradient = rows.gradient, let dx = rows.dx, let slope = rows.slope else {
      preconditionFailure("a backward pass needs a workspace for training")
    }
    decoder.inputGradient(rows: part, dy: rows.logits, weight: parameters + places.words, into: gradient)
    for row in part {
      norm.backward(
        dy: gradient + row * channels, normalised: rows.norm.normalised + row * channels,
        scale: rows.norm.scales[row], weight: parameters + at.norm.weight,
        weightGradient: gradients + at.norm.weight, biasGradient: gradients + at.norm.bias,
        dx: gradient + row * channels)
    }
    activation.backward(rows: part, gradient: gradient, slope: slope, biasGradient: gradients + at.transform.bias)
    transform.inputGradient(rows: part, dy: gradient, weight: parameters + at.transform.weight, into: dx)
  }

  /// Adds the gradients of the matrices and of the words' bias over all M rows: thread `thread`'s part of them.
  package func addWeightGradients(
    _ count: Int, places: Offsets, rows: Rows, gradients: UnsafeMutablePointer<Float>, team: ThreadTeam, thread: Int
  ) {
    guard count > 0 else { return }
    let at = head(places)
    guard let gradient = rows.gradient else { preconditionFailure("a backward pass needs a workspace for training") }
    let words = team.part(thread, of: vocabulary, unit: 16)
    decoder.addWeightGradient(
      rows: 0..<count, part: words, dy: rows.logits, x: rows.output, into: gradients + places.words)
    addColumnSums(rows: 0..<count, columns: vocabulary, part: words, rows.logits, into: gradients + at.bias)
    transform.addWeightGradient(
      rows: 0..<count, part: team.part(thread, of: norm.channels, unit: 16), dy: gradient, x: rows.x,
      into: gradients + at.transform.weight)
  }

  private func head(_ places: Offsets) -> PredictionOffsets {
    guard let head = places.predictions else { preconditionFailure("the model predicts masked tokens") }
    return head
  }
}
