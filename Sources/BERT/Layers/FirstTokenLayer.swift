internal import LinearAlgebra

/// The last layer at each sequence's first token alone, where nobody reads the others:
///
///     first = x at the first tokens
///     context = attention of the first tokens to all of x
///
/// and what comes behind attention, ``LayerTail``, with B rows in place of T.
struct FirstTokenLayer {
  let pass: Pass
  let ops: LayerOps
  let activations: FirstTokenActivations

  init(_ pass: Pass) {
    self.pass = pass
    ops = pass.ops.layer(pass.lastLayer)
    activations = pass.workspace.last
  }

  /// [T, C].
  var x: MatrixView { pass.input(of: pass.lastLayer).view }

  var tail: LayerTail {
    LayerTail(
      pass: pass, index: pass.lastLayer, ops: ops, x: activations.attention.first.view, activations: activations.tail)
  }

  /// Computes some of the sequences.
  func forward(_ part: Sequences, thread: Int) {
    ops.firstTokenAttention.forward(
      part, x: x, activations.attention, dropout: pass.dropout, scratch: pass.workspace.threads[thread].scratch)
    pass.charge(.attention, thread: thread)
    tail.forward(part.firstTokens, thread: thread)
  }
}

/// The backward pass of a ``FirstTokenLayer``: from the gradient at the first tokens, `flow.last.first`, to the gradient of
/// x, `flow.stream`.
struct FirstTokenLayerBackward {
  let layer: FirstTokenLayer
  let backward: BackwardPass

  private var pass: Pass { layer.pass }

  func run() {
    let (team, rows) = (pass.workspace.team, 0..<pass.sequences)
    let (attention, gradients) = (layer.ops.firstTokenAttention, backward.flow.last)
    let activations = layer.activations.attention
    let tail = LayerTailBackward(tail: layer.tail, backward: backward, stream: gradients.first)
    pass.inParts { thread, part in tail.feedForward(part.firstTokens, thread: thread) }
    team.run { thread in tail.addFeedForwardWeightGradients(rows: rows, thread: thread) }
    pass.inParts { thread, part in
      tail.attentionOutput(part.firstTokens, thread: thread)
      // context = attention of the first tokens to all of x
      attention.backward(
        part, x: layer.x, activations, gradients, dropout: pass.dropout,
        scratch: pass.workspace.threads[thread].scratch,
        addingBias: backward.sums(thread).layer(pass.lastLayer).projections.bias)
      pass.charge(.attention, thread: thread)
    }
    team.run { thread in
      tail.addOutputWeightGradient(rows: rows, thread: thread)
      attention.addWeightGradients(
        heads: team.part(thread, of: pass.model.configuration.heads), sequences: rows.count, activations, gradients,
        to: backward.gradients.layer(pass.lastLayer).projections)
      pass.charge(.attention, thread: thread)
    }
  }
}
