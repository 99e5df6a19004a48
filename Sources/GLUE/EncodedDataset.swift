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
  /// How many examples were cut to the maximal length.
  public let truncated: Int

  /// How many examples there are.
  public var count: Int { tokens.count }
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
    var truncated = 0
    for example in examples {
      let encoding = try tokenizer.encode(example.text, pair: example.pair, maxLength: maximumLength)
      if encoding.ids.count == maximumLength {
        // Only an example that fills the limit can have been cut; whether it was takes a second look.
        let whole = try tokenizer.encode(example.text, pair: example.pair)
        if whole.ids.count > maximumLength { truncated += 1 }
      }
      tokens.append(encoding.ids)
      segments.append(encoding.typeIDs)
    }
    self.tokens = tokens
    self.segments = segments
    self.truncated = truncated
    labels = Labels(of: examples)
  }

  /// Examples that are encoded already; one segment id for every token.
  public init(tokens: [[Int32]], segments: [[UInt8]], labels: Labels?, truncated: Int = 0) {
    self.tokens = tokens
    self.segments = segments
    self.labels = labels
    self.truncated = truncated
  }

  /// The examples at `indices`, in their order. The number of cut examples stays that of the whole.
  public func selecting(_ indices: [Int]) -> EncodedDataset {
    EncodedDataset(
      tokens: indices.map { tokens[$0] }, segments: indices.map { segments[$0] }, labels: labels?.selecting(indices),
      truncated: truncated)
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
