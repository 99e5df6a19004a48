import LearningDynamics
import Randomness
import Testing

/// Matrices that nobody would make on purpose.
@Suite struct AwkwardFeatureTests {
  private struct Features {
    let columns: Int
    let numbers: [Double]
  }

  /// Of one of ten kinds, times a power of two from 2^-1000 to 2^900.
  private func awkward(rows: Int, _ stream: inout RandomStream) -> Features {
    let columns = 1 + stream.uniform(below: 10)
    let kind = stream.uniform(below: 10)
    let exponent = [0, stream.uniform(below: 1900) - 1000][stream.uniform(below: 2)]
    let offset = stream.normal() * 1000
    var features: [[Double]] = []
    for column in 0..<columns {
      let normal = (0..<rows).map { _ in stream.normal() }
      func falling(_ step: Int) -> [Double] {
        normal.map { $0 * Double(sign: .plus, exponent: -step * column, significand: 1) }
      }
      let numbers: [Double] =
        switch kind {
        case 0: normal
        case 1: normal.map { $0 + offset }
        case 2: features.first ?? normal
        case 3: [Double](repeating: offset, count: rows)
        case 4: (0..<rows).map { $0 == column ? 1 : 0 }
        case 5: falling(5)
        case 6: falling(100)
        case 7: column < 2 ? normal : zip(features[0], features[1]).map { 2 * $0 + offset * $1 }
        case 8: column % 2 == 0 ? normal : [Double](repeating: offset * 1e30, count: rows)
        default: normal.map { ($0 * 2).rounded() }
        }
      features.append(numbers)
    }
    let numbers = (0..<rows * columns).map {
      features[$0 % columns][$0 / columns] * Double(sign: .plus, exponent: exponent, significand: 1)
    }
    return Features(columns: columns, numbers: numbers)
  }

  /// A distance in 0 ... 1, or no distance and a reason.
  private func check(_ distance: Double?, _ reason: Missing?, _ what: String) -> Bool {
    if let distance {
      #expect((0...1).contains(distance) && reason == nil, "\(what)")
    } else {
      #expect(reason != nil, "\(what)")
    }
    return distance != nil
  }

  /// Measures of five thousand pairs: each has a distance in 0 ... 1 or a reason, and correlations in order.
  @Test func tenThousandHaveADistanceOrAReason() throws {
    var stream = RandomStream(Philox(seed: 6, purpose: .direction))
    var counts: [String: Int] = [:]
    for pair in 0..<5000 {
      let rows = 1 + stream.uniform(below: 14)
      let variance = [0.5, 0.9, 0.99, 1][stream.uniform(below: 4)]
      let (x, y) = (awkward(rows: rows, &stream), awkward(rows: rows, &stream))
      func count(_ name: String, _ distance: Double?, _ reason: Missing?) {
        if check(distance, reason, "pair \(pair), \(name)") { counts[name, default: 0] += 1 }
      }

      let bases = try [x, y].map { try FeatureBasis($0.numbers, columns: $0.columns, variance: variance) }
      for (features, basis) in zip([x, y], bases) {
        #expect(basis.kept <= min(features.columns, rows - 1), "pair \(pair)")
        #expect(departureFromOrthonormal(basis) < 1e-11, "pair \(pair)")
      }
      let comparison = try FeatureComparison(
        FeatureDecomposition(x.numbers, columns: x.columns, variance: variance),
        FeatureDecomposition(y.numbers, columns: y.columns, variance: variance))
      for result in [try SVCCA(bases[0], bases[1]), try comparison.svcca(), try comparison.cca()] {
        #expect(result.correlations.allSatisfy { (0...1).contains($0) }, "pair \(pair)")
        #expect(zip(result.correlations, result.correlations.dropFirst()).allSatisfy { $0 >= $1 }, "pair \(pair)")
        count("cca", result.distance, result.reason)
      }
      let pwcca = try comparison.pwcca()
      count("pwcca", pwcca.distance, pwcca.reason)
      count("pwcca, reverse", pwcca.reverseDistance, pwcca.reason)
      let cka = comparison.cka()
      count("cka", cka.distance, cka.reason)
      if let debiased = cka.debiased { #expect(debiased.isFinite, "pair \(pair)") }
      #expect((cka.debiased == nil) == (cka.debiasedReason != nil), "pair \(pair)")
      let procrustes = try comparison.procrustes()
      count("procrustes", procrustes.distance, procrustes.reason)

      let sequences = SequenceRows(sequenceOfRow: (0..<rows).map { _ in stream.uniform(below: 5) })
      let halves = sequences.halves(seed: UInt64(pair))
      let heldOut = try HeldOutSVCCA(
        HalfBasis.both(x.numbers, columns: x.columns, halves: halves, variance: variance),
        HalfBasis.both(y.numbers, columns: y.columns, halves: halves, variance: variance))
      for half in heldOut.halves {
        #expect(half.correlations.allSatisfy { (-1...1).contains($0) }, "pair \(pair)")
        count("held-out half", half.distance, half.reason)
      }
      count("held out", heldOut.distance, heldOut.reason)
      let null = try SVCCANull(bases[0], bases[1], sequences: sequences, seed: UInt64(pair))
      count("null", null.distance, null.reason)
    }
    #expect(counts.count == 8 && counts.values.allSatisfy { $0 > 1000 }, "all came up: \(counts)")
  }
}
