public import BERT
public import Foundation
public import Tokenization

/// A text as sequences of token ids, `[CLS]` ... `[SEP]`, each from one document.
///
/// A document's first tab parts it in two segments of one sequence, `[CLS]` ... `[SEP]` ... `[SEP]`, as the pairs of a task
/// are. What is longer than a sequence may be is cut into consecutive pieces, the parts of a pair apart. There is no
/// next-sentence prediction, which pre-training does as well without (Liu et al. 2019, arXiv:1907.11692, section 4.2).
public struct PretrainingText: Sendable {
  /// Its sequences, checked for the model that reads them.
  public private(set) var sequences: InputSequences
  /// The size of the tokenizer's vocabulary: greatest id + 1. A model may have more rows, which no text uses.
  public let vocabularySize: Int
  /// How many documents it has.
  public private(set) var documents = 0

  /// Reads a file of one document per line; blank lines are skipped.
  ///
  /// - Parameters:
  ///   - maximumLength: tokens of a sequence at most, `[CLS]` and `[SEP]` included; >= 3.
  ///   - limits: what the model reads.
  /// - Throws: `TokenizationError` for a file that cannot be read or is not UTF-8; ``FineTuningError/noText(path:)``;
  ///   ``FineTuningError/sequenceLength(got:)``; ``FineTuningError/unreadableText(path:document:problem:)`` for what the
  ///   model cannot read, such as a pair where it has one segment.
  public init(
    contentsOf file: URL, tokenizer: WordPieceTokenizer, maximumLength: Int, limits: InputLimits
  ) throws {
    vocabularySize = tokenizer.vocabularySize
    guard maximumLength >= 3 else { throw FineTuningError.sequenceLength(got: maximumLength) }
    sequences = InputSequences(limits)
    try TextFile(file).forEachDocument { document in
      do { try append(document, tokenizer, maximumLength) } catch let error as ModelError {
        throw FineTuningError.unreadableText(path: file.path, document: documents + 1, problem: error)
      }
    }
    guard count > 0 else { throw FineTuningError.noText(path: file.path) }
  }

  private mutating func append(_ document: String, _ tokenizer: WordPieceTokenizer, _ maximumLength: Int) throws {
    let count = sequences.count
    let parts = document.split(separator: "\t", maxSplits: 1).map { String($0) }
    if parts.count == 2 {
      let pair = try tokenizer.encode(parts[0], pair: parts[1])
      if pair.ids.count <= maximumLength && pair.ids.count > 3 { try append(pair) }
    }
    if sequences.count == count {
      for part in parts { try appendPieces(try tokenizer.encode(part), maximumLength) }
    }
    if sequences.count > count { documents += 1 }
  }

  private mutating func appendPieces(_ encoding: Encoding, _ maximumLength: Int) throws {
    let inner = encoding.ids.dropFirst().dropLast()
    for start in stride(from: inner.startIndex, to: inner.endIndex, by: maximumLength - 2) {
      let piece = inner[start..<min(start + maximumLength - 2, inner.endIndex)]
      let ids = encoding.ids.prefix(1) + piece + encoding.ids.suffix(1)
      try append(Encoding(ids: Array(ids), typeIDs: [UInt8](repeating: 0, count: ids.count)))
    }
  }

  private mutating func append(_ sequence: Encoding) throws {
    try sequences.append(tokens: sequence.ids, segments: sequence.typeIDs)
  }

  /// How many sequences it has.
  public var count: Int { sequences.count }
  /// How many tokens all sequences have.
  public var tokenCount: Int { sequences.tokenCount }

  /// The same text for a model of other limits.
  ///
  /// - Throws: `ModelError` for a sequence that it cannot read.
  func checked(for limits: InputLimits) throws(ModelError) -> PretrainingText {
    var text = self
    text.sequences = try sequences.checked(for: limits)
    return text
  }

  /// How many tokens of a sequence are to be predicted.
  func predictions(of sequence: Int, _ masking: Masking) -> Int {
    masking.predictions(among: Masking.places(in: sequences[sequence].segments).count)
  }

  /// The largest batch that `count` of its sequences can make.
  func capacity(of count: Int, _ masking: Masking) -> BatchShape {
    let lengths = sequences.lengths.sorted(by: >).prefix(count)
    var shape = BatchShape(lengths: lengths)
    // A pair, with one special token more, has no more of them.
    shape.predictions = lengths.reduce(0) { $0 + masking.predictions(among: $1 - 2) }
    return shape
  }

  /// The sequences at `indices` in one batch, as the `pass`-th pass over the text hides them.
  func batch(
    _ indices: some Collection<Int>, _ masking: Masking, pass: Int
  ) -> (batch: PackedBatch, masked: MaskedTokens) {
    var batch = PackedBatch(sequences.limits)
    var masked = MaskedTokens()
    for index in indices { masking.append(index, of: sequences, pass: pass, to: &batch, masked: &masked) }
    return (batch, masked)
  }
}
