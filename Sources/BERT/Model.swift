internal import LinearAlgebra

/// A BERT encoder with an optional task head: post-LayerNorm (Devlin et al. 2019), as Hugging Face's
/// BertForSequenceClassification computes it.
///
/// Letters: B sequences, T tokens of a batch, L tokens of a sequence, C channels, H heads, D channels of a head,
/// F intermediate channels, V vocabulary, N outputs of the head.
public struct BERTModel: Sendable {
  /// The model's shape.
  public let configuration: BERTConfiguration
  /// Where its parameters lie in a flat vector.
  public let table: ParameterTable

  /// A model with a head of `outputs` numbers, or without a head.
  public init(_ configuration: BERTConfiguration, outputs: Int?) {
    self.configuration = configuration
    table = ParameterTable(configuration, outputs: outputs)
  }

  /// Who watches a forward pass.
  public struct Observer {
    /// Gets (l, hidden states, [T, C]): l = 0 the embeddings, l = 1 ... the layers' outputs. The memory is valid during
    /// the call.
    public var hiddenState: ((Int, UnsafeBufferPointer<Float>) -> Void)?
    /// Gets the attention rows of each head.
    public var attention: AttentionObserver?

    /// An observer of either or both.
    public init(
      hiddenState: ((Int, UnsafeBufferPointer<Float>) -> Void)? = nil, attention: AttentionObserver? = nil
    ) {
      self.hiddenState = hiddenState
      self.attention = attention
    }
  }

  package var norm: LayerNorm { LayerNorm(channels: configuration.hiddenSize, epsilon: configuration.layerNormEpsilon) }
  package var attention: Attention { Attention(heads: configuration.heads, headSize: configuration.headSize) }
  package var classifier: Classifier { Classifier(channels: configuration.hiddenSize, outputs: table.outputs) }
  package var activation: FeedForwardActivation {
    FeedForwardActivation(kind: configuration.activation, columns: configuration.intermediateSize)
  }

  package func masks(_ dropout: Dropout?, _ place: Dropout.Place, layer: Int = 0, _ workspace: Workspace) -> RowMasks? {
    dropout.map {
      RowMasks(
        dropout: $0, place: place, layer: layer, columns: configuration.hiddenSize, multipliers: workspace.multipliers)
    }
  }

  /// Computes the logits of a batch.
  ///
  /// - Parameters:
  ///   - batch: must fit the workspace and the model (``PackedBatch/validate(for:)``).
  ///   - parameters: the flat vector.
  ///   - dropout: the step's dropout; nil for evaluation.
  /// - Returns: the logits, [B, N], in the workspace's memory: valid until its next use. Empty without a head.
  @discardableResult
  public func forward(
    _ batch: PackedBatch, parameters: UnsafePointer<Float>, workspace: Workspace, dropout: Dropout? = nil,
    observer: Observer = Observer()
  ) -> UnsafeBufferPointer<Float> {
    let shape = batch.shape
    precondition(workspace.capacity.holds(shape), "the batch is larger than the workspace")
    let places = table.offsets
    let states = shape.tokens * configuration.hiddenSize
    Embedding(norm: norm).forward(
      batch, parameters: parameters, offsets: places, masks: masks(dropout, .embeddings, workspace),
      normalised: workspace.embedding.normalised, scales: workspace.embedding.scales, x: workspace.input)
    observer.hiddenState?(0, UnsafeBufferPointer(start: workspace.input, count: states))
    var x = workspace.input
    for layer in 0..<configuration.layers {
      forwardLayer(layer, batch.offsets, x: x, parameters, workspace, dropout, observer.attention)
      x = workspace.layers[layer].output
      observer.hiddenState?(layer + 1, UnsafeBufferPointer(start: x, count: states))
    }
    classifier.forward(
      offsets: batch.offsets, x: x, parameters: parameters, places: places,
      masks: masks(dropout, .classifier, workspace), rows: workspace.rows)
    return UnsafeBufferPointer(start: workspace.rows.logits, count: shape.sequences * (table.outputs ?? 0))
  }

  private func forwardLayer(
    _ index: Int, _ offsets: [Int], x: UnsafePointer<Float>, _ parameters: UnsafePointer<Float>,
    _ workspace: Workspace, _ dropout: Dropout?, _ observe: AttentionObserver?
  ) {
    let rows = offsets[offsets.count - 1]
    let (c, f) = (configuration.hiddenSize, configuration.intermediateSize)
    let places = table.offsets.layers[index]
    let buffers = workspace.layers[index]

    Linear(inputs: c, outputs: 3 * c).forward(
      rows: rows, x: x, weight: parameters + places.attentionWeight, y: buffers.qkv)
    attention.forward(
      offsets: offsets, layer: index, qkv: buffers.qkv, bias: parameters + places.attentionBias, dropout: dropout,
      keepingProbabilities: workspace.training, probabilities: buffers.probabilities,
      scratch: workspace.attentionScratch, context: buffers.context, observe: observe)
    Linear(inputs: c, outputs: c).forward(
      rows: rows, x: buffers.context, weight: parameters + places.output.weight, y: buffers.attentionNorm.normalised)
    ResidualNorm(norm: norm).forward(
      offsets: offsets, a: buffers.attentionNorm.normalised, bias: parameters + places.output.bias, residual: x,
      normWeight: parameters + places.outputNorm.weight, normBias: parameters + places.outputNorm.bias,
      masks: masks(dropout, .attentionOutput, layer: index, workspace), scales: buffers.attentionNorm.scales,
      y: buffers.middle)

    Linear(inputs: c, outputs: f).forward(
      rows: rows, x: buffers.middle, weight: parameters + places.up.weight, y: buffers.activated)
    activation.forward(rows: rows, u: buffers.activated, bias: parameters + places.up.bias, slope: buffers.slope)
    Linear(inputs: f, outputs: c).forward(
      rows: rows, x: buffers.activated, weight: parameters + places.down.weight, y: buffers.outputNorm.normalised)
    ResidualNorm(norm: norm).forward(
      offsets: offsets, a: buffers.outputNorm.normalised, bias: parameters + places.down.bias,
      residual: buffers.middle, normWeight: parameters + places.downNorm.weight,
      normBias: parameters + places.downNorm.bias, masks: masks(dropout, .output, layer: index, workspace),
      scales: buffers.outputNorm.scales, y: buffers.output)
  }
}
