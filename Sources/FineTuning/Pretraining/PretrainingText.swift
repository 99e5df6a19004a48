internal import BERT
public import Foundation
public import Tokenization

/// A text as sequences of token ids, `[CLS]` ... `[SEP]`, each from one document.
///
/// A document that is longer than a sequence may be is cut into consecutive pieces. Sequences of one segment, without next-
/// sentence prediction, which pre-training does as well without (Liu et al. 2019, arXiv:1907.11692, section 4.2).
public struct PretrainingText: Sendable {
  private var tokens: [Int32] = []
  private var starts: [Int] = [0]
  /// How many documents it has.
  public private(set) var documents = 0

  /// Reads a file of one document per line; blank lines are skipped.
  ///
  /// - Parameter maximumLength: tokens of a sequence at most, `[CLS]` and `[SEP]` included; >= 3.
  /// - Throws: `TokenizationError` for a file that cannot be read or is not UTF-8; ``FineTuningError/noText(path:)``;
  ///   ``FineTuningError/sequenceLength(got:)``.
  public init(contentsOf file: URL, tokenizer: WordPieceTokenizer, maximumLength: Int) throws {
    guard maximumLength >= 3 else { throw FineTuningError.sequenceLength(got: maximumLength) }
    try TextFile(file).forEachDocument { try append($0, tokenizer, maximumLength) }
    guard count > 0 else { throw FineTuningError.noText(path: file.path) }
  }

  private mutating func append(_ document: String, _ tokenizer: WordPieceTokenizer, _ maximumLength: Int) throws {
    let ids = try tokenizer.encode(document).ids
    guard ids.count > 2 else { return }
    documents += 1
    let inner = ids[1..<ids.count - 1]
    for start in stride(from: inner.startIndex, to: inner.endIndex, by: maximumLength - 2) {
      tokens.append(ids[0])
      tokens += inner[start..<min(start + maximumLength - 2, inner.endIndex)]
      tokens.append(ids[ids.count - 1])
      starts.append(tokens.count)
    }
  }

  /// How many sequences it has.
  public var count: Int { starts.count - 1 }
  /// How many tokens all sequences have.
  public var tokenCount: Int { tokens.count }
  /// All sequences' tokens, one behind the other.
  public var allTokens: [Int32] { tokens }

  /// The tokens of a sequence.
  public subscript(sequence: Int) -> ArraySlice<Int32> { tokens[starts[sequence]..<starts[sequence + 1]] }

  /// The length of a sequence.
  func length(of sequence: Int) -> Int { starts[sequence + 1] - starts[sequence] }

  /// The largest batch that `count` of its sequences can make.
  func capacity(of count: Int) -> BatchShape {
    let lengths = self.lengths.sorted(by: >).prefix(count)
    var shape = BatchShape(lengths: lengths)
    shape.predictions = lengths.reduce(0) { $0 + Masking.predictions(length: $1) }
    return shape
  }

  private var lengths: [Int] { (0..<count).map { length(of: $0) } }

  /// Checks that a model can read the text.
  ///
  /// - Throws: `ModelError` for a sequence or a token id that is too great.
  func validate(for configuration: BERTConfiguration) throws(ModelError) {
    let longest = lengths.max() ?? 0
    guard longest <= configuration.maximumPositions else {
      throw .sequenceLength(got: longest, limit: configuration.maximumPositions)
    }
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
