import LearningDynamics
import Randomness
import Testing

/// Matrices nobody would make on purpose.
@Suite struct AwkwardFeatureTests {
  private func awkward(rows: Int, _ stream: inout RandomStream) -> Matrix {
    let columns = 1 + stream.uniform(below: 10)
    let kind = stream.uniform(below: 8)
    let scale = Float(sign: .plus, exponent: stream.uniform(below: 240) - 140, significand: 1)
    let offset = Float(stream.normal()) * 1000
    var columnsOfNumbers: [[Float]] = []
    for column in 0..<columns {
      let normal = (0..<rows).map { _ in Float(stream.normal()) }
      let numbers: [Float] =
        switch kind {
        case 0: normal
        case 1: normal.map { $0 + offset }
        case 2: columnsOfNumbers.first ?? normal
        case 3: [Float](repeating: offset, count: rows)
        case 4: (0..<rows).map { $0 == column ? 1 : 0 }
        case 5: normal.map { $0 * Float(sign: .plus, exponent: -5 * column, significand: 1) }
        case 6: column < 2 ? normal : sum(2, columnsOfNumbers[0], offset, columnsOfNumbers[1])
        default: normal.map { ($0 * 2).rounded() }
        }
      columnsOfNumbers.append(numbers)
    }
    return Matrix(rows: rows, columns: columns) { columnsOfNumbers[$1][$0] * scale }
  }

  /// A distance in 0 ... 1, or none and a reason; bases that are orthonormal and no wider than features can vary.
  @Test func twoThousandOfThemHaveADistanceOrAReason() throws {
    var stream = RandomStream(Philox(seed: 6, purpose: .direction))
    var (distances, reasons) = (0, 0)
    for pair in 0..<1000 {
      let rows = 1 + stream.uniform(below: 14)
      let variance = [0.5, 0.9, 0.99, 1][stream.uniform(below: 4)]
      let (x, y) = (awkward(rows: rows, &stream), awkward(rows: rows, &stream))
      let bases = try [x, y].map { try $0.basis(variance: variance) }
      for (matrix, basis) in zip([x, y], bases) {
        #expect(basis.kept <= min(matrix.columns, rows - 1), "pair \(pair)")
        #expect(departureFromOrthonormal(basis) < 1e-12, "pair \(pair)")
      }
      let result = try SVCCA(bases[0], bases[1])
      #expect(result.correlations.allSatisfy { (0...1).contains($0) }, "pair \(pair)")
      #expect(zip(result.correlations, result.correlations.dropFirst()).allSatisfy { $0 >= $1 }, "pair \(pair)")
      #expect(result.correlations.count == min(bases[0].kept, bases[1].kept))
      if let distance = result.distance {
        #expect((0...1).contains(distance) && result.reason == nil, "pair \(pair)")
        distances += 1
      } else {
        #expect(result.reason != nil && (bases[0].kept == 0 || bases[1].kept == 0), "pair \(pair)")
        reasons += 1
      }
    }
    #expect(distances > 500 && reasons > 100, "both kinds came up")
  }
}
