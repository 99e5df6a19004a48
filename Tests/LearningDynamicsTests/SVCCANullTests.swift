import LearningDynamics
import Testing

@Suite struct SVCCANullTests {
  /// Two sequences keep or exchange places. If exchanged, (1, 2, 3, 9, 4) is compared with (9, 4, 1, 2, 3).
  @Test func twoSequencesByHand() throws {
    let column: [Float] = [1, 2, 3, 9, 4]
    let basis = try Matrix(columns: [column]).basis()
    let rows = SequenceRows(sequenceOfRow: [0, 0, 0, 1, 1])
    let null = try SVCCANull(basis, basis, sequences: rows, seed: 1, permutations: 20)
    let swapped = try SVCCA(basis, try Matrix(columns: [[9, 4, 1, 2, 3]]).basis()).distance
    let expected = try #require(swapped)
    #expect(expected > 0.1)
    let (stayed, changed) = (null.distances.filter { $0 < 1e-12 }, null.distances.filter { abs($0 - expected) < 1e-12 })
    #expect(stayed.count + changed.count == 20 && !stayed.isEmpty && !changed.isEmpty)
    #expect(abs(try #require(null.distance) - expected * Double(changed.count) / 20) < 1e-12)
  }

  /// Features compared with themselves in another order are as far apart as independent ones.
  @Test func nullIsChance() throws {
    let (x, y) = (try Matrix.gaussian(1000, 100, seed: 1).basis(), try Matrix.gaussian(1000, 100, seed: 2).basis())
    let chance = try #require(try SVCCA(x, y).distance)
    let rows = SequenceRows(sequenceOfRow: (0..<1000).map { $0 / 5 })
    let null = try SVCCANull(x, x, sequences: rows, seed: 1, permutations: 2)
    #expect(null.distances.count == 2 && null.distances[0] != null.distances[1])
    #expect(abs(try #require(null.distance) - chance) < 0.01)
  }

  /// Fifty sequences of twenty equal rows are fifty observations, not a thousand: chance correlation is that of fifty.
  @Test func sequencesStayWhole() throws {
    let (x, y) = (Matrix.gaussian(50, 20, seed: 3), Matrix.gaussian(50, 20, seed: 4))
    func repeated(_ matrix: Matrix) -> Matrix { Matrix(rows: 1000, columns: 20) { matrix[$0 / 20, $1] } }
    let chance = try #require(try SVCCA(x.basis(), y.basis()).distance)
    let bases = try [x, y].map { try repeated($0).basis() }
    let whole = try SVCCANull(
      bases[0], bases[1], sequences: SequenceRows(sequenceOfRow: (0..<1000).map { $0 / 20 }), seed: 1)
    let torn = try SVCCANull(bases[0], bases[1], sequences: SequenceRows(sequenceOfRow: Array(0..<1000)), seed: 1)
    #expect(abs(try #require(whole.distance) - chance) < 0.05)
    #expect(try #require(torn.distance) > chance + 0.3)
  }

  @Test func nullIsKeyed() throws {
    let x = try Matrix.gaussian(30, 3, seed: 1).basis()
    let rows = SequenceRows(sequenceOfRow: (0..<30).map { $0 / 3 })
    let one = try SVCCANull(x, x, sequences: rows, seed: 5)
    #expect(try SVCCANull(x, x, sequences: rows, seed: 5, permutations: 3).distances[0] == one.distance)
    #expect(try SVCCANull(x, x, sequences: rows, seed: 6) != one)
  }

  @Test func nullsThatDoNotExistHaveAReason() throws {
    let x = try Matrix.gaussian(4, 2, seed: 1).basis()
    let constant = FeatureBasis(rows: 4, kept: 0, vectors: [])
    let (one, four) = (SequenceRows(sequenceOfRow: [1, 1, 1, 1]), SequenceRows(sequenceOfRow: [1, 2, 3, 4]))
    #expect(try SVCCANull(x, x, sequences: one, seed: 0).reason == .oneSequence)
    #expect(try SVCCANull(x, constant, sequences: four, seed: 0).reason == .constant)
    #expect(try SVCCANull(x, constant, sequences: four, seed: 0).distance == nil)
    #expect(throws: DynamicsError.rowsDiffer(4, 3)) {
      try SVCCANull(x, x, sequences: SequenceRows(sequenceOfRow: [1, 2, 3]), seed: 0)
    }
  }
}
