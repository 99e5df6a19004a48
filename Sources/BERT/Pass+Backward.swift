internal import LinearAlgebra

extension Pass {
  /// Adds the gradient of `scale` x the sum of the losses; `finished` hears of each range of the flat vector that nothing
  /// will be added to any more.
  ///
  /// - Parameter lowest: the layer below which nothing needs a gradient, 0 ... layers; nil: the embeddings need one too.
  func backward(
    targets: Targets, scale: Double, lowest: Int?, flow: GradientBuffers,
    gradients: UnsafeMutablePointer<Float>, finished: (Range<Int>) -> Void
  ) {
    workspace.clock?.skip()
    lossGradient(logits: workspace.rows.logits, targets: targets, scale: scale, into: workspace.dLogits)
    model.classifier.backward(
      sequences: sequences, dLogits: workspace.dLogits, parameters: parameters, places: places,
      masks: masks(.classifier), rows: workspace.rows, gradients: gradients)
    workspace.clock?.charge(.elementwise)
    let table = model.table
    finished(table.range(of: .pooler).lowerBound..<table.count)
    workspace.clock?.charge(.optimiser)
    if let lowest, lowest > lastLayer { return }
    backwardLastLayer(flow, gradients)
    addPartialSums(.layer(lastLayer), gradients, finished)
    backwardLayers(lowest: lowest, flow, gradients, finished)
  }

  /// Adds the gradient of `scale` x the sum of the masked tokens' losses, and gives their scores; `finished` as above.
  func backwardMasked(
    scale: Double, flow: GradientBuffers, gradients: UnsafeMutablePointer<Float>, finished: (Range<Int>) -> Void
  ) -> [TokenScore] {
    workspace.clock?.skip()
    let (head, team, rows) = (model.predictionHead, workspace.team, workspace.predictions)
    let channels = model.configuration.hiddenSize
    guard let dx = rows.dx else { preconditionFailure("the workspace is for training") }
    let scores = head.scores(masked.words, rows: rows, gradientScale: scale, team: team)
    workspace.clock?.charge(.elementwise)
    flow.stream.update(repeating: 0, count: batch.tokens.count * channels)
    team.run { thread in
      let part = team.part(thread, of: masked.count)
      head.backward(part, parameters: parameters, places: places, rows: rows, gradients: sums(thread, gradients))
      for index in part {
        (flow.stream + masked.rows[index] * channels).update(from: dx + index * channels, count: channels)
      }
    }
    team.run { thread in
      head.addWeightGradients(
        masked.count, places: places, rows: rows, gradients: gradients, team: team, thread: thread)
    }
    workspace.clock?.charge(.dense)
    addPartialSums(.head, gradients, finished)
    backwardLayers(lowest: nil, flow, gradients, finished)
    return scores
  }

  /// From the gradient in `flow.stream` through all layers that are computed for all tokens, and the embeddings.
  private func backwardLayers(
    lowest: Int?, _ flow: GradientBuffers, _ gradients: UnsafeMutablePointer<Float>, _ finished: (Range<Int>) -> Void
  ) {
    let layers = workspace.layers.count
    for index in ((lowest ?? 0)..<layers).reversed() {
      // The last of these layers was the last to leave its activations in the shared buffers.
      if workspace.purpose == .training(recomputing: true) && index < layers - 1 {
        inParts { thread, part in forwardLayer(index, part, thread: thread, observe: nil) }
      }
      backwardLayer(index, flow, gradients, isLowest: index == lowest)
      addPartialSums(.layer(index), gradients, finished)
    }
    guard lowest == nil else { return }
    backwardEmbedding(flow, gradients)
    addPartialSums(.embeddings, gradients, finished)
  }

  /// Adds up what the threads summed of a group's biases and norms.
  private func addPartialSums(
    _ group: ParameterTable.Group, _ gradients: UnsafeMutablePointer<Float>, _ finished: (Range<Int>) -> Void
  ) {
    for sums in workspace.threads.compactMap(\.partialSums) {
      for entry in model.table.entries where entry.group == group && !entry.decays {
        for i in entry.range {
          gradients[i] += sums[i]
          sums[i] = 0
        }
      }
    }
    workspace.clock?.charge(.elementwise)
    finished(model.table.range(of: group))
    workspace.clock?.charge(.optimiser)
  }

  /// Where a thread adds the gradients of biases and norms.
  private func sums(
    _ thread: Int, _ gradients: UnsafeMutablePointer<Float>
  ) -> UnsafeMutablePointer<Float> {
    workspace.threads[thread].partialSums ?? gradients
  }

  private func backwardEmbedding(_ flow: GradientBuffers, _ gradients: UnsafeMutablePointer<Float>) {
    let embedding = Embedding(norm: model.norm)
    inParts { thread, part in
      embedding.backward(
        part, parameters: parameters, offsets: places, masks: masks(.embeddings, thread: thread),
        normalised: workspace.embedding.normalised, scales: workspace.embedding.scales, dx: flow.stream,
        gradients: sums(thread, gradients))
    }
    workspace.team.run { thread in
      embedding.addTableGradients(
        batch, columns: workspace.team.part(thread, of: model.configuration.hiddenSize, unit: 16), offsets: places,
        dSum: flow.stream, gradients: gradients)
    }
  }

  /// From the gradient at the first tokens, `rows.dFirst`, to the gradient of the layer's input, `flow.stream`.
  private func backwardLastLayer(_ flow: GradientBuffers, _ gradients: UnsafeMutablePointer<Float>) {
    guard let dFirst = workspace.rows.dFirst else { preconditionFailure("the workspace is for training") }
    let at = places.layers[lastLayer]
    let attention = model.firstTokenAttention
    let buffers = workspace.last
    inParts { thread, part in
      backwardFeedForward(lastLayer, part.firstTokens, stream: dFirst, flow, buffers.layer, thread, gradients)
    }
    addFeedForwardWeightGradients(lastLayer, rows: 0..<sequences, flow, buffers.layer, gradients)
    inParts { thread, part in
      backwardAttentionOutput(lastLayer, part.firstTokens, stream: dFirst, flow, buffers.layer, thread, gradients)
      attention.backward(
        part, layer: lastLayer, x: input(of: lastLayer), weight: parameters + at.attentionWeight,
        bias: parameters + at.attentionBias, dropout: dropout, activations: buffers.attention,
        dContext: flow.intermediate, dFirst: dFirst, gradients: flow.last,
        scratch: workspace.threads[thread].scratch, biasGradient: sums(thread, gradients) + at.attentionBias,
        dx: flow.stream)
      charge(.attention, thread: thread)
    }
    workspace.team.run { thread in
      addOutputWeightGradient(lastLayer, rows: 0..<sequences, flow, buffers.layer, thread, gradients)
      attention.addWeightGradients(
        heads: workspace.team.part(thread, of: model.configuration.heads), sequences: sequences,
        activations: buffers.attention, dContext: flow.intermediate, gradients: flow.last,
        into: gradients + at.attentionWeight)
      charge(.attention, thread: thread)
    }
  }

  /// From the gradient of the layer's output to that of its input, both in `flow.stream`.
  ///
  /// - Parameter isLowest: whether nobody needs the gradient of the input, which is then left unfinished.
  private func backwardLayer(
    _ index: Int, _ flow: GradientBuffers, _ gradients: UnsafeMutablePointer<Float>, isLowest: Bool
  ) {
    let channels = model.configuration.hiddenSize
    let at = places.layers[index]
    let buffers = workspace.layers[index]
    let rows = 0..<batch.tokens.count
    guard let probabilities = buffers.probabilities else { preconditionFailure("the workspace is for training") }
    let projections = Linear(inputs: channels, outputs: 3 * channels)
    inParts { thread, part in
      backwardFeedForward(index, part, stream: flow.stream, flow, buffers, thread, gradients)
    }
    addFeedForwardWeightGradients(index, rows: rows, flow, buffers, gradients)
    inParts { thread, part in
      backwardAttentionOutput(index, part, stream: flow.stream, flow, buffers, thread, gradients)
      // context = attention(x W^T + b)
      model.attention.backward(
        part, layer: index, qkv: buffers.qkv, bias: parameters + at.attentionBias, dropout: dropout,
        probabilities: probabilities, dContext: flow.intermediate, scratch: workspace.threads[thread].scratch,
        dqkv: flow.qkv)
      charge(.attention, thread: thread)
      addColumnSums(
        rows: part.rows, columns: 3 * channels, flow.qkv, into: sums(thread, gradients) + at.attentionBias)
      charge(.elementwise, thread: thread)
      if !isLowest {
        projections.inputGradient(
          rows: part.rows, dy: flow.qkv, weight: parameters + at.attentionWeight, adding: true, into: flow.stream)
        charge(.dense, thread: thread)
      }
    }
    workspace.team.run { thread in
      addOutputWeightGradient(index, rows: rows, flow, buffers, thread, gradients)
      projections.addWeightGradient(
        rows: rows, part: workspace.team.part(thread, of: 3 * channels, unit: 16), dy: flow.qkv, x: input(of: index),
        into: gradients + at.attentionWeight)
      charge(.dense, thread: thread)
    }
  }

  /// output = LayerNorm(middle + dropout(activated W^T + b)), activated = f(middle W^T + b): from the gradient of the
  /// output to that of middle, both in `stream`.
  private func backwardFeedForward(
    _ index: Int, _ part: Sequences, stream: UnsafeMutablePointer<Float>, _ flow: GradientBuffers,
    _ buffers: LayerActivations, _ thread: Int, _ gradients: UnsafeMutablePointer<Float>
  ) {
    let (c, f) = (model.configuration.hiddenSize, model.configuration.intermediateSize)
    let at = places.layers[index]
    let sums = sums(thread, gradients)
    guard let slope = buffers.slope else { preconditionFailure("the workspace is for training") }
    ResidualNorm(norm: model.norm).backward(
      part, dy: stream, normalised: buffers.outputNorm.normalised, scales: buffers.outputNorm.scales,
      normWeight: parameters + at.downNorm.weight, masks: masks(.output, layer: index, thread: thread),
      normWeightGradient: sums + at.downNorm.weight, normBiasGradient: sums + at.downNorm.bias,
      biasGradient: sums + at.down.bias, da: flow.branch)
    charge(.elementwise, thread: thread)
    Linear(inputs: f, outputs: c).inputGradient(
      rows: part.rows, dy: flow.branch, weight: parameters + at.down.weight, into: flow.intermediate)
    charge(.dense, thread: thread)
    model.activation.backward(
      rows: part.rows, gradient: flow.intermediate, slope: slope, biasGradient: sums + at.up.bias)
    charge(.elementwise, thread: thread)
    Linear(inputs: c, outputs: f).inputGradient(
      rows: part.rows, dy: flow.intermediate, weight: parameters + at.up.weight, adding: true, into: stream)
    charge(.dense, thread: thread)
  }

  private func addFeedForwardWeightGradients(
    _ index: Int, rows: Range<Int>, _ flow: GradientBuffers, _ buffers: LayerActivations,
    _ gradients: UnsafeMutablePointer<Float>
  ) {
    let (c, f) = (model.configuration.hiddenSize, model.configuration.intermediateSize)
    let (team, at) = (workspace.team, places.layers[index])
    team.run { thread in
      Linear(inputs: f, outputs: c).addWeightGradient(
        rows: rows, part: team.part(thread, of: c, unit: 16), dy: flow.branch, x: buffers.activated,
        into: gradients + at.down.weight)
      Linear(inputs: c, outputs: f).addWeightGradient(
        rows: rows, part: team.part(thread, of: f, unit: 16), dy: flow.intermediate, x: buffers.middle,
        into: gradients + at.up.weight)
      charge(.dense, thread: thread)
    }
  }

  /// middle = LayerNorm(x + dropout(context W^T + b)): from the gradient of middle to that of x, both in `stream`, and of
  /// the context, which takes the place of the intermediate gradient.
  private func backwardAttentionOutput(
    _ index: Int, _ part: Sequences, stream: UnsafeMutablePointer<Float>, _ flow: GradientBuffers,
    _ buffers: LayerActivations, _ thread: Int, _ gradients: UnsafeMutablePointer<Float>
  ) {
    let channels = model.configuration.hiddenSize
    let at = places.layers[index]
    let sums = sums(thread, gradients)
    ResidualNorm(norm: model.norm).backward(
      part, dy: stream, normalised: buffers.attentionNorm.normalised, scales: buffers.attentionNorm.scales,
      normWeight: parameters + at.outputNorm.weight, masks: masks(.attentionOutput, layer: index, thread: thread),
      normWeightGradient: sums + at.outputNorm.weight, normBiasGradient: sums + at.outputNorm.bias,
      biasGradient: sums + at.output.bias, da: flow.branch)
    charge(.elementwise, thread: thread)
    Linear(inputs: channels, outputs: channels).inputGradient(
      rows: part.rows, dy: flow.branch, weight: parameters + at.output.weight, into: flow.intermediate)
    charge(.dense, thread: thread)
  }

  private func addOutputWeightGradient(
    _ index: Int, rows: Range<Int>, _ flow: GradientBuffers, _ buffers: LayerActivations, _ thread: Int,
    _ gradients: UnsafeMutablePointer<Float>
  ) {
    let channels = model.configuration.hiddenSize
    Linear(inputs: channels, outputs: channels).addWeightGradient(
      rows: rows, part: workspace.team.part(thread, of: channels, unit: 16), dy: flow.branch, x: buffers.context,
      into: gradients + places.layers[index].output.weight)
    charge(.dense, thread: thread)
  }
}
