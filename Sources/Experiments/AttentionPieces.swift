internal import BERT
internal import LinearAlgebra
internal import Sweep

/// How the sequences of a probe are cut so that the attention of all models of a comparison fits in memory.
package struct AttentionPieces {
  /// Bytes that the attention of all models may take; more where a single head of a single sequence does in all of them.
  package static let bound = 256_000_000

  /// Consecutive sequences that are worked on together.
  package let all: [Range<Int>]
  private let lengths: [Int]
  private let models: Int
  private let shape: (heads: Int, channels: Int)

  /// Pieces whose attention in all layers of all models takes 256 MB at most; one sequence at least, `batch` at most. They
  /// follow from the comparison alone, as batch mates change last bits.
  ///
  /// - Parameters:
  ///   - lengths: of the probe's sequences.
  ///   - models: how many are compared.
  package init(lengths: [Int], batch: Int, models: Int, layers: Int, heads: Int, channels: Int) {
    self.lengths = lengths
    self.models = models
    shape = (heads, channels)
    let numbersPerPair = models * layers * heads
    var pieces: [Range<Int>] = []
    var (first, numbers) = (0, 0)
    for (index, length) in lengths.enumerated() {
      let more = numbersPerPair * length * length
      if index > first, index - first == batch || 4 * (numbers + more) > Self.bound {
        pieces.append(first..<index)
        (first, numbers) = (index, 0)
      }
      numbers += more
    }
    all = first < lengths.count ? pieces + [first..<lengths.count] : pieces
  }

  init(_ sequences: InputSequences, of comparison: Comparison, _ model: BERTModel) {
    let configuration = model.configuration
    self.init(
      lengths: sequences.lengths, batch: comparison.probe.batch, models: comparison.models.count,
      layers: configuration.layers, heads: configuration.heads, channels: configuration.hiddenSize)
  }

  /// The largest shape that a piece has.
  var capacity: BatchShape { BatchShape(fitting: all.map { BatchShape(lengths: lengths[$0]) }) }

  /// Which heads of a layer are worked on at once in a piece: as many as fit, one at least. What is computed does not
  /// depend on it.
  package func headBlocks(of piece: Range<Int>) -> [Range<Int>] {
    let bytesOfHead = 4 * models * lengths[piece].reduce(0) { $0 + $1 * $1 }
    let count = min(shape.heads, max(1, Self.bound / max(1, bytesOfHead)))
    return stride(from: 0, to: shape.heads, by: count).map { $0..<min($0 + count, shape.heads) }
  }

  /// The most that is held of attention and hidden states.
  package var bytes: Int {
    all.map { piece in
      let heads = headBlocks(of: piece).first?.count ?? 0
      return 4 * models * lengths[piece].reduce(0) { $0 + heads * $1 * $1 + shape.channels * $1 }
    }.max() ?? 0
  }
}

/// One model's attention on a batch in some heads of a layer: of each sequence [heads, L, L].
final class AttentionOfModel {
  private let numbers: AlignedBuffer<Float>
  /// L x L of the sequences before each one.
  private let squares: [Int]

  /// Room for so many heads.
  init(lengths: [Int], heads: Int) {
    squares = lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1 * $1) }
    numbers = AlignedBuffer(count: max(1, heads * squares[squares.count - 1]))
  }

  /// Keeps the rows of a head that is one of `heads`.
  func take(_ rows: AttentionRows, of heads: Range<Int>) {
    guard heads.contains(rows.head) else { return }
    let square = rows.length * rows.length
    var target = start(of: rows.sequence, heads: heads.count) + (rows.head - heads.lowerBound) * square
    for row in 0..<rows.length {
      target.update(from: rows.first + row * rows.stride, count: rows.length)
      target += rows.length
    }
  }

  /// Where the rows of a sequence begin when `heads` heads are kept.
  func first(of sequence: Int, heads: Int) -> UnsafePointer<Float> {
    UnsafePointer(start(of: sequence, heads: heads))
  }

  private func start(of sequence: Int, heads: Int) -> UnsafeMutablePointer<Float> {
    numbers.pointer + heads * squares[sequence]
  }
}
