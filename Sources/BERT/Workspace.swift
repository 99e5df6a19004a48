public import LinearAlgebra

/// The memory of forward and backward passes, sized once for the largest batch, and the threads that work in it.
///
/// For inference all layers use the same buffers, and a layer's output replaces its input; for training each layer has
/// its own, which the backward pass reads, or, with recomputation, only its own output.
public final class Workspace {
  /// The largest batch that fits.
  public let capacity: BatchShape
  /// What passes it serves.
  public let purpose: Purpose
  /// Who works in it.
  public let team: ThreadTeam
  /// Where the time of passes is noted by kind of work; nil: nowhere.
  public var clock: WorkClock?
  /// Bytes that a batch of this capacity touches.
  public let bytes: Int

  /// What a workspace serves.
  public enum Purpose: Sendable, Hashable {
    /// Forward passes alone.
    case inference
    /// Forward and backward passes. With `recomputing` the backward pass computes a layer's inner activations again
    /// instead of having kept them: the same bits for a third more operations and a fraction of the memory.
    case training(recomputing: Bool)
  }

  private let shape: Shape
  let embedding: LayerNorm.Activations
  /// x before the first layer, [T, C].
  let input: MutableMatrixView
  /// Of every layer for inference; for training of those that are computed for all tokens: all, but for a classifier the
  /// last.
  let layers: [LayerActivations]
  /// The last layer at the first tokens, [B, ...].
  package let last: FirstTokenActivations
  package let rows: Classifier.Rows
  /// [B, N].
  let dLogits: MutableMatrixView
  /// Of a masked language model, [M, ...]; it has none of the rows above.
  package let predictions: PredictionHead.Rows
  /// Only for training.
  package let gradients: GradientBuffers?
  let threads: [ThreadMemory]
  private let memory: [AlignedBuffer<Float>]

  /// Takes memory for batches up to `capacity`.
  public convenience init(_ model: BERTModel, capacity: BatchShape, purpose: Purpose, team: ThreadTeam = .single) {
    self.init(model, capacity: capacity, purpose: purpose, team: team, threads: team.count, counting: false)
  }

  /// The ``bytes`` of a workspace that is not made.
  public static func bytes(_ model: BERTModel, capacity: BatchShape, purpose: Purpose, threads: Int) -> Int {
    Workspace(model, capacity: capacity, purpose: purpose, team: .single, threads: threads, counting: true).bytes
  }

  /// What of a model decides how large each buffer is.
  private struct Shape: Equatable {
    let channels, heads, layers, intermediate, vocabulary, parameters: Int
    let head: Head?

    init(_ model: BERTModel) {
      let configuration = model.configuration
      (channels, heads, layers) = (configuration.hiddenSize, configuration.heads, configuration.layers)
      (intermediate, vocabulary) = (configuration.intermediateSize, configuration.vocabularySize)
      (parameters, head) = (model.table.count, model.table.headKind)
    }
  }

  /// Whether its buffers are those of such a model: of its shape and head.
  public func serves(_ model: BERTModel) -> Bool { shape == Shape(model) }

  private init(
    _ model: BERTModel, capacity: BatchShape, purpose: Purpose, team: ThreadTeam, threads count: Int, counting: Bool
  ) {
    shape = Shape(model)
    self.capacity = capacity
    self.purpose = purpose
    self.team = team
    let isTraining = purpose != .inference
    var pool = Pool(model: model, capacity: capacity, training: isTraining, counting: counting)
    let (c, heads) = (model.configuration.hiddenSize, model.configuration.heads)
    let isMasked = model.table.headKind == .maskedLanguageModel
    let t = capacity.tokens
    let (b, m) = isMasked ? (0, capacity.predictions) : (capacity.sequences, 0)
    input = pool.matrix(t, c)
    switch purpose {
    case .inference:
      let shared = pool.layer(rows: t, attention: 0, output: input)
      layers = [LayerActivations](repeating: shared, count: model.configuration.layers)
      embedding = shared.tail.outputNorm
    case .training(let recomputing):
      embedding = pool.norm(rows: t)
      let attention = heads * capacity.attention
      let isShared = recomputing && model.configuration.layers > 1
      // Each layer has an output of its own in place of the one named here.
      let shared = isShared ? pool.layer(rows: t, attention: attention, output: input) : nil
      layers = (0..<model.configuration.layers - (isMasked ? 0 : 1)).map { _ in
        shared?.with(output: pool.matrix(t, c)) ?? pool.layer(rows: t, attention: attention)
      }
    }
    let outputs = model.table.outputs ?? 1
    rows = Classifier.Rows(
      first: pool.matrix(b, c), pooled: pool.matrix(b, c), features: pool.matrix(b, c),
      logits: pool.matrix(b, outputs), gradient: pool.matrix(b, c), dFirst: isTraining ? pool.matrix(b, c) : nil)
    let tail = pool.tail(rows: b, output: rows.first)
    last = FirstTokenActivations(
      attention: FirstTokenAttention.Activations(
        first: pool.matrix(b, c), query: pool.matrix(b, c), absorbedQueries: pool.matrix(b, heads * c),
        probabilities: pool.take(heads * (t + 15 * b)), attendedStates: pool.matrix(b, heads * c),
        weightSums: pool.matrix(b, heads), context: tail.context),
      tail: tail)
    dLogits = pool.matrix(b, outputs)
    predictions = pool.predictions(rows: m)
    gradients = rows.dFirst.map { pool.gradients(first: $0) }
    threads = (0..<count).map { pool.thread($0) }
    memory = pool.buffers
    bytes = pool.bytes
  }
}

/// Hands out buffers and keeps them.
private struct Pool {
  let model: BERTModel
  let capacity: BatchShape
  let training: Bool
  /// Whether buffers are only counted.
  let counting: Bool
  var buffers: [AlignedBuffer<Float>] = []
  var bytes = 0

  private var c: Int { model.configuration.hiddenSize }
  private var f: Int { model.configuration.intermediateSize }

  init(model: BERTModel, capacity: BatchShape, training: Bool, counting: Bool) {
    (self.model, self.capacity, self.training, self.counting) = (model, capacity, training, counting)
  }

  /// - Parameter touched: how many of the numbers a full batch touches.
  mutating func take(_ count: Int, touched: Int? = nil) -> UnsafeMutablePointer<Float> {
    let buffer = AlignedBuffer<Float>(count: counting ? 0 : count)
    buffers.append(buffer)
    bytes += (touched ?? count) * MemoryLayout<Float>.size
    return buffer.pointer
  }

  mutating func matrix(_ rows: Int, _ columns: Int) -> MutableMatrixView {
    MutableMatrixView(take(rows * columns), rows: rows, columns: columns)
  }

  mutating func norm(rows: Int) -> LayerNorm.Activations {
    LayerNorm.Activations(normalised: matrix(rows, c), scales: take(rows))
  }

  /// - Parameter attention: how many attention weights are kept.
  mutating func layer(rows: Int, attention: Int, output: MutableMatrixView? = nil) -> LayerActivations {
    let tail = tail(rows: rows, output: output)
    return LayerActivations(
      attention: Attention.Activations(
        qkv: matrix(rows, 3 * c), probabilities: attention > 0 ? take(attention) : nil, context: tail.context),
      tail: tail)
  }

  mutating func tail(rows: Int, output: MutableMatrixView? = nil) -> TailActivations {
    TailActivations(
      context: matrix(rows, c), attentionNorm: norm(rows: rows), middle: matrix(rows, c), activated: matrix(rows, f),
      slope: training ? matrix(rows, f) : nil, outputNorm: norm(rows: rows), output: output ?? matrix(rows, c))
  }

  mutating func predictions(rows: Int) -> PredictionHead.Rows {
    PredictionHead.Rows(
      x: matrix(rows, c), slope: training ? matrix(rows, c) : nil, norm: norm(rows: rows), output: matrix(rows, c),
      logits: matrix(rows, model.configuration.vocabularySize), gradient: training ? matrix(rows, c) : nil,
      dx: training ? matrix(rows, c) : nil)
  }

  /// - Parameter first: the gradient at the first tokens, [B, C].
  mutating func gradients(first: MutableMatrixView) -> GradientBuffers {
    let (t, b, heads) = (capacity.tokens, capacity.sequences, model.configuration.heads)
    let (stream, intermediate) = (matrix(t, c), take(t * max(c, f)))
    let context = MutableMatrixView(intermediate, rows: t, columns: c)
    return GradientBuffers(
      stream: stream, branch: matrix(t, c), intermediate: MutableMatrixView(intermediate, rows: t, columns: f),
      context: context, qkv: matrix(t, 3 * c),
      last: FirstTokenAttention.Gradients(
        context: context, first: first, states: stream, query: matrix(b, c), absorbedQueries: matrix(b, heads * c),
        attendedStates: matrix(b, heads * c)))
  }

  mutating func thread(_ index: Int) -> ThreadMemory {
    let heads = model.configuration.attentionHeads
    let scratch = max(
      Attention.scratchCount(heads, longest: capacity.longest),
      FirstTokenAttention.scratchCount(heads, longest: capacity.longest))
    return ThreadMemory(
      multipliers: take(roundUp(c)), scratch: take(scratch),
      partialSums: training && index > 0 ? take(model.table.count, touched: 0) : nil)
  }
}

/// What belongs to one thread.
struct ThreadMemory {
  /// One row of dropout multipliers.
  let multipliers: UnsafeMutablePointer<Float>
  /// For attention.
  let scratch: UnsafeMutablePointer<Float>
  /// As the flat vector, for the gradients of biases and norms, which sum over the rows of all threads; nil for the first
  /// thread, which adds to the gradient itself. Only the pages of biases and norms ever become real.
  let partialSums: UnsafeMutablePointer<Float>?
}

/// What an ``EncoderLayer`` leaves.
struct LayerActivations {
  let attention: Attention.Activations
  let tail: TailActivations

  /// The same buffers but for the output.
  func with(output: MutableMatrixView) -> LayerActivations {
    LayerActivations(attention: attention, tail: tail.with(output: output))
  }
}

/// What a ``FirstTokenLayer`` leaves, [B, ...].
package struct FirstTokenActivations {
  package let attention: FirstTokenAttention.Activations
  let tail: TailActivations
}

/// What a ``LayerTail`` reads and leaves, [T, ...] or [B, ...].
struct TailActivations {
  /// [T, C].
  let context: MutableMatrixView
  /// Of `projected` with x, [T, C].
  let attentionNorm: LayerNorm.Activations
  /// The attention sub-layer's result, [T, C].
  let middle: MutableMatrixView
  /// f(u), [T, F].
  let activated: MutableMatrixView
  /// f'(u), [T, F]; nil where no backward pass follows.
  let slope: MutableMatrixView?
  /// Of v with middle, [T, C].
  let outputNorm: LayerNorm.Activations
  /// [T, C].
  let output: MutableMatrixView

  func with(output: MutableMatrixView) -> TailActivations {
    TailActivations(
      context: context, attentionNorm: attentionNorm, middle: middle, activated: activated, slope: slope,
      outputNorm: outputNorm, output: output)
  }
}

/// Gradients on their way back.
package struct GradientBuffers {
  /// Of the residual stream, [T, C].
  let stream: MutableMatrixView
  /// Of a branch beside it, [T, C].
  let branch: MutableMatrixView
  /// Of a layer's activated and of u, [T, F].
  let intermediate: MutableMatrixView
  /// Of the context, [T, C]: in the memory of `intermediate`, which is done with by then.
  let context: MutableMatrixView
  /// [T, 3 C].
  let qkv: MutableMatrixView
  /// Of the last layer at first tokens.
  package let last: FirstTokenAttention.Gradients
}
