internal import BERT
public import Foundation
public import Tokenization

/// A text as sequences of token ids, `[CLS]` ... `[SEP]`, each from one document.
///
/// A document's first tab parts it in two segments of one sequence, `[CLS]` ... `[SEP]` ... `[SEP]`, as the pairs of a task
/// are. What is longer than a sequence may be is cut into consecutive pieces, the parts of a pair apart. There is no
/// next-sentence prediction, which pre-training does as well without (Liu et al. 2019, arXiv:1907.11692, section 4.2).
public struct PretrainingText: Sendable {
  private var tokens: [Int32] = []
  private var segments: [UInt8] = []
  private var starts: [Int] = [0]
  /// The size of the tokenizer's vocabulary: greatest id + 1. A model may have more rows, which no text uses.
  public let vocabularySize: Int
  /// How many documents it has.
  public private(set) var documents = 0

  /// One sequence.
  public struct Sequence: Sendable {
    /// Its token ids, special ones included.
    public var tokens: ArraySlice<Int32>
    /// The segment of each, 0 or 1.
    public var segments: ArraySlice<UInt8>

    /// A sequence of equally many tokens and segments.
    public init(tokens: ArraySlice<Int32>, segments: ArraySlice<UInt8>) {
      precondition(tokens.count == segments.count)
      (self.tokens, self.segments) = (tokens, segments)
    }

    /// Where its tokens stand, from 0, without `[CLS]` and each segment's `[SEP]`.
    public var places: [Int] {
      let middle = segments.firstIndex(of: 1).map { $0 - segments.startIndex - 1 }
      return (1..<tokens.count - 1).filter { $0 != middle }
    }
  }

  /// Reads a file of one document per line; blank lines are skipped.
  ///
  /// - Parameter maximumLength: tokens of a sequence at most, `[CLS]` and `[SEP]` included; >= 3.
  /// - Throws: `TokenizationError` for a file that cannot be read or is not UTF-8; ``FineTuningError/noText(path:)``;
  ///   ``FineTuningError/sequenceLength(got:)``.
  public init(contentsOf file: URL, tokenizer: WordPieceTokenizer, maximumLength: Int) throws {
    vocabularySize = tokenizer.vocabularySize
    guard maximumLength >= 3 else { throw FineTuningError.sequenceLength(got: maximumLength) }
    try TextFile(file).forEachDocument { try append($0, tokenizer, maximumLength) }
    guard count > 0 else { throw FineTuningError.noText(path: file.path) }
  }

  private mutating func append(_ document: String, _ tokenizer: WordPieceTokenizer, _ maximumLength: Int) throws {
    let count = starts.count
    let parts = document.split(separator: "\t", maxSplits: 1).map { String($0) }
    if parts.count == 2 {
      let pair = try tokenizer.encode(parts[0], pair: parts[1])
      if pair.ids.count <= maximumLength && pair.ids.count > 3 { append(pair) }
    }
    if starts.count == count {
      for part in parts { try appendPieces(try tokenizer.encode(part), maximumLength) }
    }
    if starts.count > count { documents += 1 }
  }

  private mutating func appendPieces(_ encoding: Encoding, _ maximumLength: Int) throws {
    let inner = encoding.ids.dropFirst().dropLast()
    for start in stride(from: inner.startIndex, to: inner.endIndex, by: maximumLength - 2) {
      let piece = inner[start..<min(start + maximumLength - 2, inner.endIndex)]
      let ids = encoding.ids.prefix(1) + piece + encoding.ids.suffix(1)
      append(Encoding(ids: Array(ids), typeIDs: [UInt8](repeating: 0, count: ids.count)))
    }
  }

  private mutating func append(_ sequence: Encoding) {
    tokens += sequence.ids
    segments += sequence.typeIDs
    starts.append(tokens.count)
  }

  /// How many sequences it has.
  public var count: Int { starts.count - 1 }
  /// How many tokens all sequences have.
  public var tokenCount: Int { tokens.count }
  /// All sequences' tokens, one behind the other.
  public var allTokens: [Int32] { tokens }

  /// The segments of all tokens.
  public var allSegments: [UInt8] { segments }

  /// The sequence of a number, from 0.
  public subscript(sequence: Int) -> Sequence {
    let range = starts[sequence]..<starts[sequence + 1]
    return Sequence(tokens: tokens[range], segments: segments[range])
  }

  /// How many tokens of a sequence are to be predicted.
  func predictions(of sequence: Int, _ masking: Masking) -> Int {
    masking.predictions(among: self[sequence].places.count)
  }

  /// The largest batch that `count` of its sequences can make.
  func capacity(of count: Int, _ masking: Masking) -> BatchShape {
    let lengths = self.lengths.sorted(by: >).prefix(count)
    var shape = BatchShape(lengths: lengths)
    // A pair, with one special token more, has no more of them.
    shape.predictions = lengths.reduce(0) { $0 + masking.predictions(among: $1 - 2) }
    return shape
  }

  private var lengths: [Int] { zip(starts, starts.dropFirst()).map { $1 - $0 } }

  /// Checks that a model can read the text.
  ///
  /// - Throws: `ModelError` for a sequence that is too long, or a vocabulary that is larger than the model's, from which
  ///   random words are drawn.
  func validate(for configuration: BERTConfiguration) throws(ModelError) {
    let longest = lengths.max() ?? 0
    guard longest <= configuration.maximumPositions else {
      throw .sequenceLength(got: longest, limit: configuration.maximumPositions)
    }
    guard vocabularySize <= configuration.vocabularySize else {
      throw .tokenOutOfRange(id: vocabularySize - 1, limit: configuration.vocabularySize, what: "token id")
    }
    // Some tokenizer may give an id above its own size.
    for token in tokens where token < 0 || token >= configuration.vocabularySize {
      throw .tokenOutOfRange(id: Int(token), limit: configuration.vocabularySize, what: "token id")
    }
  }

  /// The sequences at `indices` in one batch, as the `pass`-th pass over the text hides them.
  func batch(
    _ indices: some Collection<Int>, _ masking: Masking, pass: Int
  ) -> (batch: PackedBatch, masked: MaskedTokens) {
    var batch = PackedBatch()
    var masked = MaskedTokens()
    for index in indices {
      masking.append(self[index], example: index, pass: pass, to: &batch, masked: &masked)
    }
    return (batch, masked)
  }
}
