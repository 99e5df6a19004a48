public import LinearAlgebra

extension BERTModel {
  /// Checks that the memory of a piece of work is there, before any of it is taken.
  ///
  /// - Parameters:
  ///   - vectors: how many flat vectors of the model the work holds, 0 ... 8.
  ///   - others: how many numbers it holds besides, at most as many.
  ///   - capacity: the largest batch, for which a workspace reserves memory; nil: there are no passes.
  ///   - typical: the batch whose memory is surely touched, at most `capacity`; nil: `capacity`.
  ///   - purpose: of the workspace.
  ///   - threads: of the workspace.
  /// - Throws: `LinearAlgebraError.memory`.
  public func checkMemory(
    vectors: Int, others: Int = 0, capacity: BatchShape? = nil, typical: BatchShape? = nil,
    purpose: Workspace.Purpose = .inference, threads: Int = 1
  ) throws(LinearAlgebraError) {
    let bytes = (vectors * table.count + others) * MemoryLayout<Float>.size
    try MemoryLimit.check(bytes: bytes, for: "work on a model of \(table.count) parameters")
    guard let capacity else { return }
    // With the model's sizes within those of memory, those of a batch can be counted.
    func workspace(_ shape: BatchShape) -> Int {
      Workspace.bytes(self, capacity: shape, purpose: purpose, threads: threads)
    }
    // Only some pages of the threads' sums become real.
    let sums = purpose == .inference ? 0 : (threads - 1) * table.count * MemoryLayout<Float>.size
    let shape = typical ?? capacity
    try MemoryLimit.check(
      bytes: bytes + workspace(shape), reserving: bytes + workspace(capacity) + sums,
      for:
        "work on a model of \(table.count) parameters with \(shape.sequences) sequences of \(shape.tokens) tokens in all"
    )
  }
}

extension BatchShape {
  /// What a batch of `size` random ones of these lengths stays below but for one in thirty thousand: mean and four
  /// standard deviations, and never more than the longest.
  package init(typicalOf lengths: [Int], size: Int) {
    let longest = BatchShape(lengths: lengths.sorted(by: >).prefix(size))
    let all = BatchShape(lengths: lengths)
    func bound(_ mean: Double, _ squares: Double, _ most: Int) -> Int {
      let deviation = max(0, squares - mean * mean).squareRoot()
      return min(most, Int(Double(size) * mean + 4 * Double(size).squareRoot() * deviation))
    }
    let count = Double(max(1, lengths.count))
    let areas = lengths.map { Double(BatchShape(lengths: [$0]).attention) }
    self.init(
      sequences: size,
      tokens: bound(
        Double(all.tokens) / count, lengths.reduce(0) { $0 + Double($1 * $1) } / count, longest.tokens),
      longest: longest.longest,
      attention: bound(Double(all.attention) / count, areas.reduce(0) { $0 + $1 * $1 } / count, longest.attention))
  }
}
