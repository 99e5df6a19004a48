import BERT
import Testing

/// Memory for the ops of one test, which take views of memory that someone else owns. A suite keeps it as a property, so
/// that it outlives them. Behind each piece stands a fence.
final class OpMemory {
  private var pieces: [(base: UnsafeMutablePointer<Float>, count: Int, countWithFence: Int)] = []

  deinit { for piece in pieces { piece.base.deallocate() } }

  /// Numbers to read or to add to.
  func vector(_ numbers: [Double]) -> UnsafeMutablePointer<Float> { take(accumulators(numbers), numbers.count) }

  /// The same as a matrix.
  func matrix(_ numbers: [Double], columns: Int) -> MutableMatrixView {
    MutableMatrixView(vector(numbers), rows: numbers.count / columns, columns: columns)
  }

  /// Room for results: NaNs, so that what is left out or read too early shows.
  func results(_ count: Int) -> UnsafeMutablePointer<Float> {
    take(accumulators([Double](repeating: .nan, count: count)), count)
  }

  /// The same as a matrix.
  func results(rows: Int, columns: Int) -> MutableMatrixView {
    MutableMatrixView(results(rows * columns), rows: rows, columns: columns)
  }

  /// What a LayerNorm leaves of rows that start as `x`.
  func norm(_ x: [Double], channels: Int) -> LayerNorm.Activations {
    LayerNorm.Activations(normalised: matrix(x, columns: channels), scales: results(x.count / channels))
  }

  private func take(_ numbers: [Float], _ count: Int) -> UnsafeMutablePointer<Float> {
    let base = UnsafeMutablePointer<Float>.allocate(capacity: numbers.count)
    base.initialize(from: numbers, count: numbers.count)
    pieces.append((base, count, numbers.count))
    return base
  }

  /// Checks that no op wrote further than it may.
  func expectFences(sourceLocation: SourceLocation = #_sourceLocation) {
    for piece in pieces {
      expectFence(numbers(piece.base, piece.countWithFence), behind: piece.count, sourceLocation: sourceLocation)
    }
  }
}

/// The numbers of a matrix, row by row.
func numbers(_ matrix: MutableMatrixView) -> [Float] { Array(matrix.view.elements) }

/// The first `count` numbers in memory.
func numbers(_ base: UnsafePointer<Float>, _ count: Int) -> [Float] {
  Array(UnsafeBufferPointer(start: base, count: count))
}
