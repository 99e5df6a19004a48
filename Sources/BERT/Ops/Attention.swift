internal import LinearAlgebra
internal import Randomness

/// Multi-head self-attention of packed sequences: P = softmax(Q K^T / sqrt(D)), context = dropout(P) V.
///
/// `qkv` is [T, 3 C], query, key and value side by side, still without their biases, which are added when a head is
/// unpacked. Letters: L a sequence's length, L' that rounded up to 16, D channels of a head, D' likewise, H heads.
package struct Attention {
  let heads: Int
  let headSize: Int

  private var channels: Int { heads * headSize }
  private var padded: Int { roundUp(headSize) }

  /// Numbers of scratch memory that sequences up to `longest` need.
  package func scratchCount(longest: Int) -> Int {
    5 * roundUp(longest) * padded + 3 * longest * roundUp(longest)
  }

  /// Writes the context, [T, C], in the rows of `sequences`, and every P, L x L' of each head of each of the batch's
  /// sequences in turn (`probabilities`; columns from L on are 0). Where that is nil, none is kept.
  package func forward(
    _ sequences: Sequences, layer: Int, qkv: UnsafePointer<Float>, bias: UnsafePointer<Float>, dropout: Dropout?,
    probabilities: UnsafeMutablePointer<Float>?, scratch: UnsafeMutablePointer<Float>,
    context: UnsafeMutablePointer<Float>, observe: AttentionObserver?
  ) {
    var next = probabilities.map { $0 + matrices(before: sequences) }
    for sequence in sequences.range {
      let place = sequences.rows(of: sequence)
      let length = place.count
      let stride = roundUp(length)
      let side = stride * padded
      let (query, key, value, out) = (scratch, scratch + side, scratch + 2 * side, scratch + 3 * side)
      let dropped = scratch + 4 * side
      let rows = qkv + place.lowerBound * 3 * channels
      for head in 0..<heads {
        let p = next ?? dropped + length * stride
        unpack(rows, length, .query, head, bias, scale: 1 / Float(headSize).squareRoot(), into: query)
        unpackTransposed(rows, length, .key, head, bias, into: key)
        unpack(rows, length, .value, head, bias, scale: 1, into: value)
        multiplySmall(
          rows: length, columns: stride, inner: headSize, query, rowStrideA: padded, innerStrideA: 1, key,
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
        pack(out, length, into: context + place.lowerBound * channels + head * headSize, stride: channels)
        next = next.map { $0 + length * stride }
      }
    }
  }

  /// Numbers of all P of the sequences before `sequences`.
  private func matrices(before sequences: Sequences) -> Int {
    heads
      * (0..<sequences.range.lowerBound).reduce(0) {
        $0 + sequences.rows(of: $1).count * roundUp(sequences.rows(of: $1).count)
      }
  }

  /// From dContext, [T, C], to dQKV, [T, 3 C], whose column sums are the gradient of the biases, in the rows of
  /// `sequences`.
  ///
  /// Per head, with P~ = dropout(P): dV = P~^T dO; dP = dropout(dO V^T); dS = P (dP - rowsum(dP P));
  /// dQ = dS K / sqrt(D); dK = dS^T Q / sqrt(D).
  package func backward(
    _ sequences: Sequences, layer: Int, qkv: UnsafePointer<Float>, bias: UnsafePointer<Float>, dropout: Dropout?,
    probabilities: UnsafePointer<Float>, dContext: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>,
    dqkv: UnsafeMutablePointer<Float>
  ) {
    let scale = 1 / Float(headSize).squareRoot()
    var next = probabilities + matrices(before: sequences)
    for sequence in sequences.range {
      let place = sequences.rows(of: sequence)
      let length = place.count
      let stride = roundUp(length)
      let side = stride * padded
      let square = length * stride
      let (query, key, value) = (scratch, scratch + side, scratch + 2 * side)
      let (dOut, result) = (scratch + 3 * side, scratch + 4 * side)
      let dScores = scratch + 5 * side
      let (mask, dropped) = (dScores + square, dScores + 2 * square)
      let rows = qkv + place.lowerBound * 3 * channels
      let dRows = dqkv + place.lowerBound * 3 * channels
      for head in 0..<heads {
        let p = next
        next += square
        unpack(rows, length, .query, head, bias, scale: scale, into: query)
        unpack(rows, length, .key, head, bias, scale: scale, into: key)
        unpackTransposed(rows, length, .value, head, bias, into: value)
        unpackPlain(
          dContext + place.lowerBound * channels + head * headSize, length, stride: channels, into: dOut)
        multiplySmall(
          rows: length, columns: stride, inner: headSize, dOut, rowStrideA: padded, innerStrideA: 1, value,
          strideB: stride, into: dScores, strideC: stride)
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
        multiplySmall(
          rows: length, columns: padded, inner: length, weights, rowStrideA: 1, innerStrideA: stride, dOut,
          strideB: padded, into: result, strideC: padded)
        pack(result, length, into: dRows + 2 * channels + head * headSize, stride: 3 * channels)
        for row in 0..<length { softmaxBackward(dScores + row * stride, p: p + row * stride, count: length) }
        multiplySmall(
          rows: length, columns: padded, inner: length, dScores, rowStrideA: stride, innerStrideA: 1, key,
          strideB: padded, into: result, strideC: padded)
        pack(result, length, into: dRows + head * headSize, stride: 3 * channels)
        multiplySmall(
          rows: length, columns: padded, inner: length, dScores, rowStrideA: 1, innerStrideA: stride, query,
          strideB: padded, into: result, strideC: padded)
        pack(result, length, into: dRows + channels + head * headSize, stride: 3 * channels)
      }
    }
  }

  private enum Side: Int {
    case query, key, value
  }

  /// One head of one side as [L, D'], bias added, then scaled; columns from D on are 0.
  private func unpack(
    _ rows: UnsafePointer<Float>, _ length: Int, _ side: Side, _ head: Int, _ bias: UnsafePointer<Float>, scale: Float,
    into out: UnsafeMutablePointer<Float>
  ) {
    let column = side.rawValue * channels + head * headSize
    for d in Swift.stride(from: 0, to: headSize, by: 16) {
      let b = bias.lanes(at: column + d, end: column + headSize)
      for i in 0..<length {
        let start = i * 3 * channels + column
        out.store((rows.lanes(at: start + d, end: start + headSize) + b) * scale, at: i * padded + d)
      }
    }
  }

  /// One head of one side transposed, [D, L'], bias added; columns from L on are 0.
  private func unpackTransposed(
    _ rows: UnsafePointer<Float>, _ length: Int, _ side: Side, _ head: Int, _ bias: UnsafePointer<Float>,
    into out: UnsafeMutablePointer<Float>
  ) {
    let column = side.rawValue * channels + head * headSize
    let stride = roundUp(length)
    for d in 0..<headSize {
      let b = bias[column + d]
      let source = rows + column + d
      let target = out + d * stride
      for i in 0..<length { target[i] = source[i * 3 * channels] + b }
      for i in length..<stride { target[i] = 0 }
    }
  }

  /// [L, D] at `stride` as [L, D']; columns from D on are 0.
  private func unpackPlain(
    _ rows: UnsafePointer<Float>, _ length: Int, stride: Int, into out: UnsafeMutablePointer<Float>
  ) {
    for i in 0..<length {
      for d in Swift.stride(from: 0, to: headSize, by: 16) {
        out.store(rows.lanes(at: i * stride + d, end: i * stride + headSize), at: i * padded + d)
      }
    }
  }

  /// [L, D'] back to [L, D] at `stride`.
  private func pack(
    _ head: UnsafePointer<Float>, _ length: Int, into out: UnsafeMutablePointer<Float>, stride: Int
  ) {
    for i in 0..<length {
      for d in Swift.stride(from: 0, to: headSize, by: 16) {
        out.store(head.lanes(at: i * padded + d), at: i * stride + d, end: i * stride + headSize)
      }
    }
  }
}

/// The attention rows of one head in one sequence: for each query its weights over the sequence's own keys.
public struct AttentionRows {
  /// The layer, from 0.
  public let layer: Int
  /// The sequence in its batch.
  public let sequence: Int
  /// The head, from 0.
  public let head: Int
  /// L: queries and keys.
  public let length: Int
  /// Numbers from row to row, >= L.
  public let stride: Int
  /// The first row; valid only while the observer runs.
  public let first: UnsafePointer<Float>
}

/// Sees attention rows as they are made.
public typealias AttentionObserver = (AttentionRows) -> Void
