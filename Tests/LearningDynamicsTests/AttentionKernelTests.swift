import Foundation
import LearningDynamics
import LinearAlgebra
import Testing

/// KL(p | m)/2 + KL(q | m)/2 by definition, averaged over queries, for one head.
private func naive(_ p: ArraySlice<Float>, _ q: ArraySlice<Float>, length: Int) -> Double {
  func normalised(_ weights: ArraySlice<Float>, _ query: Int) -> [Double] {
    let row = weights.dropFirst(query * length).prefix(length).map { Double($0) }
    let sum = row.reduce(0, +)
    return row.map { $0 / sum }
  }
  var total = 0.0
  for query in 0..<length {
    for (x, y) in zip(normalised(p, query), normalised(q, query)) {
      let m = (x + y) / 2
      total += (x > 0 ? x * log(x / m) / 2 : 0) + (y > 0 ? y * log(y / m) / 2 : 0)
    }
  }
  return total / Double(length)
}

@Suite struct AttentionKernelTests {
  @Test func disjointRowsAreLn2Apart() throws {
    #expect(try Attention(length: 2, [1, 0, 0, 1], [0, 1, 1, 0]).divergences() == [M_LN2])
  }

  /// m = (3/4, 1/4): H(m) - ln 2 / 2.
  @Test func evenAgainstOneKey() throws {
    let expected = 0.75 * log(4.0 / 3) + 0.25 * log(4.0) - 0.5 * log(2.0)
    let found = try Attention(length: 2, [0.5, 0.5, 0.5, 0.5], [1, 0, 1, 0]).divergences()
    #expect(found.count == 1 && abs(found[0] - expected) < 1e-16 && abs(found[0] - 0.215_761_554_3) < 1e-10)
  }

  @Test func oneKeyHasOneRow() throws {
    #expect(try Attention(length: 1, [1], [0.25]).divergences() == [0])
  }

  @Test func meanOverQueriesOfEachHead() throws {
    // Head 0: one of two queries differs. Head 1: none.
    let attention = Attention(heads: 2, length: 2, [1, 0, 1, 0, 0, 1, 1, 0], [0, 1, 1, 0, 0, 1, 1, 0])
    #expect(try attention.divergences() == [M_LN2 / 2, 0])
  }

  @Test func headsThenPairs() throws {
    let attention = Attention(heads: 2, length: 1, [1, 1], [1, 1], [1, 1])
    #expect(try attention.divergences([(0, 1), (0, 2), (1, 2)]) == [0, 0, 0, 0, 0, 0])
    let three = Attention(length: 2, [1, 0, 1, 0], [0, 1, 0, 1], [0, 1, 1, 0])
    #expect(try three.divergences([(0, 1), (0, 2), (1, 2)]) == [M_LN2, M_LN2 / 2, M_LN2 / 2])
  }

  /// Longer than its vectors: 16 + 3 keys, all of them on the last or the first.
  @Test func everyKeyCounts() throws {
    var (p, q) = ([Float](repeating: 0, count: 19 * 19), [Float](repeating: 0, count: 19 * 19))
    for query in 0..<19 { (p[query * 19 + 18], q[query * 19 + query % 18]) = (1, 1) }
    #expect(abs(try Attention(length: 19, p, q).divergences()[0] - M_LN2) < 1e-15)
  }

  /// Numbers after a row are neither read as weights nor checked.
  @Test func strideSkips() throws {
    let wide = Attention(
      length: 2, stride: 4, models: [[1, 0, .nan, 5, 1, 0, -1, 0], [1, 0, 7, 7, 0, 1, .infinity, 0]])
    #expect(try wide.divergences() == [M_LN2 / 2])
  }

  /// All pairs of more than 10 000 rows of 1 ... 40 keys, awkward ones.
  @Test func awkwardRows() throws {
    var rows = 0
    for length in 1...40 {
      let attention = Attention.awkward(models: 2, heads: 7, length: length, seed: UInt32(length))
      rows += 2 * 7 * length
      let values = try attention.divergences()
      let swapped = try attention.divergences([(1, 0)])
      #expect(values == swapped)
      let square = length * length
      for (head, value) in values.enumerated() {
        #expect(0...M_LN2 ~= value)
        let place = head * square..<(head + 1) * square
        let expected = naive(attention.models[0][place], attention.models[1][place], length: length)
        #expect(abs(value - expected) < 1e-14, "head \(head) of length \(length)")
      }
      #expect(try attention.divergences([(0, 0), (1, 1)]).allSatisfy { $0 == 0 })
      // The same numbers in another model.
      let copies = Attention(heads: 7, length: length, attention.models[0], attention.models[0])
      #expect(try copies.divergences().allSatisfy { $0 == 0 })
    }
    #expect(rows > 10_000)
  }

  /// Rows that differ by one rounding: rounding of the entropies must not give a negative result.
  @Test func nearlyEqualRowsAreNotBelowZero() throws {
    let rows = (0..<500).map { Float($0 + 1) / 501 }
    let left = rows.flatMap { [$0, 1 - $0, $0, 1 - $0] }
    let right = rows.flatMap { [$0.nextUp, 1 - $0, $0, (1 - $0).nextDown] }
    let values = try Attention(heads: 500, length: 2, left, right).divergences()
    #expect(values.allSatisfy { 0...1e-13 ~= $0 })
  }

  /// Rows without a common key: rounding must not give more than ln 2 either.
  @Test func disjointRowsAreNotBeyondLn2() throws {
    var attention = Attention.awkward(models: 2, heads: 300, length: 7, seed: 3)
    for place in attention.models[0].indices {
      let isFirst = place % 7 < 3
      attention.models[0][place] = isFirst ? attention.models[0][place] + 0x1p-20 : 0
      attention.models[1][place] = isFirst ? 0 : attention.models[1][place] + 0x1p-20
    }
    let values = try attention.divergences()
    #expect(values.allSatisfy { $0 <= M_LN2 && $0 > M_LN2 - 1e-14 })
  }

  /// Scaling by a power of two gives the same bits. Otherwise each weight is rounded, by half a unit in the last place
  /// of Float32.
  @Test func scaleOfRowsDoesNotMatter() throws {
    for length in [3, 16, 29] {
      var attention = Attention.awkward(models: 2, heads: 9, length: length, seed: 7)
      // Neither scale may round in the subnormal range, or overflow.
      attention.models[0] = attention.models[0].map { min(max($0, 1e-30), 1e30) }
      let expected = try attention.divergences()
      var scaled = attention
      scaled.models[0] = attention.models[0].map { $0 * 0x1p20 }
      #expect(try scaled.divergences() == expected)
      scaled.models[0] = attention.models[0].map { $0 / 3 }
      for (found, expected) in zip(try scaled.divergences(), expected) { #expect(abs(found - expected) < 1e-7) }
    }
  }

  @Test(arguments: [2, 3, 7])
  func teamChangesNoBit(threads: Int) throws {
    let attention = Attention.awkward(models: 4, heads: 5, length: 21, seed: 1)
    let pairs = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    let team = try ThreadTeam(count: threads)
    #expect(try attention.divergences(pairs, team: team) == attention.divergences(pairs))
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func notFinite(weight: Float) throws {
    for length in [3, 16, 18] {
      var attention = Attention.awkward(models: 3, heads: 4, length: length, seed: 2)
      attention.models[2][(1 * length + 2) * length + length - 1] = weight
      attention.models[0][(3 * length + 0) * length] = weight
      let what = "the attention of model 2 in layer 5, head 1, query 2,"
      for team in [ThreadTeam.single, try ThreadTeam(count: 3)] {
        #expect(throws: DynamicsError.notFinite(what: what)) { try attention.divergences(team: team) }
      }
    }
  }

  @Test func infinitiesDoNotCancel() {
    #expect(throws: DynamicsError.notFinite(what: "the attention of model 0 in layer 5, head 0, query 0,")) {
      try Attention(length: 2, [.infinity, -.infinity, 1, 0], [1, 0, 1, 0]).divergences()
    }
  }

  @Test(arguments: [[1, -1e-30], [0, 0], [-1, 2], [-0.0, 0], [-1, -1]] as [[Float]])
  func notWeights(row: [Float]) throws {
    let attention = Attention(length: 2, [1, 0, 1, 0], [1, 0] + row)
    #expect(throws: DynamicsError.notWeights(what: "the attention of model 1 in layer 5, head 0, query 1,")) {
      try attention.divergences()
    }
  }

  @Test func errorSaysWhat() {
    let error = DynamicsError.notWeights(what: "the attention of model 1 in layer 5, head 0, query 1,")
    #expect("\(error)".hasPrefix("the attention of model 1 in layer 5, head 0, query 1, has a negative weight"))
  }
}
