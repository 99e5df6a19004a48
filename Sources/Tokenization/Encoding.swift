/// One text, or a pair of texts, as a model reads it: `[CLS] first [SEP]` or `[CLS] first [SEP] second [SEP]`.
public struct Encoding: Sendable, Equatable {
  /// Token ids, each in `0..<vocabularySize`.
  public var ids: [Int32]
  /// Segment of each token, as many as ids: 0 up to and with the first `[SEP]`, 1 after it;
  /// 0 throughout where the model's files say that it is not told of segments.
  public var typeIDs: [UInt8]

  /// An encoding of equally many ids and type ids.
  public init(ids: [Int32], typeIDs: [UInt8]) {
    precondition(ids.count == typeIDs.count)
    self.ids = ids
    self.typeIDs = typeIDs
  }
}
