/// The one list of a model's parameters: names, shapes, places in the flat vector, layer groups, weight decay.
///
/// The flat vector holds the encoder (embeddings, layers, pooler: theta) and, at its end, the head. Matrices are
/// [outputs, inputs], row-major, as Hugging Face stores them. Query, key and value lie side by side, so that one
/// matrix product serves all three. A masked language model decodes with its word embedding, which stands here once.
public struct ParameterTable: Sendable {
  /// A layer group: where in the model a parameter belongs.
  public enum Group: Sendable, Hashable {
    case embeddings
    case layer(Int)
    case pooler
    case head
  }

  /// One tensor.
  public struct Entry: Sendable {
    /// The name in a Hugging Face BertModel; a head's tensor has its full name.
    public let name: String
    /// The shape, outermost first.
    public let shape: [Int]
    /// Where it lies in the flat vector.
    public let range: Range<Int>
    /// The part of the model it belongs to.
    public let group: Group

    /// Whether it is a vector: a bias, or a part of a LayerNorm. All others are matrices.
    public var isVector: Bool { shape.count == 1 }
    /// Whether weight decay applies: to matrices, not to vectors.
    public var decays: Bool { !isVector }
  }

  /// The tensors in the order of the flat vector, without gaps.
  public let entries: [Entry]
  /// Where the parts that kernels need begin.
  package let offsets: Offsets
  /// Rows of the word embedding.
  let vocabulary: Int
  /// What head it has; nil for a table without one.
  public let headKind: Head?
  /// The places of the encoder's parameters, theta.
  public let encoder: Range<Int>
  /// The places of the head's parameters; empty without a head.
  public let head: Range<Int>

  /// Whether the model has more than ``greatestCount`` parameters; the table is then of no use. A configuration that was
  /// read has none of this size.
  let isTooLarge: Bool
  /// 2^56: the bytes of some vectors of so many numbers can still be counted.
  static let greatestCount = 1 << 56

  /// How many numbers a classifier gives for an example; nil for a table without one.
  public var outputs: Int? {
    if case .classifier(let outputs) = headKind { outputs } else { nil }
  }

  /// The places of a group's parameters; the pooler's and the layers' are contiguous, as all are.
  func range(of group: Group) -> Range<Int> {
    let entries = entries.filter { $0.group == group }
    guard let first = entries.first, let last = entries.last else { return head.upperBound..<head.upperBound }
    return first.range.lowerBound..<last.range.upperBound
  }

  /// The word embedding's rows, one per token id, as places of the flat vector.
  var words: Range<Int> { offsets.words..<offsets.positions }

  /// The row of a token id.
  func row(_ token: Int) -> Range<Int> {
    let channels = words.count / vocabulary
    return words.lowerBound + token * channels..<words.lowerBound + (token + 1) * channels
  }

  /// The places that a forward pass over `batches` reads, ascending: of the word embedding its tokens' rows alone, of the
  /// positions those up to the longest sequence; everything behind.
  public func ranges(readBy batches: [PackedBatch]) -> [Range<Int>] {
    var isUsed = [Bool](repeating: false, count: vocabulary)
    var longest = 0
    for batch in batches {
      precondition(batch.limits.vocabularySize <= vocabulary, "the batch was checked for such a model")
      for token in batch.tokens { isUsed[Int(token)] = true }
      longest = max(longest, batch.lengths.max() ?? 0)
    }
    let channels = words.count / vocabulary
    var ranges: [Range<Int>] = []
    func add(_ range: Range<Int>) {
      if let last = ranges.last, last.upperBound == range.lowerBound {
        ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
      } else {
        ranges.append(range)
      }
    }
    for token in isUsed.indices where isUsed[token] { add(row(token)) }
    add(offsets.positions..<min(offsets.positions + longest * channels, offsets.segments))
    add(offsets.segments..<count)
    return ranges
  }

  /// How many numbers the flat vector has.
  public var count: Int { head.upperBound }

  /// The table of a model with a classifier of `outputs` numbers, or without a head.
  public init(_ configuration: BERTConfiguration, outputs: Int?) {
    self.init(configuration, head: outputs.map { .classifier(outputs: $0) })
  }

  /// The table of a model with a head, or without one (nil).
  public init(_ configuration: BERTConfiguration, head kind: Head?) {
    let c = configuration.hiddenSize
    let f = configuration.intermediateSize
    vocabulary = configuration.vocabularySize
    var builder = Builder()
    builder.group = .embeddings
    let words = builder.add("embeddings.word_embeddings.weight", [configuration.vocabularySize, c])
    let positions = builder.add("embeddings.position_embeddings.weight", [configuration.maximumPositions, c])
    let segments = builder.add("embeddings.token_type_embeddings.weight", [configuration.segmentTypes, c])
    let embeddingNorm = builder.addNorm("embeddings.LayerNorm", c)
    var layers: [LayerOffsets] = []
    for index in 0..<configuration.layers {
      builder.group = .layer(index)
      layers.append(builder.addLayer("encoder.layer.\(index).", channels: c, intermediate: f))
    }
    builder.group = .pooler
    let pooler = kind == .maskedLanguageModel ? nil : builder.addDense("pooler.dense", from: c, to: c)
    encoder = 0..<builder.count
    builder.group = .head
    var classifier: DenseOffsets?
    var predictions: PredictionOffsets?
    switch kind {
    case .classifier(let outputs): classifier = builder.addDense("classifier", from: c, to: outputs)
    case .maskedLanguageModel: predictions = builder.addPredictions(channels: c, vocabulary: vocabulary, words: words)
    case nil: break
    }
    head = encoder.upperBound..<builder.count
    headKind = kind
    entries = builder.entries
    isTooLarge = builder.isTooLarge
    offsets = Offsets(
      words: words, positions: positions, segments: segments, embeddingNorm: embeddingNorm, layers: layers,
      pooler: pooler, classifier: classifier, predictions: predictions)
  }
}

/// A dense layer in the flat vector: where its matrix, [outputs, inputs], and its bias, [outputs], begin.
struct DenseOffsets: Sendable {
  let weight: Int
  let bias: Int
  let inputs: Int
  let outputs: Int
}

/// A LayerNorm in the flat vector: where gamma and beta begin.
struct NormOffsets: Sendable {
  let weight: Int
  let bias: Int
}

/// Places of one layer's tensors in the flat vector.
struct LayerOffsets: Sendable {
  /// Query, key and value as one.
  let projections: DenseOffsets
  let output: DenseOffsets
  let outputNorm: NormOffsets
  let up: DenseOffsets
  let down: DenseOffsets
  let downNorm: NormOffsets
}

/// Places of a masked language model's head in the flat vector.
struct PredictionOffsets: Sendable {
  let transform: DenseOffsets
  let norm: NormOffsets
  /// The word embedding, with a bias for each word.
  let decoder: DenseOffsets
}

/// Places of the tensors in the flat vector.
package struct Offsets: Sendable {
  let words: Int
  let positions: Int
  let segments: Int
  let embeddingNorm: NormOffsets
  let layers: [LayerOffsets]
  /// Nil in a masked language model.
  let pooler: DenseOffsets?
  let classifier: DenseOffsets?
  let predictions: PredictionOffsets?
}

/// Adds entries one behind the other.
private struct Builder {
  var entries: [ParameterTable.Entry] = []
  var count = 0
  var group = ParameterTable.Group.embeddings
  var isTooLarge = false

  @discardableResult
  mutating func add(_ name: String, _ shape: [Int]) -> Int {
    let start = count
    var size = 1
    for dimension in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: dimension)
      size = overflow ? .max : product
    }
    if size <= ParameterTable.greatestCount - start { count += size } else { isTooLarge = true }
    entries.append(.init(name: name, shape: shape, range: start..<count, group: group))
    return start
  }

  mutating func addDense(_ name: String, from inputs: Int, to outputs: Int) -> DenseOffsets {
    DenseOffsets(
      weight: add(name + ".weight", [outputs, inputs]), bias: add(name + ".bias", [outputs]), inputs: inputs,
      outputs: outputs)
  }

  mutating func addNorm(_ name: String, _ size: Int) -> NormOffsets {
    NormOffsets(weight: add(name + ".weight", [size]), bias: add(name + ".bias", [size]))
  }

  mutating func addLayer(_ prefix: String, channels c: Int, intermediate f: Int) -> LayerOffsets {
    LayerOffsets(
      projections: addProjections(prefix + "attention.self.", channels: c),
      output: addDense(prefix + "attention.output.dense", from: c, to: c),
      outputNorm: addNorm(prefix + "attention.output.LayerNorm", c),
      up: addDense(prefix + "intermediate.dense", from: c, to: f),
      down: addDense(prefix + "output.dense", from: f, to: c), downNorm: addNorm(prefix + "output.LayerNorm", c))
  }

  /// Query, key and value side by side.
  private mutating func addProjections(_ prefix: String, channels c: Int) -> DenseOffsets {
    let sides = ["query", "key", "value"]
    let weights = sides.map { add(prefix + $0 + ".weight", [c, c]) }
    let biases = sides.map { add(prefix + $0 + ".bias", [c]) }
    return DenseOffsets(weight: weights[0], bias: biases[0], inputs: c, outputs: 3 * c)
  }

  mutating func addPredictions(channels: Int, vocabulary: Int, words: Int) -> PredictionOffsets {
    let prefix = "cls.predictions."
    return PredictionOffsets(
      transform: addDense(prefix + "transform.dense", from: channels, to: channels),
      norm: addNorm(prefix + "transform.LayerNorm", channels),
      decoder: DenseOffsets(
        weight: words, bias: add(prefix + "bias", [vocabulary]), inputs: channels, outputs: vocabulary))
  }
}
