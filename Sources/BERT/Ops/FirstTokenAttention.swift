internal import LinearAlgebra
internal import Randomness

/// Self-attention of each sequence's first token alone: all that a classifier reads of the last layer.
///
/// One query a head meets L keys, so keys and values are never formed; the products are taken in the cheaper order:
///
///     scores = q (X Wk^T)^T = (q Wk) X^T        context = P (X Wv^T) = (P X) Wv^T
///
/// which is 4 H L C operations a sequence in place of 4 L C^2. The key's bias moves all scores of a head alike, which
/// softmax does not see: its gradient is 0. Letters as in ``Attention``; weights [3 C, C] and biases [3 C] of query, key
/// and value side by side.
package struct FirstTokenAttention {
  let heads: Int
  let headSize: Int

  private var channels: Int { heads * headSize }
  private var scale: Float { 1 / Float(headSize).squareRoot() }

  /// What the forward pass leaves.
  package struct Activations {
    /// X at the first tokens, [B, C].
    package let first: UnsafeMutablePointer<Float>
    /// q with its bias, scaled by 1 / sqrt(D), [B, C].
    package let query: UnsafeMutablePointer<Float>
    /// q Wk of each head, [B, H, C].
    package let absorbedQueries: UnsafeMutablePointer<Float>
    /// P of each sequence in turn, [H, L'].
    package let probabilities: UnsafeMutablePointer<Float>
    /// dropout(P) X of each head, [B, H, C].
    package let attendedStates: UnsafeMutablePointer<Float>
    /// The sum of each row of dropout(P), [B, H].
    package let weightSums: UnsafeMutablePointer<Float>
  }

  /// What the backward pass leaves for the weights' gradients.
  package struct Gradients {
    /// Of the query before bias and scale, [B, C].
    package let query: UnsafeMutablePointer<Float>
    /// [B, H, C].
    package let absorbedQueries: UnsafeMutablePointer<Float>
    /// [B, H, C].
    package let attendedStates: UnsafeMutablePointer<Float>
  }

  /// Numbers of scratch memory that sequences up to `longest` need.
  package func scratchCount(longest: Int) -> Int { 3 * heads * roundUp(longest) }

  /// Numbers of the P of all sequences before the one that begins at row `start`, at most: L' < L + 16.
  private func matrices(before sequence: Int, _ start: Int) -> Int { heads * (start + 15 * sequence) }

  /// Writes the context of each first token, [B, C], of `sequences`. x is [T, C].
  package func forward(
    _ sequences: Sequences, layer: Int, x: UnsafePointer<Float>, weight: UnsafePointer<Float>,
    bias: UnsafePointer<Float>, dropout: Dropout?, activations: Activations, scratch: UnsafeMutablePointer<Float>,
    context: UnsafeMutablePointer<Float>
  ) {
    let (rows, c) = (sequences.range, channels)
    for sequence in rows {
      (activations.first + sequence * c).update(from: x + sequences.offsets[sequence] * c, count: c)
    }
    Linear(inputs: c, outputs: c).forward(rows: rows, x: activations.first, weight: weight, y: activations.query)
    for sequence in rows {
      let query = activations.query + sequence * c
      for i in 0..<c { query[i] = (query[i] + bias[i]) * scale }
    }
    eachHead(rows) { head, column, matrix in
      multiply(
        rows: rows.count, columns: c, inner: headSize, activations.query + column, strideA: c,
        weight + (c + head * headSize) * c, strideB: c, into: activations.absorbedQueries + matrix, strideC: heads * c)
    }
    for sequence in rows {
      let place = sequences.rows(of: sequence)
      let stride = roundUp(place.count)
      let p = activations.probabilities + matrices(before: sequence, place.lowerBound)
      multiply(
        rows: heads, columns: place.count, inner: c, activations.absorbedQueries + sequence * heads * c, strideA: c,
        x + place.lowerBound * c, .transposed, strideB: c, into: p, strideC: stride)
      for head in 0..<heads { softmax(p + head * stride, count: place.count) }
      drop(p, place.count, sequence, layer, dropout, into: scratch)
      for head in 0..<heads { activations.weightSums[sequence * heads + head] = sum(scratch + head * stride, stride) }
      multiply(
        rows: heads, columns: c, inner: place.count, scratch, strideA: stride, x + place.lowerBound * c, strideB: c,
        into: activations.attendedStates + sequence * heads * c, strideC: c)
    }
    eachHead(rows) { head, column, matrix in
      multiply(
        rows: rows.count, columns: headSize, inner: c, activations.attendedStates + matrix, strideA: heads * c,
        weight + (2 * c + head * headSize) * c, .transposed, strideB: c, into: context + column, strideC: c)
      for sequence in rows {
        let weightSum = activations.weightSums[sequence * heads + head]
        let out = context + sequence * c + head * headSize
        for i in 0..<headSize { out[i] += weightSum * bias[2 * c + head * headSize + i] }
      }
    }
  }

  /// From dContext, [B, C], and what else flows back to the first tokens (`dFirst`, [B, C], added to) to dX, [T, C], in
  /// the rows of `sequences`; adds the biases' gradients.
  package func backward(
    _ sequences: Sequences, layer: Int, x: UnsafePointer<Float>, weight: UnsafePointer<Float>,
    bias: UnsafePointer<Float>, dropout: Dropout?, activations: Activations, dContext: UnsafePointer<Float>,
    dFirst: UnsafeMutablePointer<Float>, gradients: Gradients, scratch: UnsafeMutablePointer<Float>,
    biasGradient: UnsafeMutablePointer<Float>, dx: UnsafeMutablePointer<Float>
  ) {
    let (rows, c) = (sequences.range, channels)
    eachHead(rows) { head, column, matrix in
      multiply(
        rows: rows.count, columns: c, inner: headSize, dContext + column, strideA: c,
        weight + (2 * c + head * headSize) * c, strideB: c, into: gradients.attendedStates + matrix, strideC: heads * c)
      for sequence in rows {
        let weightSum = activations.weightSums[sequence * heads + head]
        let out = dContext + sequence * c + head * headSize
        for i in 0..<headSize { biasGradient[2 * c + head * headSize + i] += weightSum * out[i] }
      }
    }
    for sequence in rows {
      let place = sequences.rows(of: sequence)
      let stride = roundUp(place.count)
      let p = activations.probabilities + matrices(before: sequence, place.lowerBound)
      let (dropped, dScores, mask) = (scratch, scratch + heads * stride, scratch + 2 * heads * stride)
      let (absorbedQueries, attendedStates) = (
        activations.absorbedQueries + sequence * heads * c, gradients.attendedStates + sequence * heads * c
      )
      let (states, dStates) = (x + place.lowerBound * c, dx + place.lowerBound * c)
      multiply(
        rows: heads, columns: place.count, inner: c, attendedStates, strideA: c, states, .transposed, strideB: c,
        into: dScores, strideC: stride)
      drop(p, place.count, sequence, layer, dropout, into: dropped)
      for head in 0..<heads {
        let row = dScores + head * stride
        // The value's bias reaches the context by the weights' sum.
        let shift = dot(dContext + sequence * c + head * headSize, bias + 2 * c + head * headSize, headSize)
        for j in 0..<place.count { row[j] += shift }
        for j in place.count..<stride { row[j] = 0 }
        if let draw = dropout?.mask(.attention, sequence: sequence, layer: layer, part: head) {
          draw.fill(mask, firstGroup: 0, count: stride / 16)
          for j in 0..<stride { row[j] *= mask[j] }
        }
        softmaxBackward(row, p: p + head * stride, count: place.count)
      }
      multiply(
        rows: heads, columns: c, inner: place.count, dScores, strideA: stride, states, strideB: c,
        into: gradients.absorbedQueries + sequence * heads * c, strideC: c)
      multiply(
        rows: place.count, columns: c, inner: heads, dropped, .transposed, strideA: stride, attendedStates, strideB: c,
        into: dStates, strideC: c)
      multiply(
        rows: place.count, columns: c, inner: heads, dScores, .transposed, strideA: stride, absorbedQueries, strideB: c,
        beta: 1, into: dStates, strideC: c)
    }
    eachHead(rows) { head, column, matrix in
      multiply(
        rows: rows.count, columns: headSize, inner: c, alpha: scale, gradients.absorbedQueries + matrix,
        strideA: heads * c,
        weight + (c + head * headSize) * c, .transposed, strideB: c, into: gradients.query + column, strideC: c)
    }
    addColumnSums(rows: rows, columns: c, gradients.query, into: biasGradient)
    Linear(inputs: c, outputs: c).inputGradient(
      rows: rows, dy: gradients.query, weight: weight, adding: true, into: dFirst)
    for sequence in rows {
      let (row, d) = (dx + sequences.offsets[sequence] * c, dFirst + sequence * c)
      for i in 0..<c { row[i] += d[i] }
    }
  }

  /// Adds the weights' gradients in the rows of some heads, over B = `sequences`.
  package func addWeightGradients(
    heads part: Range<Int>, sequences: Int, activations: Activations, dContext: UnsafePointer<Float>,
    gradients: Gradients, into weightGradient: UnsafeMutablePointer<Float>
  ) {
    let c = channels
    func add(
      _ side: Int, _ head: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, strideB: Int
    ) {
      multiply(
        rows: headSize, columns: c, inner: sequences, a + head * headSize, .transposed, strideA: c, b, strideB: strideB,
        beta: 1, into: weightGradient + (side * c + head * headSize) * c, strideC: c)
    }
    for head in part {
      add(0, head, gradients.query, activations.first, strideB: c)
      add(1, head, activations.query, gradients.absorbedQueries + head * c, strideB: heads * c)
      add(2, head, dContext, activations.attendedStates + head * c, strideB: heads * c)
    }
  }

  /// Calls `body` with each head and its place in the first row of [B, C] and of [B, H, C] matrices.
  private func eachHead(_ rows: Range<Int>, _ body: (_ head: Int, _ column: Int, _ matrix: Int) -> Void) {
    for head in 0..<heads {
      body(head, rows.lowerBound * channels + head * headSize, (rows.lowerBound * heads + head) * channels)
    }
  }

  /// dropout(P), [H, L']: the masks of a full attention's first rows.
  private func drop(
    _ p: UnsafePointer<Float>, _ length: Int, _ sequence: Int, _ layer: Int, _ dropout: Dropout?,
    into dropped: UnsafeMutablePointer<Float>
  ) {
    let stride = roundUp(length)
    for head in 0..<heads {
      let (row, out) = (p + head * stride, dropped + head * stride)
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
