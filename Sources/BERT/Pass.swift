internal import LinearAlgebra

/// A forward pass over a batch, and what the backward pass behind it shares with it.
struct Pass {
  let ops: ModelOps
  let batch: PackedBatch
  /// What a masked language model predicts; empty for a classifier.
  let masked: MaskedTokens
  let workspace: Workspace
  let dropout: Dropout?

  var model: BERTModel { ops.model }
  var sequences: Int { batch.offsets.count - 1 }
  var tokens: Int { batch.tokens.count }
  var lastLayer: Int { model.configuration.layers - 1 }

  /// x before a layer, [T, C].
  func input(of layer: Int) -> MutableMatrixView {
    (layer == 0 ? workspace.input : workspace.layers[layer - 1].tail.output)[rows: 0..<tokens]
  }

  /// A layer's result, [T, C].
  func output(of layer: Int) -> MatrixView { workspace.layers[layer].tail.output.view[rows: 0..<tokens] }

  func masks(_ place: Dropout.Sublayer, layer: Int = 0, thread: Int = 0) -> RowMasks? {
    model.masks(dropout, place, layer: layer, workspace.threads[thread].multipliers)
  }

  /// Runs `body` on every thread with its part of the sequences.
  ///
  /// - Parameter inOrder: one part after the other, on this thread.
  func inParts(inOrder: Bool = false, _ body: (_ thread: Int, _ part: Sequences) -> Void) {
    let parts = Sequences(offsets: batch.offsets).parts(workspace.team.count)
    func run(_ thread: Int) {
      if !parts[thread].range.isEmpty { body(thread, parts[thread]) }
    }
    if inOrder { parts.indices.forEach(run) } else { workspace.team.run(run) }
    workspace.clock?.charge(.waiting)
  }

  /// Charges the first thread's time.
  func charge(_ kind: WorkClock.Kind, thread: Int) {
    if thread == 0 { workspace.clock?.charge(kind) }
  }
}

extension Pass {
  /// Leaves the logits in `workspace.rows`, or in `workspace.predictions`. An observer sees every layer in full, and a
  /// masked language model reads it so; else the last layer is computed for the first tokens alone, as nobody reads the
  /// others.
  func forward(observer: BERTModel.Observer) {
    workspace.clock?.skip()
    embed()
    observer.hiddenState?(0, input(of: 0).view.elements)
    for index in 0..<lastLayer { forwardLayer(index, observer) }
    if model.table.headKind == .maskedLanguageModel {
      forwardLayer(lastLayer, observer)
      return predict()
    }
    if observer.isIdle {
      let layer = FirstTokenLayer(self)
      inParts { thread, part in layer.forward(part, thread: thread) }
    } else {
      precondition(workspace.purpose == .inference, "an observer needs a workspace for inference")
      forwardLayer(lastLayer, observer)
      gatherFirstTokens()
    }
    ops.classifier.forward(sequences: sequences, rows: workspace.rows, masks: masks(.classifier))
    workspace.clock?.charge(.elementwise)
  }

  /// The embeddings, in `workspace.input`.
  func embed() {
    let embedding = ops.embedding
    inParts { thread, part in
      embedding.forward(
        batch, part, workspace.embedding, masks: masks(.embeddings, thread: thread), x: workspace.input)
    }
  }

  /// One layer in full.
  func forwardLayer(_ index: Int, observe: AttentionObserver?) {
    let layer = EncoderLayer(self, index)
    // An observer sees the sequences in order.
    inParts(inOrder: observe != nil) { thread, part in layer.forward(part, thread: thread, observe: observe) }
  }

  private func forwardLayer(_ index: Int, _ observer: BERTModel.Observer) {
    forwardLayer(index, observe: observer.attention)
    observer.hiddenState?(index + 1, output(of: index).elements)
  }

  private func predict() {
    let (team, rows, head, output) = (workspace.team, workspace.predictions, ops.predictionHead, output(of: lastLayer))
    team.run { thread in
      let part = team.part(thread, of: masked.count)
      for index in part { rows.x.row(index).update(from: output.row(masked.rows[index])) }
      head.forward(part, rows: rows)
      charge(.dense, thread: thread)
    }
  }

  private func gatherFirstTokens() {
    let output = output(of: lastLayer)
    for sequence in 0..<sequences {
      workspace.rows.first.row(sequence).update(from: output.row(batch.offsets[sequence]))
    }
  }
}
