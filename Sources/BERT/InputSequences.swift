/// Sequences that every model of some limits can read: each was checked when it was appended, so nobody need check again.
public struct InputSequences: Sendable, Equatable {
  /// What the sequences keep to.
  public private(set) var limits: InputLimits
  /// The token ids of all sequences, one behind the other.
  public private(set) var allTokens: [Int32] = []
  /// The segment id of each of them.
  public private(set) var allSegments: [UInt8] = []
  /// Where each sequence begins, and behind the last where it ends.
  private var starts: [Int] = [0]

  /// None yet.
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

  private mutating func appendChecked(_ tokens: ArraySlice<Int32>, _ segments: ArraySlice<UInt8>) {
    allTokens += tokens
    allSegments += segments
    starts.append(allTokens.count)
  }

  /// How many sequences there are.
  public var count: Int { starts.count - 1 }
  /// How many tokens all of them have.
  public var tokenCount: Int { allTokens.count }
  /// The length of each.
  public var lengths: [Int] { zip(starts, starts.dropFirst()).map { $1 - $0 } }
  /// About what they take, in bytes.
  public var bytes: Int { 5 * tokenCount + 8 * starts.count }

  /// The token and segment ids of a sequence.
  public subscript(sequence: Int) -> (tokens: ArraySlice<Int32>, segments: ArraySlice<UInt8>) {
    let range = starts[sequence]..<starts[sequence + 1]
    return (allTokens[range], allSegments[range])
  }

  /// The sequences at `indices`, in their order.
  public func selecting(_ indices: some Collection<Int>) -> InputSequences {
    var selected = InputSequences(limits)
    for index in indices { selected.appendChecked(self[index].tokens, self[index].segments) }
    return selected
  }

  /// The same sequences for models of other limits; they are looked at again only where those are narrower.
  ///
  /// - Throws: as ``InputLimits/check(tokens:segments:)`` for the first that such a model cannot read.
  public func checked(for other: InputLimits) throws(ModelError) -> InputSequences {
    if other.holds(limits) { return self }
    for index in 0..<count { try other.check(tokens: self[index].tokens, segments: self[index].segments) }
    var checked = self
    checked.limits = other
    return checked
  }

  /// The sequences at `indices` packed into one batch.
  public func batch(_ indices: some Collection<Int>) -> PackedBatch {
    var batch = PackedBatch(limits)
    for index in indices { batch.append(index, of: self) }
    return batch
  }

  /// All sequences in order, packed into batches of `size`; the last may be smaller.
  public func batches(of size: Int) -> [PackedBatch] {
    stride(from: 0, to: count, by: size).map { batch($0..<min($0 + size, count)) }
  }
}
