public import BERT
internal import Randomness
public import Tokenization

/// A split's rows as token ids within the limits of a model, ready to be packed into batches.
public struct EncodedDataset: Sendable {
  /// Token and segment ids of each example.
  public let sequences: InputSequences
  /// The labels; nil if the file has none.
  public let labels: Labels?
  /// Whether each example was cut to the maximum length.
  let isCut: [Bool]

  /// The number of examples.
  public var count: Int { sequences.count }
  /// The number of examples that were cut to the maximum length.
  public var truncated: Int { isCut.count { $0 } }
  /// The number of tokens in all examples.
  public var tokenCount: Int { sequences.tokenCount }
  /// The number of tokens in each example.
  public var lengths: [Int] { sequences.lengths }

  /// Encodes examples with `[CLS]` and `[SEP]`, pairs as two segments.
  ///
  /// - Parameters:
  ///   - maximumLength: the most tokens per example, including special tokens. Longer examples are cut, the longer text
  ///     of a pair first.
  ///   - limits: the inputs that the model accepts.
  /// - Throws: `TokenizationError` if the maximum length has no room for the special tokens; `ModelError` for an
  ///   example that the model cannot read.
  public init(
    _ examples: some Collection<Example>, tokenizer: WordPieceTokenizer, maximumLength: Int, limits: InputLimits
  ) throws {
    var sequences = InputSequences(limits)
    var isCut: [Bool] = []
    for example in examples {
      let encoding = try tokenizer.encode(example.text, pair: example.pair, maxLength: maximumLength)
      // Only an example that fills the limit may have been cut; a second encoding tells whether it was.
      let isFull = encoding.ids.count == maximumLength
      isCut.append(try isFull && tokenizer.encode(example.text, pair: example.pair).ids.count > maximumLength)
      try sequences.append(tokens: encoding.ids, segments: encoding.typeIDs)
    }
    self.init(sequences, labels: Labels(of: examples), isCut: isCut)
  }

  /// Examples that are already encoded, with one segment id per token.
  ///
  /// - Throws: `ModelError` for an example that models with these limits cannot read.
  public init(
    tokens: [[Int32]], segments: [[UInt8]], labels: Labels?, limits: InputLimits
  ) throws(ModelError) {
    precondition(tokens.count == segments.count, "every example has segments")
    var sequences = InputSequences(limits)
    for (tokens, segments) in zip(tokens, segments) { try sequences.append(tokens: tokens, segments: segments) }
    self.init(sequences, labels: labels, isCut: tokens.map { _ in false })
  }

  private init(_ sequences: InputSequences, labels: Labels?, isCut: [Bool]) {
    self.sequences = sequences
    self.labels = labels
    self.isCut = isCut
  }

  /// The same examples for a model with other limits.
  ///
  /// - Throws: `ModelError` for an example that it cannot read.
  public func checked(for limits: InputLimits) throws(ModelError) -> EncodedDataset {
    EncodedDataset(try sequences.checked(for: limits), labels: labels, isCut: isCut)
  }

  /// The examples at `indices`, in the order of `indices`.
  public func selecting(_ indices: some Collection<Int>) -> EncodedDataset {
    EncodedDataset(
      sequences.selecting(indices), labels: labels?.selecting(indices), isCut: indices.map { isCut[$0] })
  }

  /// A fixed sample without repetition, in the order of the file; all examples if there are no more than `count`.
  ///
  /// The sample depends only on the seed and on the number of examples.
  public func sample(_ count: Int, seed: UInt64) -> EncodedDataset {
    guard count < self.count else { return self }
    var stream = RandomStream(Philox(seed: seed, purpose: .subset))
    return selecting(stream.permutation(of: self.count).prefix(count).sorted())
  }

  /// The examples at `indices` packed into one batch.
  public func batch(_ indices: some Collection<Int>) -> PackedBatch { sequences.batch(indices) }

  /// All examples in order, packed into batches of `size`; the last may be smaller.
  public func batches(of size: Int) -> [PackedBatch] { sequences.batches(of: size) }
}
