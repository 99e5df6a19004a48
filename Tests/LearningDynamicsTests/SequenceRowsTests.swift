import LearningDynamics
import Testing

@Suite struct SequenceRowsTests {
  /// Ten sequences of one to four rows, numbered by tens; the rows of two sequences are not contiguous.
  private let sequenceOfRow = [10, 20, 20, 30, 30, 30, 40, 50, 50, 60, 60, 60, 60, 70, 10, 80, 90, 90, 100, 20]

  @Test func halvesShareNoSequence() {
    let rows = SequenceRows(sequenceOfRow: sequenceOfRow)
    #expect(rows.count == 20)
    for seed in 0..<20 {
      let halves = rows.halves(seed: UInt64(seed))
      #expect(halves.count == 2 && halves.allSatisfy { $0 == $0.sorted() })
      #expect(halves.joined().sorted() == Array(0..<20))
      let sequences = halves.map { Set($0.map { sequenceOfRow[$0] }) }
      #expect(sequences[0].isDisjoint(with: sequences[1]))
      #expect(sequences[0].count == 5 && sequences[1].count == 5)
    }
  }

  @Test func halvesAreKeyed() {
    let rows = SequenceRows(sequenceOfRow: sequenceOfRow)
    #expect(rows.halves(seed: 3) == rows.halves(seed: 3))
    #expect(Set((0..<20).map { rows.halves(seed: $0) }).count > 15)
  }

  @Test func unevenNumbers() {
    #expect(SequenceRows(sequenceOfRow: [1, 2, 3]).halves(seed: 0).map(\.count) == [2, 1])
    #expect(SequenceRows(sequenceOfRow: [7, 7, 7]).halves(seed: 0) == [[0, 1, 2], []])
  }
}
