/// Sequences packed end to end, without padding, that every model of some limits can read: a sequence that breaks them
/// cannot be appended.
public struct PackedBatch: Sendable, Equatable {
  /// What the sequences keep to.
  public let limits: InputLimits
  /// Token ids, [T].
  public private(set) var tokens: [Int32] = []
  /// Segment ids, [T].
  public private(set) var segments: [UInt8] = []
  /// Where each sequence begins, and behind the last where it ends, [B + 1].
  public private(set) var offsets: [Int] = [0]

  /// An empty batch for models of these limits.
  public init(_ limits: InputLimits) { self.limits = limits }

  /// Appends a sequence; `tokens` and `segments` have equal length.
  ///
  /// - Throws: as ``InputLimits/check(tokens:segments:)``; nothing is then appended.
  public mutating func append(
    tokens: some Collection<Int32>, segments: some Collection<UInt8>
  ) throws(ModelError) {
    // Of one type, whose loops are compiled for it.
    let (tokens, segments) = (ArraySlice(tokens), ArraySlice(segments))
    try limits.check(tokens: tokens, segments: segments)
    appendChecked(tokens, segments)
  }

  /// Appends a sequence of some that were checked already, against the same or narrower limits.
  public mutating func append(_ index: Int, of sequences: InputSequences) {
    precondition(limits.holds(sequences.limits), "the sequences were checked for the batch's models")
    appendChecked(sequences[index].tokens, sequences[index].segments)
  }

  private mutating func appendChecked(_ tokens: ArraySlice<Int32>, _ segments: ArraySlice<UInt8>) {
    self.tokens += tokens
    self.segments += segments
    offsets.append(self.tokens.count)
  }

  /// Puts another token in the place of one; it must be one that the limits know.
  public mutating func replaceToken(at row: Int, by token: Int32) {
    precondition(limits.knows(token), "the token is in the vocabulary")
    tokens[row] = token
  }

  /// How much memory the batch needs.
  public var shape: BatchShape {
    BatchShape(lengths: lengths)
  }

  /// The length of each sequence, [B].
  public var lengths: [Int] { zip(offsets, offsets.dropFirst()).map { $1 - $0 } }
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
    self.init(fitting: batches.map(\.shape))
  }

  /// The smallest shape in which every one of `shapes` fits.
  public init(fitting shapes: some Sequence<BatchShape>) {
    self.init(lengths: [])
    for shape in shapes {
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
