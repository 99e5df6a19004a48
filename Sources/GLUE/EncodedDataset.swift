public import BERT
internal import Randomness
public import Tokenization

/// A split's rows as token ids, ready to be packed into batches.
public struct EncodedDataset: Sendable {
  /// Token ids of each example.
  public let tokens: [[Int32]]
  /// Segment ids of each example.
  public let segments: [[UInt8]]
  /// The labels; nil where the file has none.
  public let labels: Labels?
  /// Whether each example was cut to the maximal length.
  let isCut: [Bool]

  /// How many examples there are.
  public var count: Int { tokens.count }
  /// How many examples were cut to the maximal length.
  public var truncated: Int { isCut.count { $0 } }
  /// How many tokens all examples have.
  public var tokenCount: Int { tokens.reduce(0) { $0 + $1.count } }

  /// Encodes examples with `[CLS]` and `[SEP]`, pairs as two segments.
  ///
  /// - Parameter maximumLength: tokens of an example at most, special tokens included; longer ones are cut, the longer
  ///   text of a pair first.
  /// - Throws: `TokenizationError` when the maximal length does not hold the special tokens.
  public init(
    _ examples: some Collection<Example>, tokenizer: WordPieceTokenizer, maximumLength: Int
  ) throws {
    var tokens: [[Int32]] = []
    var segments: [[UInt8]] = []
    var isCut: [Bool] = []
    for example in examples {
      let encoding = try tokenizer.encode(example.text, pair: example.pair, maxLength: maximumLength)
      // Only an example that fills the limit can have been cut; whether it was takes a second look.
      let isFull = encoding.ids.count == maximumLength
      isCut.append(try isFull && tokenizer.encode(example.text, pair: example.pair).ids.count > maximumLength)
      tokens.append(encoding.ids)
      segments.append(encoding.typeIDs)
    }
    self.tokens = tokens
    self.segments = segments
    self.isCut = isCut
    labels = Labels(of: examples)
  }

  /// Examples that are encoded already; one segment id for every token.
  public init(tokens: [[Int32]], segments: [[UInt8]], labels: Labels?) {
    self.init(tokens: tokens, segments: segments, labels: labels, isCut: tokens.map { _ in false })
  }

  private init(tokens: [[Int32]], segments: [[UInt8]], labels: Labels?, isCut: [Bool]) {
    self.tokens = tokens
    self.segments = segments
    self.labels = labels
    self.isCut = isCut
  }

  /// The examples at `indices`, in their order.
  public func selecting(_ indices: [Int]) -> EncodedDataset {
    EncodedDataset(
      tokens: indices.map { tokens[$0] }, segments: indices.map { segments[$0] }, labels: labels?.selecting(indices),
      isCut: indices.map { isCut[$0] })
  }

  /// A fixed sample without repetition, in the order of the file; all examples when there are no more than `count`.
  ///
  /// The sample depends on the seed and on the number of examples alone.
  public func sample(_ count: Int, seed: UInt64) -> EncodedDataset {
    guard count < self.count else { return self }
    var stream = RandomStream(Philox(seed: seed, purpose: .subset))
    return selecting(stream.permutation(of: self.count).prefix(count).sorted())
  }

  /// The examples at `indices` packed into one batch.
  public func batch(_ indices: some Collection<Int>) -> PackedBatch {
    var batch = PackedBatch()
    for index in indices { batch.append(tokens: tokens[index], segments: segments[index]) }
    return batch
  }

  /// All examples in order, packed into batches of `size`; the last may be smaller.
  public func batches(of size: Int) -> [PackedBatch] {
    stride(from: 0, to: count, by: size).map { batch($0..<min($0 + size, count)) }
  }
}
