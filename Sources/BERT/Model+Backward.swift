internal import LinearAlgebra

extension BERTModel {
  /// Adds the gradient of `scale` x the sum of the batch's losses, after a training forward pass of the same batch,
  /// parameters, workspace and dropout.
  ///
  /// - Parameters:
  ///   - scale: 1 / (examples of the optimiser's batch) for the gradient of the batch mean.
  ///   - gradients: as the flat parameter vector; added to, so that micro-batches accumulate.
  /// - Returns: the loss of each example, [B].
  public func backward(
    _ batch: PackedBatch, targets: Labels, scale: Double, parameters: UnsafePointer<Float>, workspace: Workspace,
    dropout: Dropout?, gradients: UnsafeMutablePointer<Float>
  ) -> [Double] {
    guard let outputs = table.outputs, let flow = workspace.gradients else {
      preconditionFailure("a backward pass needs a head and a workspace for training")
    }
    precondition(targets.count == batch.offsets.count - 1, "every sequence has a target")
    let losses = exampleLosses(logits: workspace.rows.logits, outputs: outputs, targets: targets)
    lossGradient(
      logits: workspace.rows.logits, outputs: outputs, targets: targets, scale: scale, into: workspace.dLogits)
    classifier.backward(
      offsets: batch.offsets, dLogits: workspace.dLogits, parameters: parameters, places: table.offsets,
      masks: masks(dropout, .classifier, workspace), rows: workspace.rows, gradients: gradients, dx: flow.stream)
    for layer in (0..<configuration.layers).reversed() {
      let x = layer == 0 ? workspace.input : workspace.layers[layer - 1].output
      backwardLayer(layer, batch.offsets, x: x, parameters, workspace, flow, dropout, gradients)
    }
    Embedding(norm: norm).backward(
      batch, parameters: parameters, offsets: table.offsets, masks: masks(dropout, .embeddings, workspace),
      normalised: workspace.embedding.normalised, scales: workspace.embedding.scales, dx: flow.stream,
      gradients: gradients)
    return losses
  }

  private func backwardLayer(
    _ index: Int, _ offsets: [Int], x: UnsafePointer<Float>, _ parameters: UnsafePointer<Float>,
    _ workspace: Workspace, _ flow: GradientBuffers, _ dropout: Dropout?, _ gradients: UnsafeMutablePointer<Float>
  ) {
    let rows = offsets[offsets.count - 1]
    let (c, f) = (configuration.hiddenSize, configuration.intermediateSize)
    let places = table.offsets.layers[index]
    let buffers = workspace.layers[index]
    guard let slope = buffers.slope else { preconditionFailure("the workspace is for training") }

    // output = LayerNorm(middle + dropout(activated W^T + b))
    ResidualNorm(norm: norm).backward(
      offsets: offsets, dy: flow.stream, normalised: buffers.outputNorm.normalised, scales: buffers.outputNorm.scales,
      normWeight: parameters + places.downNorm.weight, masks: masks(dropout, .output, layer: index, workspace),
      normWeightGradient: gradients + places.downNorm.weight, normBiasGradient: gradients + places.downNorm.bias,
      biasGradient: gradients + places.down.bias, da: flow.branch)
    let down = Linear(inputs: f, outputs: c)
    down.addWeightGradient(rows: rows, dy: flow.branch, x: buffers.activated, into: gradients + places.down.weight)
    down.inputGradient(
      rows: rows, dy: flow.branch, weight: parameters + places.down.weight, into: flow.intermediate)

    // activated = f(middle W^T + b)
    activation.backward(
      rows: rows, gradient: flow.intermediate, slope: slope, biasGradient: gradients + places.up.bias)
    let up = Linear(inputs: c, outputs: f)
    up.addWeightGradient(rows: rows, dy: flow.intermediate, x: buffers.middle, into: gradients + places.up.weight)
    up.inputGradient(
      rows: rows, dy: flow.intermediate, weight: parameters + places.up.weight, adding: true, into: flow.stream)

    // middle = LayerNorm(x + dropout(context W^T + b))
    ResidualNorm(norm: norm).backward(
      offsets: offsets, dy: flow.stream, normalised: buffers.attentionNorm.normalised,
      scales: buffers.attentionNorm.scales, normWeight: parameters + places.outputNorm.weight,
      masks: masks(dropout, .attentionOutput, layer: index, workspace),
      normWeightGradient: gradients + places.outputNorm.weight, normBiasGradient: gradients + places.outputNorm.bias,
      biasGradient: gradients + places.output.bias, da: flow.branch)
    let output = Linear(inputs: c, outputs: c)
    output.addWeightGradient(rows: rows, dy: flow.branch, x: buffers.context, into: gradients + places.output.weight)
    // dContext takes the place of the intermediate gradient, which is used up.
    output.inputGradient(
      rows: rows, dy: flow.branch, weight: parameters + places.output.weight, into: flow.intermediate)

    // context = attention(x W^T + b)
    attention.backward(
      offsets: offsets, layer: index, qkv: buffers.qkv, bias: parameters + places.attentionBias, dropout: dropout,
      probabilities: buffers.probabilities, dContext: flow.intermediate, scratch: workspace.attentionScratch,
      dqkv: flow.qkv)
    let projections = Linear(inputs: c, outputs: 3 * c)
    addColumnSums(rows: rows, columns: 3 * c, flow.qkv, into: gradients + places.attentionBias)
    projections.addWeightGradient(rows: rows, dy: flow.qkv, x: x, into: gradients + places.attentionWeight)
    projections.inputGradient(
      rows: rows, dy: flow.qkv, weight: parameters + places.attentionWeight, adding: true, into: flow.stream)
  }
}
