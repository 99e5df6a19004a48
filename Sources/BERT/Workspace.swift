internal import LinearAlgebra

/// The memory of forward and backward passes, sized once for the largest batch.
///
/// For inference all layers use the same buffers, and a layer's output replaces its input; for training each layer has
/// its own, which the backward pass reads.
public final class Workspace {
  /// The largest batch that fits.
  public let capacity: BatchShape
  /// Whether a backward pass may follow.
  public let training: Bool
  /// Bytes that a batch of this capacity touches.
  public let bytes: Int

  let embedding: NormActivations
  /// x before the first layer, [T, C].
  let input: UnsafeMutablePointer<Float>
  let layers: [LayerActivations]
  package let rows: Classifier.Rows
  /// [B, N].
  let dLogits: UnsafeMutablePointer<Float>
  /// One row of dropout multipliers.
  let multipliers: UnsafeMutablePointer<Float>
  let attentionScratch: UnsafeMutablePointer<Float>
  /// Only for training.
  let gradients: GradientBuffers?
  private let memory: [AlignedBuffer<Float>]

  /// Takes memory for batches up to `capacity`.
  public init(_ model: BERTModel, capacity: BatchShape, training: Bool) {
    let configuration = model.configuration
    let (t, b) = (capacity.tokens, capacity.sequences)
    let (c, f) = (configuration.hiddenSize, configuration.intermediateSize)
    let heads = configuration.heads
    var pool = Pool()
    self.capacity = capacity
    self.training = training
    input = pool.take(t * c)
    func layer(output: UnsafeMutablePointer<Float>?) -> LayerActivations {
      LayerActivations(
        qkv: pool.take(t * 3 * c),
        probabilities: pool.take(training ? heads * capacity.attention : capacity.longest * roundUp(capacity.longest)),
        context: pool.take(t * c),
        attentionNorm: NormActivations(normalised: pool.take(t * c), scales: pool.take(t)),
        middle: pool.take(t * c), activated: pool.take(t * f), slope: training ? pool.take(t * f) : nil,
        outputNorm: NormActivations(normalised: pool.take(t * c), scales: pool.take(t)),
        output: output ?? pool.take(t * c))
    }
    if training {
      layers = (0..<configuration.layers).map { _ in layer(output: nil) }
      embedding = NormActivations(normalised: pool.take(t * c), scales: pool.take(t))
      gradients = GradientBuffers(
        stream: pool.take(t * c), branch: pool.take(t * c), intermediate: pool.take(t * max(c, f)),
        qkv: pool.take(t * 3 * c))
    } else {
      let shared = layer(output: input)
      layers = [LayerActivations](repeating: shared, count: configuration.layers)
      embedding = shared.outputNorm
      gradients = nil
    }
    let outputs = model.table.outputs ?? 1
    rows = Classifier.Rows(
      first: pool.take(b * c), pooled: pool.take(b * c), features: pool.take(b * c), logits: pool.take(b * outputs),
      gradient: pool.take(b * c))
    dLogits = pool.take(b * outputs)
    multipliers = pool.take(roundUp(c))
    attentionScratch = pool.take(
      Attention(heads: heads, headSize: configuration.headSize)
        .scratchCount(longest: capacity.longest, training: training))
    memory = pool.buffers
    bytes = pool.buffers.reduce(0) { $0 + $1.count * MemoryLayout<Float>.size }
  }
}

/// Hands out buffers and keeps them.
private struct Pool {
  var buffers: [AlignedBuffer<Float>] = []

  mutating func take(_ count: Int) -> UnsafeMutablePointer<Float> {
    let buffer = AlignedBuffer<Float>(count: count)
    buffers.append(buffer)
    return buffer.pointer
  }
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
  /// H matrices L x L' for each sequence; for inference one matrix.
  let probabilities: UnsafeMutablePointer<Float>
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
}

/// Gradients on their way back.
struct GradientBuffers {
  /// Of the residual stream, [T, C].
  let stream: UnsafeMutablePointer<Float>
  /// Of a branch beside it, [T, C].
  let branch: UnsafeMutablePointer<Float>
  /// [T, F].
  let intermediate: UnsafeMutablePointer<Float>
  /// [T, 3 C].
  let qkv: UnsafeMutablePointer<Float>
}
