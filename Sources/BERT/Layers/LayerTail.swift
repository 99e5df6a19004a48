internal import LinearAlgebra

/// What of a layer comes behind attention, on all tokens or on first tokens alone:
///
///     projected = context Wo^T
///     middle = LayerNorm(x + dropout(projected + bo))
///     u = middle Wu^T
///     activated = f(u + bu)
///     v = activated Wd^T
///     output = LayerNorm(middle + dropout(v + bd))
struct LayerTail {
  let pass: Pass
  let index: Int
  let ops: LayerOps
  /// [T, C], or [B, C] of the first tokens, as all that follows.
  let x: MatrixView
  let activations: TailActivations

  /// Computes some of the sequences.
  func forward(_ part: Sequences, thread: Int) {
    let (rows, kept) = (part.rows, activations)
    ops.output.forward(kept.context.view[rows: rows], to: kept.attentionNorm.normalised[rows: rows])
    pass.charge(.dense, thread: thread)
    ops.outputNorm.forward(
      part, kept.attentionNorm, residual: x, masks: pass.masks(.attentionOutput, layer: index, thread: thread),
      y: kept.middle)
    pass.charge(.elementwise, thread: thread)

    ops.up.forward(kept.middle.view[rows: rows], to: kept.activated[rows: rows])
    pass.charge(.dense, thread: thread)
    ops.activation.forward(kept.activated[rows: rows], slope: kept.slope?[rows: rows])
    pass.charge(.elementwise, thread: thread)
    ops.down.forward(kept.activated.view[rows: rows], to: kept.outputNorm.normalised[rows: rows])
    pass.charge(.dense, thread: thread)
    ops.downNorm.forward(
      part, kept.outputNorm, residual: kept.middle.view, masks: pass.masks(.output, layer: index, thread: thread),
      y: kept.output)
    pass.charge(.elementwise, thread: thread)
  }
}

/// The backward pass of a ``LayerTail``, in two halves: weights' gradients are added between them and after them, by
/// threads that divide the outputs in place of the rows.
struct LayerTailBackward {
  let tail: LayerTail
  let backward: BackwardPass
  /// The gradient of the output at first, then of middle, then of x.
  let stream: MutableMatrixView

  private var pass: Pass { tail.pass }
  private var ops: LayerOps { tail.ops }
  private var flow: GradientBuffers { backward.flow }

  /// From the gradient of the output to that of middle.
  func feedForward(_ part: Sequences, thread: Int) {
    guard let slope = tail.activations.slope else { preconditionFailure("the workspace is for training") }
    let (rows, sums) = (part.rows, backward.sums(thread).layer(tail.index))
    // output = LayerNorm(middle + dropout(v + bd))
    ops.downNorm.backward(
      part, tail.activations.outputNorm, dy: stream, masks: pass.masks(.output, layer: tail.index, thread: thread),
      da: flow.branch, adding: sums.downNorm)
    pass.charge(.elementwise, thread: thread)
    // v = activated Wd^T
    ops.down.backward(flow.branch.view[rows: rows], to: flow.intermediate[rows: rows])
    pass.charge(.dense, thread: thread)
    // activated = f(u + bu)
    ops.activation.backward(
      flow.intermediate[rows: rows], slope: slope.view[rows: rows], addingBias: sums.up.bias)
    pass.charge(.elementwise, thread: thread)
    // u = middle Wu^T
    ops.up.backward(flow.intermediate.view[rows: rows], adding: true, to: stream[rows: rows])
    pass.charge(.dense, thread: thread)
  }

  /// - Parameter rows: all of them.
  func addFeedForwardWeightGradients(rows: Range<Int>, thread: Int) {
    let (kept, gradients) = (tail.activations, backward.gradients.layer(tail.index))
    // v = activated Wd^T
    ops.down.addWeightGradient(
      dy: flow.branch.view[rows: rows], x: kept.activated.view[rows: rows], outputs: outputs(of: ops.down, thread),
      to: gradients.down)
    // u = middle Wu^T
    ops.up.addWeightGradient(
      dy: flow.intermediate.view[rows: rows], x: kept.middle.view[rows: rows], outputs: outputs(of: ops.up, thread),
      to: gradients.up)
    pass.charge(.dense, thread: thread)
  }

  /// From the gradient of middle to those of x and of the context.
  func attentionOutput(_ part: Sequences, thread: Int) {
    let (rows, sums) = (part.rows, backward.sums(thread).layer(tail.index))
    // middle = LayerNorm(x + dropout(projected + bo))
    ops.outputNorm.backward(
      part, tail.activations.attentionNorm, dy: stream,
      masks: pass.masks(.attentionOutput, layer: tail.index, thread: thread), da: flow.branch, adding: sums.outputNorm)
    pass.charge(.elementwise, thread: thread)
    // projected = context Wo^T
    ops.output.backward(flow.branch.view[rows: rows], to: flow.context[rows: rows])
    pass.charge(.dense, thread: thread)
  }

  /// - Parameter rows: all of them.
  func addOutputWeightGradient(rows: Range<Int>, thread: Int) {
    // projected = context Wo^T
    ops.output.addWeightGradient(
      dy: flow.branch.view[rows: rows], x: tail.activations.context.view[rows: rows],
      outputs: outputs(of: ops.output, thread), to: backward.gradients.layer(tail.index).output)
    pass.charge(.dense, thread: thread)
  }

  /// The outputs whose weights are a thread's.
  private func outputs(of dense: Dense, _ thread: Int) -> Range<Int> {
    pass.workspace.team.part(thread, of: dense.outputs, unit: 16)
  }
}
