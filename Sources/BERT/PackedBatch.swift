/// Sequences packed end to end, without padding.
public struct PackedBatch: Sendable, Equatable {
  /// Token ids, [T].
  public private(set) var tokens: [Int32] = []
  /// Segment ids, [T].
  public private(set) var segments: [UInt8] = []
  /// Where each sequence begins, and behind the last where it ends, [B + 1].
  public private(set) var offsets: [Int] = [0]

  /// An empty batch.
  public init() {}

  /// Appends a sequence; `tokens` and `segments` have equal length >= 1.
  public mutating func append(tokens: some Collection<Int32>, segments: some Collection<UInt8>) {
    precondition(tokens.count == segments.count && !tokens.isEmpty, "a sequence has a segment id for every token")
    self.tokens += tokens
    self.segments += segments
    offsets.append(self.tokens.count)
  }

  /// How much memory the batch needs.
  public var shape: BatchShape {
    BatchShape(lengths: lengths)
  }

  /// The length of each sequence, [B].
  public var lengths: [Int] { zip(offsets, offsets.dropFirst()).map { $1 - $0 } }

  /// Checks that a model can read the batch.
  ///
  /// - Throws: ``ModelError/sequenceLength(got:limit:)`` or ``ModelError/tokenOutOfRange(id:limit:what:)``.
  public func validate(for configuration: BERTConfiguration) throws(ModelError) {
    for length in lengths where length > configuration.maximumPositions {
      throw .sequenceLength(got: length, limit: configuration.maximumPositions)
    }
    for token in tokens where token < 0 || token >= configuration.vocabularySize {
      throw .tokenOutOfRange(id: Int(token), limit: configuration.vocabularySize, what: "token id")
    }
    for segment in segments where segment >= configuration.segmentTypes {
      throw .tokenOutOfRange(id: Int(segment), limit: configuration.segmentTypes, what: "segment id")
    }
  }
}

/// The sizes that decide how much memory a batch needs.
public struct BatchShape: Sendable, Equatable {
  /// B.
  public var sequences: Int
  /// T.
  public var tokens: Int
  /// The longest sequence's length.
  public var longest: Int
  /// Numbers of one head's attention matrices: the sum of length x (length rounded up to 16).
  public var attention: Int
  /// M: masked tokens that a masked language model is to predict.
  public var predictions = 0

  /// Sizes as given.
  public init(sequences: Int, tokens: Int, longest: Int, attention: Int) {
    self.sequences = sequences
    self.tokens = tokens
    self.longest = longest
    self.attention = attention
  }

  /// The shape of sequences of these lengths.
  public init(lengths: some Collection<Int>) {
    sequences = lengths.count
    tokens = lengths.reduce(0, +)
    longest = lengths.max() ?? 0
    attention = lengths.reduce(0) { $0 + $1 * roundUp($1) }
  }

  /// The smallest shape in which every one of `batches` fits.
  public init(fitting batches: some Sequence<PackedBatch>) {
    self.init(lengths: [])
    for shape in batches.lazy.map(\.shape) {
      sequences = max(sequences, shape.sequences)
      tokens = max(tokens, shape.tokens)
      longest = max(longest, shape.longest)
      attention = max(attention, shape.attention)
    }
  }

  /// Whether a batch of shape `other` fits.
  public func holds(_ other: BatchShape) -> Bool {
    other.sequences <= sequences && other.tokens <= tokens && other.longest <= longest && other.attention <= attention
      && other.predictions <= predictions
  }
}

/// `count` rounded up to whole groups of 16 lanes.
func roundUp(_ count: Int) -> Int { (count + 15) / 16 * 16 }
