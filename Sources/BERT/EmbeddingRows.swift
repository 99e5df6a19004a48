/// Which rows of the word embedding training has used.
///
/// A row that no batch has used has gradient 0 and moments 0: an optimiser step only decays it. Most of a vocabulary
/// occurs in no small task, so most of the embedding's gradients and moments are never touched, nor their memory.
struct EmbeddingRows: Sendable {
  /// For each row whether any step has used it.
  private(set) var isUsed: [Bool]
  /// Rows that the current step uses, ascending.
  private(set) var current: [Int] = []

  /// - Parameter areUsed: whether every step uses all of them, and none is to be noted.
  init(count: Int, areUsed: Bool) {
    isUsed = [Bool](repeating: areUsed, count: count)
  }

  /// Notes the rows of a batch.
  mutating func use(_ tokens: [Int32]) {
    var isCurrent = [Bool](repeating: false, count: isUsed.count)
    for row in current { isCurrent[row] = true }
    for token in tokens {
      isCurrent[Int(token)] = true
      isUsed[Int(token)] = true
    }
    current = isCurrent.indices.filter { isCurrent[$0] }
  }

  /// Notes a row that an earlier step used.
  mutating func wasUsed(_ row: Int) { isUsed[row] = true }

  /// Ends the step.
  mutating func endStep() { current.removeAll(keepingCapacity: true) }
}
