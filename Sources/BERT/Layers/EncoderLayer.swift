internal import LinearAlgebra

/// One encoder layer on all tokens:
///
///     qkv = x Wqkv^T
///     context = attention(qkv + bqkv)
///
/// and what comes behind attention, ``LayerTail``.
struct EncoderLayer {
  let pass: Pass
  let index: Int
  let ops: LayerOps
  let activations: LayerActivations

  init(_ pass: Pass, _ index: Int) {
    (self.pass, self.index) = (pass, index)
    ops = pass.ops.layer(index)
    activations = pass.workspace.layers[index]
  }

  /// [T, C].
  var x: MatrixView { pass.input(of: index).view }

  var tail: LayerTail { LayerTail(pass: pass, index: index, ops: ops, x: x, activations: activations.tail) }

  /// Computes some of the sequences.
  func forward(_ part: Sequences, thread: Int, observe: AttentionObserver?) {
    let attention = activations.attention
    ops.projections.forward(x[rows: part.rows], to: attention.qkv[rows: part.rows])
    pass.charge(.dense, thread: thread)
    ops.attention.forward(
      part, attention, dropout: pass.dropout, scratch: pass.workspace.threads[thread].scratch, observe: observe)
    pass.charge(.attention, thread: thread)
    tail.forward(part, thread: thread)
  }
}

/// The backward pass of an ``EncoderLayer``: from the gradient of its output to that of x, both in `flow.stream`.
struct EncoderLayerBackward {
  let layer: EncoderLayer
  let backward: BackwardPass

  private var pass: Pass { layer.pass }
  private var flow: GradientBuffers { backward.flow }

  /// - Parameter isLowest: whether nobody needs the gradient of x, which is then left unfinished.
  func run(isLowest: Bool) {
    let (team, rows) = (pass.workspace.team, 0..<pass.tokens)
    let tail = LayerTailBackward(tail: layer.tail, backward: backward, stream: flow.stream)
    pass.inParts { thread, part in tail.feedForward(part, thread: thread) }
    team.run { thread in tail.addFeedForwardWeightGradients(rows: rows, thread: thread) }
    pass.inParts { thread, part in
      tail.attentionOutput(part, thread: thread)
      attention(part, thread: thread, isLowest: isLowest)
    }
    team.run { thread in
      tail.addOutputWeightGradient(rows: rows, thread: thread)
      addProjectionWeightGradients(rows: rows, thread: thread)
    }
  }

  /// From the gradient of the context.
  private func attention(_ part: Sequences, thread: Int, isLowest: Bool) {
    let gradients = Attention.Gradients(context: flow.context.view, qkv: flow.qkv)
    let dqkv = flow.qkv.view[rows: part.rows]
    // context = attention(qkv + bqkv)
    layer.ops.attention.backward(
      part, layer.activations.attention, gradients, dropout: pass.dropout,
      scratch: pass.workspace.threads[thread].scratch)
    pass.charge(.attention, thread: thread)
    addColumnSums(of: dqkv, to: backward.sums(thread).layer(layer.index).projections.bias)
    pass.charge(.elementwise, thread: thread)
    guard !isLowest else { return }
    // qkv = x Wqkv^T
    layer.ops.projections.backward(dqkv, adding: true, to: flow.stream[rows: part.rows])
    pass.charge(.dense, thread: thread)
  }

  private func addProjectionWeightGradients(rows: Range<Int>, thread: Int) {
    let projections = layer.ops.projections
    // qkv = x Wqkv^T
    projections.addWeightGradient(
      dy: flow.qkv.view[rows: rows], x: layer.x[rows: rows],
      outputs: pass.workspace.team.part(thread, of: projections.outputs, unit: 16),
      to: backward.gradients.layer(layer.index).projections)
    pass.charge(.dense, thread: thread)
  }
}
