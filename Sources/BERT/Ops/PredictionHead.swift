package import LinearAlgebra

/// The head of a masked language model at M masked tokens: h = LayerNorm(f(x W^T + b)), [M, C]; logits = h E^T + d,
/// [M, V].
///
/// E is the word embedding, [V, C] (Press and Wolf 2017), d a bias for each word, as in Hugging Face's BertForMaskedLM.
package struct PredictionHead {
  /// W.
  let transform: Dense
  /// f, with b in front of it.
  let activation: FeedForwardActivation
  let norm: LayerNorm
  /// E, with d.
  let decoder: Dense

  /// Buffers of M rows that the forward pass leaves for the backward pass.
  package struct Rows {
    /// The last layer's output at the masked tokens, [M, C].
    package let x: MutableMatrixView
    /// f's slope, [M, C]; nil where no backward pass follows.
    let slope: MutableMatrixView?
    let norm: LayerNorm.Activations
    /// h, [M, C].
    let output: MutableMatrixView
    /// [M, V]; their gradients after the backward pass.
    package let logits: MutableMatrixView
    /// The gradient of h, and later of x W^T + b, [M, C]; nil where no backward pass follows.
    let gradient: MutableMatrixView?
    /// The gradient of `x`, [M, C]; nil where no backward pass follows.
    package let dx: MutableMatrixView?

    /// The scores of the logits, row by row, [M].
    ///
    /// - Parameter gradientScale: replaces the logits by the gradient of this x the sum of the losses; nil: leaves them.
    package func scores(_ words: [Int32], gradientScale: Double?, team: ThreadTeam) -> [TokenScore] {
      [TokenScore](unsafeUninitializedCapacity: words.count) { scores, count in
        let base = scores.baseAddress
        team.run { thread in
          for row in team.part(thread, of: words.count) {
            let logits = logits.row(row)
            let softmax = TokenSoftmax(logits.base, count: logits.count)
            base?.advanced(by: row).initialize(to: softmax.score(logits.base, of: Int(words[row])))
            if let gradientScale { softmax.replaceByGradient(logits.base, of: Int(words[row]), scale: gradientScale) }
          }
        }
        count = words.count
      }
    }
  }

  /// Where gradients are added.
  package struct Gradient {
    let transform: Dense.Gradient
    let norm: LayerNorm.Gradient
    let decoder: Dense.Gradient
  }

  /// From `rows.x` to the other rows, for `part` of the M.
  package func forward(_ part: Range<Int>, rows: Rows) {
    guard !part.isEmpty else { return }
    transform.forward(rows.x.view[rows: part], to: rows.norm.normalised[rows: part])
    activation.forward(rows.norm.normalised[rows: part], slope: rows.slope?[rows: part])
    for row in part { norm.forward(row: row, rows.norm, y: rows.output) }
    decoder.forward(rows.output.view[rows: part], to: rows.logits[rows: part])
    for row in part {
      let logits = rows.logits.row(row)
      for n in stride(from: 0, to: logits.count, by: 16) {
        logits.store(logits.lanes(at: n) + decoder.bias.lanes(at: n, end: logits.count), at: n)
      }
    }
  }

  /// From the gradient in the place of the logits to `rows.dx`, for `part` of the M; adds the norm's gradients and the
  /// transform's bias'.
  package func backward(_ part: Range<Int>, rows: Rows, adding gradients: Gradient) {
    guard !part.isEmpty else { return }
    guard let gradient = rows.gradient, let dx = rows.dx, let slope = rows.slope else {
      preconditionFailure("a backward pass needs a workspace for training")
    }
    // logits = h E^T + d
    decoder.backward(rows.logits.view[rows: part], to: gradient[rows: part])
    // h = LayerNorm(f(u + b))
    for row in part { norm.backward(row: row, rows.norm, dy: gradient, adding: gradients.norm) }
    activation.backward(gradient[rows: part], slope: slope.view[rows: part], addingBias: gradients.transform.bias)
    // u = x W^T
    transform.backward(gradient.view[rows: part], to: dx[rows: part])
  }

  /// Adds the gradients of the matrices and of the words' bias over all M rows: thread `thread`'s part of them.
  package func addWeightGradients(
    _ count: Int, rows: Rows, to gradients: Gradient, team: ThreadTeam, thread: Int
  ) {
    guard count > 0 else { return }
    guard let gradient = rows.gradient else { preconditionFailure("a backward pass needs a workspace for training") }
    let all = 0..<count
    let dLogits = rows.logits.view[rows: all]
    // logits = h E^T + d
    let words = team.part(thread, of: decoder.outputs, unit: 16)
    decoder.addWeightGradient(dy: dLogits, x: rows.output.view[rows: all], outputs: words, to: gradients.decoder)
    addColumnSums(of: dLogits[columns: words], to: gradients.decoder.bias + words.lowerBound)
    // u = x W^T
    transform.addWeightGradient(
      dy: gradient.view[rows: all], x: rows.x.view[rows: all],
      outputs: team.part(thread, of: transform.outputs, unit: 16), to: gradients.transform)
  }
}
