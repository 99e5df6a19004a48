internal import LinearAlgebra
internal import Randomness

/// Multi-head self-attention of packed sequences: P = softmax(Q K^T / sqrt(D)), context = dropout(P) V.
///
/// Letters: L a sequence's length, L' that rounded up to 16, D channels of a head, D' likewise, H heads.
package struct Attention {
  let heads: AttentionHeads
  /// Which layer it is, from 0: its dropout masks are drawn for it.
  let layer: Int
  /// Of query, key and value, [3 C]; added when a head is unpacked.
  let bias: UnsafePointer<Float>

  package init(heads: AttentionHeads, layer: Int, bias: UnsafePointer<Float>) {
    (self.heads, self.layer, self.bias) = (heads, layer, bias)
  }

  /// What the forward pass reads and leaves.
  package struct Activations {
    /// Query, key and value side by side, without their biases, [T, 3 C].
    package let qkv: MutableMatrixView
    /// P of each head of each of the batch's sequences in turn, L x L' each, whose columns from L on are 0; nil where none
    /// is kept.
    let probabilities: UnsafeMutablePointer<Float>?
    /// [T, C].
    package let context: MutableMatrixView

    package init(qkv: MutableMatrixView, probabilities: UnsafeMutablePointer<Float>?, context: MutableMatrixView) {
      (self.qkv, self.probabilities, self.context) = (qkv, probabilities, context)
    }
  }

  /// What the backward pass reads and leaves.
  package struct Gradients {
    /// [T, C].
    let context: MatrixView
    /// [T, 3 C]; its column sums are the gradient of the biases.
    package let qkv: MutableMatrixView

    package init(context: MatrixView, qkv: MutableMatrixView) { (self.context, self.qkv) = (context, qkv) }
  }

  /// Numbers of scratch memory that sequences up to `longest` need.
  package static func scratchCount(_ heads: AttentionHeads, longest: Int) -> Int {
    5 * roundUp(longest) * roundUp(heads.size) + 3 * longest * roundUp(longest)
  }

  private var padded: Int { roundUp(heads.size) }

  /// Writes the context, and P where it is kept, of `sequences`.
  package func forward(
    _ sequences: Sequences, _ activations: Activations, dropout: Dropout?, scratch: UnsafeMutablePointer<Float>,
    observe: AttentionObserver?
  ) {
    var next = activations.probabilities.map { $0 + matrices(before: sequences) }
    for sequence in sequences.range {
      let rows = sequences.rows(of: sequence)
      let (qkv, context) = (activations.qkv.view[rows: rows], activations.context[rows: rows])
      let length = rows.count
      let stride = roundUp(length)
      let side = stride * padded
      let (query, key, value, out) = (scratch, scratch + side, scratch + 2 * side, scratch + 3 * side)
      let dropped = scratch + 4 * side
      for head in 0..<heads.count {
        let p = next ?? dropped + length * stride
        unpack(qkv, .query, head, scale: heads.scale, into: query)
        unpackTransposed(qkv, .key, head, into: key)
        unpack(qkv, .value, head, scale: 1, into: value)
        multiplySmall(
          rows: length, columns: stride, inner: heads.size, query, rowStrideA: padded, innerStrideA: 1, key,
          strideB: stride, into: p, strideC: stride)
        for row in 0..<length { softmax(p + row * stride, count: length) }
        observe?(AttentionRows(layer: layer, sequence: sequence, head: head, length: length, stride: stride, first: p))
        var weights = UnsafePointer(p)
        if let mask = dropout?.mask(.attention, sequence: sequence, layer: layer, part: head) {
          mask.fill(dropped, firstGroup: 0, count: length * stride / 16)
          for i in Swift.stride(from: 0, to: length * stride, by: 16) {
            dropped.store(dropped.lanes(at: i) * p.lanes(at: i), at: i)
          }
          weights = UnsafePointer(dropped)
        }
        multiplySmall(
          rows: length, columns: padded, inner: length, weights, rowStrideA: stride, innerStrideA: 1, value,
          strideB: padded, into: out, strideC: padded)
        pack(out, into: context[columns: heads.columns(head)])
        next = next.map { $0 + length * stride }
      }
    }
  }

  /// Numbers of all P of the sequences before `sequences`.
  private func matrices(before sequences: Sequences) -> Int {
    heads.count
      * (0..<sequences.range.lowerBound).reduce(0) {
        $0 + sequences.rows(of: $1).count * roundUp(sequences.rows(of: $1).count)
      }
  }

  /// From dContext to dQKV, in the rows of `sequences`. P was kept; P~ stands for dropout(P).
  package func backward(
    _ sequences: Sequences, _ activations: Activations, _ gradients: Gradients, dropout: Dropout?,
    scratch: UnsafeMutablePointer<Float>
  ) {
    guard let probabilities = activations.probabilities else { preconditionFailure("the workspace is for training") }
    var next = UnsafePointer(probabilities) + matrices(before: sequences)
    for sequence in sequences.range {
      let rows = sequences.rows(of: sequence)
      let (qkv, dContext, dqkv) = (
        activations.qkv.view[rows: rows], gradients.context[rows: rows], gradients.qkv[rows: rows]
      )
      let length = rows.count
      let stride = roundUp(length)
      let side = stride * padded
      let square = length * stride
      let (query, key, value) = (scratch, scratch + side, scratch + 2 * side)
      let (dOut, result) = (scratch + 3 * side, scratch + 4 * side)
      let dScores = scratch + 5 * side
      let (mask, dropped) = (dScores + square, dScores + 2 * square)
      for head in 0..<heads.count {
        let p = next
        next += square
        unpack(qkv, .query, head, scale: heads.scale, into: query)
        unpack(qkv, .key, head, scale: heads.scale, into: key)
        unpackTransposed(qkv, .value, head, into: value)
        unpack(dContext[columns: heads.columns(head)], into: dOut)

        // context = P~ V: dP~ = dContext V^T.
        multiplySmall(
          rows: length, columns: stride, inner: heads.size, dOut, rowStrideA: padded, innerStrideA: 1, value,
          strideB: stride, into: dScores, strideC: stride)
        // P~ = dropout(P): dP = dropout(dP~).
        var weights = p
        if let draw = dropout?.mask(.attention, sequence: sequence, layer: layer, part: head) {
          draw.fill(mask, firstGroup: 0, count: square / 16)
          for i in Swift.stride(from: 0, to: square, by: 16) {
            let multipliers = mask.lanes(at: i)
            dropped.store(multipliers * p.lanes(at: i), at: i)
            dScores.store(multipliers * dScores.lanes(at: i), at: i)
          }
          weights = UnsafePointer(dropped)
        }
        // context = P~ V: dV = P~^T dContext.
        multiplySmall(
          rows: length, columns: padded, inner: length, weights, rowStrideA: 1, innerStrideA: stride, dOut,
          strideB: padded, into: result, strideC: padded)
        pack(result, into: dqkv[columns: heads.columns(.value, head)])
        // P = softmax(S): dS = P (dP - rowsum(dP P)).
        for row in 0..<length { softmaxBackward(dScores + row * stride, p: p + row * stride, count: length) }
        // S = Q K^T / sqrt(D): dQ = dS K / sqrt(D); dK = dS^T Q / sqrt(D).
        multiplySmall(
          rows: length, columns: padded, inner: length, dScores, rowStrideA: stride, innerStrideA: 1, key,
          strideB: padded, into: result, strideC: padded)
        pack(result, into: dqkv[columns: heads.columns(.query, head)])
        multiplySmall(
          rows: length, columns: padded, inner: length, dScores, rowStrideA: 1, innerStrideA: stride, query,
          strideB: padded, into: result, strideC: padded)
        pack(result, into: dqkv[columns: heads.columns(.key, head)])
      }
    }
  }

  /// One side of one head as [L, D'], bias added, then scaled; columns from D on are 0.
  private func unpack(
    _ qkv: MatrixView, _ side: AttentionHeads.Side, _ head: Int, scale: Float, into out: UnsafeMutablePointer<Float>
  ) {
    let columns = heads.columns(side, head)
    let matrix = qkv[columns: columns]
    let bias = bias + columns.lowerBound
    for d in stride(from: 0, to: heads.size, by: 16) {
      let b = bias.lanes(at: d, end: heads.size)
      for i in 0..<matrix.rows { out.store((matrix.row(i).lanes(at: d) + b) * scale, at: i * padded + d) }
    }
  }

  /// One side of one head transposed, [D, L'], bias added; columns from L on are 0.
  private func unpackTransposed(
    _ qkv: MatrixView, _ side: AttentionHeads.Side, _ head: Int, into out: UnsafeMutablePointer<Float>
  ) {
    let columns = heads.columns(side, head)
    let matrix = qkv[columns: columns]
    let (length, stride) = (qkv.rows, roundUp(qkv.rows))
    for d in 0..<heads.size {
      let b = bias[columns.lowerBound + d]
      let target = out + d * stride
      for i in 0..<length { target[i] = matrix.row(i)[d] + b }
      for i in length..<stride { target[i] = 0 }
    }
  }

  /// [L, D] as [L, D']; columns from D on are 0.
  private func unpack(_ matrix: MatrixView, into out: UnsafeMutablePointer<Float>) {
    for i in 0..<matrix.rows {
      for d in stride(from: 0, to: heads.size, by: 16) {
        out.store(matrix.row(i).lanes(at: d), at: i * padded + d)
      }
    }
  }

  /// [L, D'] back to [L, D].
  private func pack(_ head: UnsafePointer<Float>, into out: MutableMatrixView) {
    for i in 0..<out.rows {
      for d in stride(from: 0, to: heads.size, by: 16) {
        out.row(i).store(head.lanes(at: i * padded + d), at: d)
      }
    }
  }
}
