/// One text or a pair of texts as model input: `[CLS] first [SEP]` or `[CLS] first [SEP] second [SEP]`.
public struct Encoding: Sendable, Equatable {
  /// Token ids, each in `0..<vocabularySize`.
  public var ids: [Int32]
  /// The segment of each token, as many as ids: 0 up to and including the first `[SEP]`, 1 after it. All 0 if the
  /// model's files say that the model takes no segments.
  public var typeIDs: [UInt8]

  /// An encoding from its parts, which have the same count.
  public init(ids: [Int32], typeIDs: [UInt8]) {
    precondition(ids.count == typeIDs.count)
    self.ids = ids
    self.typeIDs = typeIDs
  }
}
