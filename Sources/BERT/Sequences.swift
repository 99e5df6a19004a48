/// Consecutive sequences of a packed batch: what one thread works on.
package struct Sequences {
  /// Where each sequence of the batch begins, and behind the last where it ends, [B + 1].
  package let offsets: [Int]
  /// Which of them.
  package let range: Range<Int>

  /// All sequences of a batch.
  package init(offsets: [Int]) {
    self.init(offsets: offsets, range: 0..<offsets.count - 1)
  }

  private init(offsets: [Int], range: Range<Int>) {
    self.offsets = offsets
    self.range = range
  }

  /// Their rows in the batch's matrices, [T, ...].
  var rows: Range<Int> { offsets[range.lowerBound]..<offsets[range.upperBound] }

  /// The rows of one sequence.
  func rows(of sequence: Int) -> Range<Int> { offsets[sequence]..<offsets[sequence + 1] }

  /// The same sequences with one row each, as the rows of [B, ...] matrices are counted.
  var firstTokens: Sequences { Sequences(offsets: Array(0..<offsets.count), range: range) }

  /// `count` parts with about the same number of rows; a part may be empty.
  package func parts(_ count: Int) -> [Sequences] {
    var parts: [Sequences] = []
    var start = range.lowerBound
    for index in 1...count {
      let goal = rows.lowerBound + rows.count * index / count
      var end = start
      // A sequence belongs to the part in which its middle lies.
      while end < range.upperBound && (index == count || offsets[end] + offsets[end + 1] <= 2 * goal) { end += 1 }
      parts.append(Sequences(offsets: offsets, range: start..<end))
      start = end
    }
    return parts
  }
}
