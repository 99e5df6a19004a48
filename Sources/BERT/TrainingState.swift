public import LinearAlgebra

/// All that training carries from step to step: four flat vectors in the order of a parameter table, and which rows of
/// the word embedding have been used.
public struct TrainingState {
  /// theta and the head.
  public let parameters: AlignedBuffer<Float>
  /// The gradient, accumulated until a step zeroes it.
  public let gradients: AlignedBuffer<Float>
  /// m.
  public let firstMoment: AlignedBuffer<Float>
  /// v.
  public let secondMoment: AlignedBuffer<Float>
  /// The word embedding's rows that may have gradients and moments.
  var rows: EmbeddingRows
  private let table: ParameterTable

  /// Zeros for the parameters of a table.
  public init(_ table: ParameterTable) {
    self.table = table
    parameters = AlignedBuffer(count: table.count)
    gradients = AlignedBuffer(count: table.count)
    firstMoment = AlignedBuffer(count: table.count)
    secondMoment = AlignedBuffer(count: table.count)
    rows = EmbeddingRows(count: table.vocabulary, areUsed: table.headKind == .maskedLanguageModel)
  }

  /// Notes the tokens of a batch whose gradient is to be added: other words' rows stay as they are. A masked language
  /// model, which decodes with the word embedding, uses every row anyway.
  public mutating func use(_ batch: PackedBatch) {
    if table.headKind != .maskedLanguageModel { rows.use(batch.tokens) }
  }

  /// Takes up parameters and moments where an earlier run left them, vectors of the table's size. Rows of words without
  /// moments have not been used, and stay untouched.
  public mutating func restore(
    parameters: UnsafePointer<Float>, firstMoment first: UnsafePointer<Float>, secondMoment second: UnsafePointer<Float>
  ) {
    self.parameters.pointer.update(from: parameters, count: table.count)
    func copy(_ range: Range<Int>) {
      (firstMoment.pointer + range.lowerBound).update(from: first + range.lowerBound, count: range.count)
      (secondMoment.pointer + range.lowerBound).update(from: second + range.lowerBound, count: range.count)
    }
    for row in rows.isUsed.indices {
      let range = table.row(row)
      guard range.contains(where: { first[$0] != 0 || second[$0] != 0 }) else { continue }
      copy(range)
      rows.wasUsed(row)
    }
    copy(table.words.upperBound..<table.count)
  }

  /// The sum of the squared gradients in a range: squares in Float32 lanes, summed in Float64 every 4096 numbers, and after
  /// each row of the word embedding, of which the range holds all or nothing (but in a masked language model, which uses
  /// all rows).
  ///
  /// - Parameter team: who shares the work; changes no bit.
  public func squaredNorm(of range: Range<Int>, team: ThreadTeam = .single) -> Double {
    let words = table.words.clamped(to: range)
    guard !words.isEmpty, table.headKind != .maskedLanguageModel else { return squares(range, team) }
    let ofWords = rows.current.reduce(0) { $0 + squares(table.row($1), .single) }
    return squares(range.lowerBound..<words.lowerBound, team) + ofWords
      + squares(words.upperBound..<range.upperBound, team)
  }

  private func squares(_ range: Range<Int>, _ team: ThreadTeam) -> Double {
    let count = (range.count + 4095) / 4096
    guard count > 1 else { return squares(range) }
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { blocks in
      team.run { thread in
        for block in team.part(thread, of: count) {
          let start = range.lowerBound + block * 4096
          blocks[block] = squares(start..<min(start + 4096, range.upperBound))
        }
      }
      return blocks.reduce(0, +)
    }
  }

  private func squares(_ range: Range<Int>) -> Double {
    var sum = Lanes.zero
    for i in stride(from: range.lowerBound, to: range.upperBound, by: 16) {
      let g = gradients.pointer.lanes(at: i, end: range.upperBound)
      sum = sum.addingProduct(g, g)
    }
    return (0..<16).reduce(0) { $0 + Double(sum[$1]) }
  }
}
