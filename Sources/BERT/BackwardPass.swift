internal import LinearAlgebra

/// The backward pass behind a forward pass: adds the gradient of a loss to a flat vector.
///
/// Each step quotes the line of the forward pass that it differentiates. `finished` hears of each range of the flat vector
/// that nothing will be added to any more.
struct BackwardPass {
  /// The forward pass.
  let pass: Pass
  let flow: GradientBuffers
  /// Where gradients go whose elements the threads divide: those of matrices.
  let gradients: ModelGradients

  init(_ pass: Pass, to gradients: UnsafeMutablePointer<Float>) {
    guard let flow = pass.workspace.gradients else {
      preconditionFailure("a backward pass needs a workspace for training")
    }
    self.pass = pass
    self.flow = flow
    self.gradients = ModelGradients(pass.model, gradients: gradients)
  }

  private var workspace: Workspace { pass.workspace }

  /// Where a thread adds the gradients of biases and norms, which sum over the rows of all threads.
  func sums(_ thread: Int) -> ModelGradients {
    workspace.threads[thread].partialSums.map { ModelGradients(pass.model, gradients: $0) } ?? gradients
  }

  /// From `scale` x the sum of a classifier's losses.
  ///
  /// - Parameter lowest: the layer below which nothing needs a gradient, 0 ... layers; nil: the embeddings need one too.
  func run(targets: Targets, scale: Double, lowest: Int?, finished: (Range<Int>) -> Void) {
    workspace.clock?.skip()
    let dLogits = workspace.dLogits[rows: 0..<pass.sequences]
    // loss = scale x sum of losses(logits)
    lossGradient(logits: workspace.rows.logits.base, targets: targets, scale: scale, into: dLogits.base)
    // logits = classifier(first)
    pass.ops.classifier.backward(
      dLogits: dLogits.view, rows: workspace.rows, masks: pass.masks(.classifier), adding: gradients.classifier)
    workspace.clock?.charge(.elementwise)
    let table = pass.model.table
    finished(table.range(of: .pooler).lowerBound..<table.count)
    workspace.clock?.charge(.optimiser)
    if let lowest, lowest > pass.lastLayer { return }
    // first = last layer(x) at the first tokens
    FirstTokenLayerBackward(layer: FirstTokenLayer(pass), backward: self).run()
    addPartialSums(.layer(pass.lastLayer), finished)
    runLayers(lowest: lowest, finished)
  }

  /// From `scale` x the sum of the masked tokens' losses.
  ///
  /// - Returns: their scores.
  func runMasked(scale: Double, finished: (Range<Int>) -> Void) -> [TokenScore] {
    workspace.clock?.skip()
    let (head, team, rows, masked) = (pass.ops.predictionHead, workspace.team, workspace.predictions, pass.masked)
    guard let dx = rows.dx else { preconditionFailure("the workspace is for training") }
    // loss = scale x sum of losses(logits)
    let scores = rows.scores(masked.words, gradientScale: scale, team: team)
    workspace.clock?.charge(.elementwise)
    flow.stream[rows: 0..<pass.tokens].clear()
    team.run { thread in
      let part = team.part(thread, of: masked.count)
      // logits = head(x)
      head.backward(part, rows: rows, adding: sums(thread).predictionHead)
      // x = last layer's output at the masked tokens
      for index in part { flow.stream.row(masked.rows[index]).update(from: dx.view.row(index)) }
    }
    team.run { thread in
      head.addWeightGradients(masked.count, rows: rows, to: gradients.predictionHead, team: team, thread: thread)
    }
    workspace.clock?.charge(.dense)
    addPartialSums(.head, finished)
    runLayers(lowest: nil, finished)
    return scores
  }

  /// From the gradient in `flow.stream` through all layers that are computed for all tokens, and the embeddings.
  private func runLayers(lowest: Int?, _ finished: (Range<Int>) -> Void) {
    let layers = workspace.layers.count
    for index in ((lowest ?? 0)..<layers).reversed() {
      // The last of these layers was the last to leave its activations in the shared buffers.
      if workspace.purpose == .training(recomputing: true) && index < layers - 1 {
        pass.forwardLayer(index, observe: nil)
      }
      EncoderLayerBackward(layer: EncoderLayer(pass, index), backward: self).run(isLowest: index == lowest)
      addPartialSums(.layer(index), finished)
    }
    guard lowest == nil else { return }
    runEmbedding()
    addPartialSums(.embeddings, finished)
  }

  private func runEmbedding() {
    let (embedding, team) = (pass.ops.embedding, workspace.team)
    let channels = pass.model.configuration.hiddenSize
    // x = dropout(LayerNorm(sum))
    pass.inParts { thread, part in
      embedding.backward(
        part, workspace.embedding, masks: pass.masks(.embeddings, thread: thread), dx: flow.stream,
        adding: sums(thread).embedding)
    }
    // sum = words + positions + segments
    team.run { thread in
      embedding.addTableGradients(
        pass.batch, columns: team.part(thread, of: channels, unit: 16), dSum: flow.stream.view,
        to: gradients.embedding)
    }
  }

  /// Adds up what the threads summed of a group's biases and norms.
  private func addPartialSums(_ group: ParameterTable.Group, _ finished: (Range<Int>) -> Void) {
    let (table, total) = (pass.model.table, gradients.gradients)
    for sums in workspace.threads.compactMap(\.partialSums) {
      for entry in table.entries where entry.group == group && entry.isVector {
        for i in entry.range {
          total[i] += sums[i]
          sums[i] = 0
        }
      }
    }
    workspace.clock?.charge(.elementwise)
    finished(table.range(of: group))
    workspace.clock?.charge(.optimiser)
  }
}
