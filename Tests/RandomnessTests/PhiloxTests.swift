import Randomness
import Testing

@Suite struct PhiloxTests {
  /// Known answers of Random123 (kat_vectors, philox4x32 10).
  @Test func knownAnswers() {
    let zero = Philox(key: SIMD2(0, 0)).block(SIMD4(0, 0, 0, 0))
    #expect(zero == SIMD4(0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8))
    let ones = Philox(key: SIMD2(repeating: .max)).block(SIMD4(repeating: .max))
    #expect(ones == SIMD4(0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD))
    let pi = Philox(key: SIMD2(0xA409_3822, 0x299F_31D0))
      .block(SIMD4(0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344))
    #expect(pi == SIMD4(0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1))
  }

  @Test func seedsAndPurposesDiffer() {
    #expect(Philox(seed: 1, purpose: .dropout) != Philox(seed: 1, purpose: .dataOrder))
    #expect(Philox(seed: 1, purpose: .dropout) != Philox(seed: 2, purpose: .dropout))
    #expect(Philox(seed: 1, purpose: .dropout) != Philox(seed: 1 << 40 | 1, purpose: .dropout))
  }
}

@Suite struct RandomStreamTests {
  @Test func uniformCoversItsRangeEvenly() {
    var stream = RandomStream(Philox(seed: 7, purpose: .subset))
    var counts = [Int](repeating: 0, count: 10)
    for _ in 0..<100_000 { counts[stream.uniform(below: 10)] += 1 }
    #expect(counts.allSatisfy { abs($0 - 10_000) < 400 }, "four standard deviations are 380")
  }

  @Test func normalHasItsMoments() {
    var stream = RandomStream(Philox(seed: 3, purpose: .headInitialisation))
    let draws = (0..<200_000).map { _ in stream.normal() }
    let mean = draws.reduce(0, +) / 200_000
    let variance = draws.reduce(0) { $0 + $1 * $1 } / 200_000
    #expect(abs(mean) < 0.01)
    #expect(abs(variance - 1) < 0.015)
    #expect((0..<10_000).allSatisfy { _ in abs(stream.truncatedNormal(limit: 2)) <= 2 })
  }

  @Test func permutationHoldsEveryIndexOnceAndDependsOnTheEpoch() {
    let generator = Philox(seed: 5, purpose: .dataOrder)
    var first = RandomStream(generator, 0)
    var again = RandomStream(generator, 0)
    var second = RandomStream(generator, 1)
    let order = first.permutation(of: 101)
    #expect(order.sorted() == Array(0..<101))
    #expect(order == again.permutation(of: 101))
    #expect(order != second.permutation(of: 101))
    #expect(first.permutation(of: 0).isEmpty)
    #expect(first.permutation(of: 1) == [0])
  }
}
