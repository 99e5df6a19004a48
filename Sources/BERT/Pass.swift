internal import LinearAlgebra

/// A forward pass over a batch, and the backward pass behind it: what all of their ops share.
struct Pass {
  let model: BERTModel
  let batch: PackedBatch
  /// What a masked language model predicts; empty for a classifier.
  let masked: MaskedTokens
  let parameters: UnsafePointer<Float>
  let workspace: Workspace
  let dropout: Dropout?

  var places: Offsets { model.table.offsets }
  var sequences: Int { batch.offsets.count - 1 }
  var lastLayer: Int { model.configuration.layers - 1 }

  /// x before a layer, [T, C].
  func input(of layer: Int) -> UnsafeMutablePointer<Float> {
    layer == 0 ? workspace.input : workspace.layers[layer - 1].output
  }

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
    let states = batch.tokens.count * model.configuration.hiddenSize
    observer.hiddenState?(0, UnsafeBufferPointer(start: workspace.input, count: states))
    for index in 0..<lastLayer { forwardLayer(index, observer, states) }
    if model.table.headKind == .maskedLanguageModel {
      forwardLayer(lastLayer, observer, states)
      return predict()
    }
    if observer.isIdle {
      inParts(forwardLastLayer)
    } else {
      precondition(workspace.purpose == .inference, "an observer needs a workspace for inference")
      forwardLayer(lastLayer, observer, states)
      gatherFirstTokens()
    }
    model.classifier.forward(
      sequences: sequences, parameters: parameters, places: places, masks: masks(.classifier), rows: workspace.rows)
    workspace.clock?.charge(.elementwise)
  }

  /// The embeddings, in `workspace.input`.
  func embed() { inParts(embed) }

  /// One layer in full.
  func forwardLayer(_ index: Int, observe: AttentionObserver?) {
    // An observer sees the sequences in order.
    inParts(inOrder: observe != nil) { thread, part in forwardLayer(index, part, thread: thread, observe: observe) }
  }

  private func forwardLayer(_ index: Int, _ observer: BERTModel.Observer, _ states: Int) {
    forwardLayer(index, observe: observer.attention)
    observer.hiddenState?(index + 1, UnsafeBufferPointer(start: workspace.layers[index].output, count: states))
  }

  private func embed(thread: Int, _ part: Sequences) {
    Embedding(norm: model.norm).forward(
      batch, part, parameters: parameters, offsets: places, masks: masks(.embeddings, thread: thread),
      normalised: workspace.embedding.normalised, scales: workspace.embedding.scales, x: workspace.input)
  }

  private func predict() {
    let (team, rows) = (workspace.team, workspace.predictions)
    let channels = model.configuration.hiddenSize
    team.run { thread in
      let part = team.part(thread, of: masked.count)
      for index in part {
        (rows.x + index * channels)
          .update(from: workspace.layers[lastLayer].output + masked.rows[index] * channels, count: channels)
      }
      model.predictionHead.forward(part, parameters: parameters, places: places, rows: rows)
      charge(.dense, thread: thread)
    }
  }

  private func gatherFirstTokens() {
    let channels = model.configuration.hiddenSize
    for sequence in 0..<sequences {
      (workspace.rows.first + sequence * channels)
        .update(from: workspace.layers[lastLayer].output + batch.offsets[sequence] * channels, count: channels)
    }
  }

  /// One layer in full for some of the sequences.
  func forwardLayer(_ index: Int, _ part: Sequences, thread: Int, observe: AttentionObserver?) {
    let channels = model.configuration.hiddenSize
    let at = places.layers[index]
    let buffers = workspace.layers[index]
    let x = input(of: index)
    Linear(inputs: channels, outputs: 3 * channels).forward(
      rows: part.rows, x: x, weight: parameters + at.attentionWeight, y: buffers.qkv)
    charge(.dense, thread: thread)
    model.attention.forward(
      part, layer: index, qkv: buffers.qkv, bias: parameters + at.attentionBias, dropout: dropout,
      probabilities: buffers.probabilities, scratch: workspace.threads[thread].scratch, context: buffers.context,
      observe: observe)
    charge(.attention, thread: thread)
    finishLayer(index, part, x: x, buffers, thread: thread)
  }

  /// The last layer for the first tokens of some of the sequences.
  private func forwardLastLayer(thread: Int, _ part: Sequences) {
    let at = places.layers[lastLayer]
    model.firstTokenAttention.forward(
      part, layer: lastLayer, x: input(of: lastLayer), weight: parameters + at.attentionWeight,
      bias: parameters + at.attentionBias, dropout: dropout, activations: workspace.last.attention,
      scratch: workspace.threads[thread].scratch, context: workspace.last.layer.context)
    charge(.attention, thread: thread)
    finishLayer(
      lastLayer, part.firstTokens, x: workspace.last.attention.first, workspace.last.layer, thread: thread)
  }

  /// All of a layer behind attention.
  private func finishLayer(
    _ index: Int, _ part: Sequences, x: UnsafePointer<Float>, _ buffers: LayerActivations, thread: Int
  ) {
    let (c, f) = (model.configuration.hiddenSize, model.configuration.intermediateSize)
    let at = places.layers[index]
    let norm = ResidualNorm(norm: model.norm)
    Linear(inputs: c, outputs: c).forward(
      rows: part.rows, x: buffers.context, weight: parameters + at.output.weight, y: buffers.attentionNorm.normalised)
    charge(.dense, thread: thread)
    norm.forward(
      part, a: buffers.attentionNorm.normalised, bias: parameters + at.output.bias, residual: x,
      normWeight: parameters + at.outputNorm.weight, normBias: parameters + at.outputNorm.bias,
      masks: masks(.attentionOutput, layer: index, thread: thread), scales: buffers.attentionNorm.scales,
      y: buffers.middle)
    charge(.elementwise, thread: thread)

    Linear(inputs: c, outputs: f).forward(
      rows: part.rows, x: buffers.middle, weight: parameters + at.up.weight, y: buffers.activated)
    charge(.dense, thread: thread)
    model.activation.forward(
      rows: part.rows, u: buffers.activated, bias: parameters + at.up.bias, slope: buffers.slope)
    charge(.elementwise, thread: thread)
    Linear(inputs: f, outputs: c).forward(
      rows: part.rows, x: buffers.activated, weight: parameters + at.down.weight, y: buffers.outputNorm.normalised)
    charge(.dense, thread: thread)
    norm.forward(
      part, a: buffers.outputNorm.normalised, bias: parameters + at.down.bias, residual: buffers.middle,
      normWeight: parameters + at.downNorm.weight, normBias: parameters + at.downNorm.bias,
      masks: masks(.output, layer: index, thread: thread), scales: buffers.outputNorm.scales, y: buffers.output)
    charge(.elementwise, thread: thread)
  }
}
