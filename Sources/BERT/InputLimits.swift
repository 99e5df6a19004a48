/// What a model can read: which ids it knows, and how long a sequence may be.
public struct InputLimits: Sendable, Hashable {
  /// V: token ids are 0 ..< this.
  public var vocabularySize: Int
  /// Sequences have 1 ... this many tokens.
  public var maximumPositions: Int
  /// Segment ids are 0 ..< this.
  public var segmentTypes: Int

  /// Limits as given, each >= 1.
  public init(vocabularySize: Int, maximumPositions: Int, segmentTypes: Int) {
    (self.vocabularySize, self.maximumPositions) = (vocabularySize, maximumPositions)
    self.segmentTypes = segmentTypes
  }

  /// Whether all that `other` allows is allowed here too.
  public func holds(_ other: InputLimits) -> Bool {
    other.vocabularySize <= vocabularySize && other.maximumPositions <= maximumPositions
      && other.segmentTypes <= segmentTypes
  }

  /// Whether a token id is known.
  public func knows(_ token: Int32) -> Bool { token >= 0 && Int(token) < vocabularySize }

  /// Checks a sequence; `tokens` and `segments` have equal length.
  ///
  /// - Throws: ``ModelError/sequenceLength(got:limit:)``, ``ModelError/tokenOutOfRange(id:limit:)``,
  ///   ``ModelError/segmentOutOfRange(id:limit:)``.
  public func check(tokens: ArraySlice<Int32>, segments: ArraySlice<UInt8>) throws(ModelError) {
    precondition(tokens.count == segments.count, "a sequence has a segment id for every token")
    guard 1...max(1, maximumPositions) ~= tokens.count else {
      throw .sequenceLength(got: tokens.count, limit: maximumPositions)
    }
    if let token = tokens.first(where: { !knows($0) }) {
      throw .tokenOutOfRange(id: Int(token), limit: vocabularySize)
    }
    if let segment = segments.first(where: { Int($0) >= segmentTypes }) {
      throw .segmentOutOfRange(id: Int(segment), limit: segmentTypes)
    }
  }
}

extension BERTConfiguration {
  /// What a model of this shape can read.
  public var inputLimits: InputLimits {
    InputLimits(vocabularySize: vocabularySize, maximumPositions: maximumPositions, segmentTypes: segmentTypes)
  }
}
