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
  let embedding: NormActivations
  /// x before the first layer, [T, C].
  let input: UnsafeMutablePointer<Float>
  /// Of every layer for inference; for training of those that are computed for all tokens: all, but for a classifier the
  /// last.
  let layers: [LayerActivations]
  /// The last layer at the first tokens, [B, ...].
  package let last: LastLayerActivations
  package let rows: Classifier.Rows
  /// [B, N].
  let dLogits: UnsafeMutablePointer<Float>
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
    var pool = Pool(model: model, capacity: capacity, training: purpose != .inference, counting: counting)
    let (c, heads) = (model.configuration.hiddenSize, model.configuration.heads)
    let isMasked = model.table.headKind == .maskedLanguageModel
    let t = capacity.tokens
    let (b, m) = isMasked ? (0, capacity.predictions) : (capacity.sequences, 0)
    input = pool.take(t * c)
    switch purpose {
    case .inference:
      let shared = pool.layer(rows: t, attention: 0, output: input)
      layers = [LayerActivations](repeating: shared, count: model.configuration.layers)
      embedding = shared.outputNorm
    case .training(let recomputing):
      embedding = pool.norm(rows: t)
      let attention = heads * capacity.attention
      let isShared = recomputing && model.configuration.layers > 1
      // Each layer has an output of its own in place of the one named here.
      let shared = isShared ? pool.layer(rows: t, attention: attention, output: input) : nil
      layers = (0..<model.configuration.layers - (isMasked ? 0 : 1)).map { _ in
        shared?.with(output: pool.take(t * c)) ?? pool.layer(rows: t, attention: attention)
      }
    }
    let outputs = model.table.outputs ?? 1
    let isTraining = purpose != .inference
    rows = Classifier.Rows(
      first: pool.take(b * c), pooled: pool.take(b * c), features: pool.take(b * c), logits: pool.take(b * outputs),
      gradient: pool.take(b * c), dFirst: isTraining ? pool.take(b * c) : nil)
    last = LastLayerActivations(
      attention: FirstTokenAttention.Activations(
        first: pool.take(b * c), query: pool.take(b * c), absorbedQueries: pool.take(b * heads * c),
        probabilities: pool.take(heads * (t + 15 * b)), attendedStates: pool.take(b * heads * c),
        weightSums: pool.take(b * heads)),
      layer: pool.layer(rows: b, attention: nil, output: rows.first))
    dLogits = pool.take(b * outputs)
    predictions = pool.predictions(rows: m)
    gradients = isTraining ? pool.gradients() : nil
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

  mutating func norm(rows: Int) -> NormActivations {
    NormActivations(normalised: take(rows * c), scales: take(rows))
  }

  /// - Parameter attention: how many attention weights are kept; nil for the part of a layer behind attention.
  mutating func layer(
    rows: Int, attention: Int?, output: UnsafeMutablePointer<Float>? = nil
  ) -> LayerActivations {
    LayerActivations(
      qkv: take(attention == nil ? 0 : rows * 3 * c),
      probabilities: attention.flatMap { $0 > 0 ? take($0) : nil }, context: take(rows * c),
      attentionNorm: norm(rows: rows), middle: take(rows * c), activated: take(rows * f),
      slope: training ? take(rows * f) : nil, outputNorm: norm(rows: rows), output: output ?? take(rows * c))
  }

  mutating func predictions(rows: Int) -> PredictionHead.Rows {
    PredictionHead.Rows(
      x: take(rows * c), slope: training ? take(rows * c) : nil, norm: norm(rows: rows), output: take(rows * c),
      logits: take(rows * model.configuration.vocabularySize), gradient: training ? take(rows * c) : nil,
      dx: training ? take(rows * c) : nil)
  }

  mutating func gradients() -> GradientBuffers {
    let (t, b, heads) = (capacity.tokens, capacity.sequences, model.configuration.heads)
    return GradientBuffers(
      stream: take(t * c), branch: take(t * c), intermediate: take(t * max(c, f)), qkv: take(t * 3 * c),
      last: FirstTokenAttention.Gradients(
        query: take(b * c), absorbedQueries: take(b * heads * c), attendedStates: take(b * heads * c)))
  }

  mutating func thread(_ index: Int) -> ThreadMemory {
    let scratch = max(
      model.attention.scratchCount(longest: capacity.longest),
      model.firstTokenAttention.scratchCount(longest: capacity.longest))
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

/// What a LayerNorm leaves for its backward pass.
struct NormActivations {
  /// xhat, [T, C].
  let normalised: UnsafeMutablePointer<Float>
  /// 1 / sqrt(variance + epsilon), [T].
  let scales: UnsafeMutablePointer<Float>
}

/// What a layer's forward pass leaves.
struct LayerActivations {
  /// Query, key, value without biases, [T, 3 C].
  let qkv: UnsafeMutablePointer<Float>
  /// H matrices L x L' for each sequence; nil where none is kept.
  let probabilities: UnsafeMutablePointer<Float>?
  /// [T, C].
  let context: UnsafeMutablePointer<Float>
  let attentionNorm: NormActivations
  /// The attention sub-layer's result, [T, C].
  let middle: UnsafeMutablePointer<Float>
  /// f(u), [T, F].
  let activated: UnsafeMutablePointer<Float>
  /// f'(u), [T, F].
  let slope: UnsafeMutablePointer<Float>?
  let outputNorm: NormActivations
  /// [T, C].
  let output: UnsafeMutablePointer<Float>

  /// The same buffers but for the output.
  func with(output: UnsafeMutablePointer<Float>) -> LayerActivations {
    LayerActivations(
      qkv: qkv, probabilities: probabilities, context: context, attentionNorm: attentionNorm, middle: middle,
      activated: activated, slope: slope, outputNorm: outputNorm, output: output)
  }
}

/// What the last layer's forward pass leaves when only first tokens are asked for.
package struct LastLayerActivations {
  package let attention: FirstTokenAttention.Activations
  /// Everything behind attention, [B, ...].
  let layer: LayerActivations
}

/// Gradients on their way back.
package struct GradientBuffers {
  /// Of the residual stream, [T, C].
  let stream: UnsafeMutablePointer<Float>
  /// Of a branch beside it, [T, C].
  let branch: UnsafeMutablePointer<Float>
  /// [T, F], and later [T, C].
  let intermediate: UnsafeMutablePointer<Float>
  /// [T, 3 C].
  let qkv: UnsafeMutablePointer<Float>
  /// In the last layer, [B, ...].
  package let last: FirstTokenAttention.Gradients
}
