internal import LinearAlgebra
internal import Randomness

/// Self-attention of each sequence's first token alone: all that a classifier reads of the last layer.
///
/// One query a head meets L keys, so keys and values are never formed; the products are taken in the cheaper order:
///
///     scores = q (X Wk^T)^T = (q Wk) X^T        context = P (X Wv^T) = (P X) Wv^T
///
/// which is 4 H L C operations a sequence in place of 4 L C^2. The key's bias moves all scores of a head alike, which
/// softmax does not see: its gradient is 0. Letters as in ``Attention``.
package struct FirstTokenAttention {
  let heads: AttentionHeads
  /// Which layer it is, from 0: its dropout masks are drawn for it.
  let layer: Int
  /// To query, key and value side by side, [3 C, C], with their biases.
  let projections: Dense

  package init(heads: AttentionHeads, layer: Int, projections: Dense) {
    (self.heads, self.layer, self.projections) = (heads, layer, projections)
  }

  private var channels: Int { heads.channels }
  private var queries: Dense { projections[outputs: 0..<channels] }
  private func keys(_ head: Int) -> Dense { projections[outputs: heads.columns(.key, head)] }
  private func values(_ head: Int) -> Dense { projections[outputs: heads.columns(.value, head)] }

  /// What the forward pass leaves.
  package struct Activations {
    /// X at the first tokens, [B, C].
    package let first: MutableMatrixView
    /// q with its bias, scaled by 1 / sqrt(D), [B, C].
    let query: MutableMatrixView
    /// q Wk of each head, [B, H C].
    let absorbedQueries: MutableMatrixView
    /// P of each sequence in turn, [H, L'].
    let probabilities: UnsafeMutablePointer<Float>
    /// dropout(P) X of each head, [B, H C].
    let attendedStates: MutableMatrixView
    /// The sum of each row of dropout(P), [B, H].
    let weightSums: MutableMatrixView
    /// The result, [B, C].
    package let context: MutableMatrixView
  }

  /// What the backward pass reads and leaves.
  package struct Gradients {
    /// Read: of the context, [B, C].
    package let context: MutableMatrixView
    /// What flows back to the first tokens by other ways, [B, C]; added to.
    package let first: MutableMatrixView
    /// The result: of X, [T, C].
    package let states: MutableMatrixView
    /// Of the query before bias and scale, [B, C].
    let query: MutableMatrixView
    /// [B, H C].
    let absorbedQueries: MutableMatrixView
    /// [B, H C].
    let attendedStates: MutableMatrixView
  }

  /// Numbers of scratch memory that sequences up to `longest` need.
  package static func scratchCount(_ heads: AttentionHeads, longest: Int) -> Int { 3 * heads.count * roundUp(longest) }

  /// P of a sequence, [H, L] at the stride L'. Before it lie those of other sequences, with L' < L + 16.
  private func probabilities(_ activations: Activations, _ sequence: Int, _ place: Range<Int>) -> MutableMatrixView {
    scores(activations.probabilities + heads.count * (place.lowerBound + 15 * sequence), place.count)
  }

  /// A number for each head and token of a sequence, [H, L] at the stride L'.
  private func scores(_ base: UnsafeMutablePointer<Float>, _ length: Int) -> MutableMatrixView {
    MutableMatrixView(base, rows: heads.count, columns: length, stride: roundUp(length))
  }

  /// [H, C] of a sequence, one row of [B, H C].
  private func byHead(_ matrix: MutableMatrixView, _ sequence: Int) -> MutableMatrixView {
    MutableMatrixView(matrix.row(sequence).base, rows: heads.count, columns: channels)
  }

  /// Writes the context of each first token of `sequences`. x is [T, C].
  package func forward(
    _ sequences: Sequences, x: MatrixView, _ activations: Activations, dropout: Dropout?,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let (rows, c) = (sequences.range, channels)
    for sequence in rows { activations.first.row(sequence).update(from: x.row(sequences.offsets[sequence])) }
    queries.forward(activations.first.view[rows: rows], to: activations.query[rows: rows])
    for sequence in rows {
      let query = activations.query.row(sequence)
      for i in 0..<c { query[i] = (query[i] + projections.bias[i]) * heads.scale }
    }
    let (query, absorbedQueries) = (activations.query.view[rows: rows], activations.absorbedQueries[rows: rows])
    for head in 0..<heads.count {
      keys(head).backward(query[columns: heads.columns(head)], to: absorbedQueries[columns: heads.wideColumns(head)])
    }
    for sequence in rows {
      let place = sequences.rows(of: sequence)
      let (states, p) = (x[rows: place], probabilities(activations, sequence, place))
      multiply(byHead(activations.absorbedQueries, sequence).view, by: states, .transposed, into: p)
      for head in 0..<heads.count { softmax(p.row(head).base, count: place.count) }
      let dropped = scores(scratch, place.count)
      drop(p.view, sequence, dropout, into: dropped)
      let weightSums = activations.weightSums.row(sequence)
      for head in 0..<heads.count { weightSums[head] = sum(dropped.row(head).base, roundUp(place.count)) }
      multiply(dropped.view, by: states, into: byHead(activations.attendedStates, sequence))
    }
    let (attendedStates, context) = (activations.attendedStates.view[rows: rows], activations.context[rows: rows])
    for head in 0..<heads.count {
      let (values, columns) = (values(head), heads.columns(head))
      values.forward(attendedStates[columns: heads.wideColumns(head)], to: context[columns: columns])
      for sequence in rows {
        let weightSum = activations.weightSums.row(sequence)[head]
        let out = activations.context[columns: columns].row(sequence)
        for i in 0..<heads.size { out[i] += weightSum * values.bias[i] }
      }
    }
  }

  /// From the gradients of the context and of the first tokens to that of X, in the rows of `sequences`; adds the biases'
  /// gradients, [3 C]. P~ stands for dropout(P).
  package func backward(
    _ sequences: Sequences, x: MatrixView, _ activations: Activations, _ gradients: Gradients, dropout: Dropout?,
    scratch: UnsafeMutablePointer<Float>, addingBias biasGradient: UnsafeMutablePointer<Float>
  ) {
    let rows = sequences.range
    for head in 0..<heads.count {
      // context = attended Wv^T + weightSum bv
      let dContext = gradients.context.view[columns: heads.columns(head)]
      values(head).backward(
        dContext[rows: rows], to: gradients.attendedStates[rows: rows][columns: heads.wideColumns(head)])
      let values = biasGradient + heads.columns(.value, head).lowerBound
      for sequence in rows {
        let (weightSum, out) = (activations.weightSums.row(sequence)[head], dContext.row(sequence))
        for i in 0..<heads.size { values[i] += weightSum * out[i] }
      }
    }
    for sequence in rows {
      let place = sequences.rows(of: sequence)
      let (states, dStates) = (x[rows: place], gradients.states[rows: place])
      let (absorbed, dAbsorbed) = (
        byHead(activations.absorbedQueries, sequence), byHead(gradients.absorbedQueries, sequence)
      )
      let dAttended = byHead(gradients.attendedStates, sequence)
      let (dropped, dScores) = (
        scores(scratch, place.count), scores(scratch + heads.count * roundUp(place.count), place.count)
      )
      let p = probabilities(activations, sequence, place).view
      // attended = P~ X: dP~ = dAttended X^T.
      multiply(dAttended.view, by: states, .transposed, into: dScores)
      drop(p, sequence, dropout, into: dropped)
      weightsBackward(
        dScores, p: p, sequence, dContext: gradients.context.view.row(sequence), dropout,
        mask: scratch + 2 * heads.count * roundUp(place.count))
      // scores = absorbed X^T: dAbsorbed = dScores X.
      multiply(dScores.view, by: states, into: dAbsorbed)
      // attended = P~ X, scores = absorbed X^T: dX = P~^T dAttended + dScores^T absorbed.
      multiply(dropped.view, .transposed, by: dAttended.view, into: dStates)
      multiply(dScores.view, .transposed, by: absorbed.view, adding: true, into: dStates)
    }
    // absorbed = query Wk, query = (first Wq^T + bq) / sqrt(D)
    let (query, absorbedQueries) = (gradients.query[rows: rows], gradients.absorbedQueries.view[rows: rows])
    for head in 0..<heads.count {
      keys(head).forward(
        absorbedQueries[columns: heads.wideColumns(head)], scale: heads.scale, to: query[columns: heads.columns(head)])
    }
    addColumnSums(of: query.view, to: biasGradient)
    queries.backward(query.view, adding: true, to: gradients.first[rows: rows])
    // first = x at the first token
    for sequence in rows {
      let (row, d) = (gradients.states.row(sequences.offsets[sequence]), gradients.first.row(sequence))
      for i in 0..<channels { row[i] += d[i] }
    }
  }

  /// P~ = dropout(P), P = softmax(scores), of one sequence: from dP~ to dScores, in its place.
  private func weightsBackward(
    _ gradient: MutableMatrixView, p: MatrixView, _ sequence: Int, dContext: RowView, _ dropout: Dropout?,
    mask: UnsafeMutablePointer<Float>
  ) {
    let (length, stride) = (p.columns, roundUp(p.columns))
    for head in 0..<heads.count {
      let row = gradient.row(head).base
      // The value's bias reaches the context by the weights' sum.
      let shift = dot(dContext.base + heads.columns(head).lowerBound, values(head).bias, heads.size)
      for j in 0..<length { row[j] += shift }
      for j in length..<stride { row[j] = 0 }
      if let draw = dropout?.mask(.attention, sequence: sequence, layer: layer, part: head) {
        draw.fill(mask, firstGroup: 0, count: stride / 16)
        for j in 0..<stride { row[j] *= mask[j] }
      }
      softmaxBackward(row, p: p.row(head).base, count: length)
    }
  }

  /// Adds the weights' gradients in the rows of some heads, over B = `sequences`.
  package func addWeightGradients(
    heads part: Range<Int>, sequences: Int, _ activations: Activations, _ gradients: Gradients,
    to gradient: Dense.Gradient
  ) {
    let rows = 0..<sequences
    func add(_ side: AttentionHeads.Side, _ head: Int, dy: MatrixView, x: MatrixView) {
      let outputs = heads.columns(side, head)
      projections[outputs: outputs].addWeightGradient(
        dy: dy[rows: rows][columns: heads.columns(head)], x: x[rows: rows], to: gradient[outputs: outputs])
    }
    for head in part {
      let wide = heads.wideColumns(head)
      // query = first Wq^T; absorbed = query Wk; context = attended Wv^T
      add(.query, head, dy: gradients.query.view, x: activations.first.view)
      add(.key, head, dy: activations.query.view, x: gradients.absorbedQueries.view[columns: wide])
      add(.value, head, dy: gradients.context.view, x: activations.attendedStates.view[columns: wide])
    }
  }

  /// dropout(P), [H, L'], of which the padding is P's own: the masks of a full attention's first rows.
  private func drop(_ p: MatrixView, _ sequence: Int, _ dropout: Dropout?, into dropped: MutableMatrixView) {
    let stride = roundUp(p.columns)
    for head in 0..<heads.count {
      let (row, out) = (p.row(head).base, dropped.row(head).base)
      if let mask = dropout?.mask(.attention, sequence: sequence, layer: layer, part: head) {
        mask.fill(out, firstGroup: 0, count: stride / 16)
        for j in 0..<stride { out[j] *= row[j] }
      } else {
        out.update(from: row, count: stride)
      }
    }
  }
}

/// The sum of `count` numbers, a multiple of 16.
private func sum(_ row: UnsafePointer<Float>, _ count: Int) -> Float {
  var sum = Lanes.zero
  for j in stride(from: 0, to: count, by: 16) { sum += row.lanes(at: j) }
  return sum.laneSum
}

private func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float {
  var sum = Lanes.zero
  for j in stride(from: 0, to: count, by: 16) { sum += a.lanes(at: j, end: count) * b.lanes(at: j, end: count) }
  return sum.laneSum
}
