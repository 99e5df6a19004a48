import Foundation
import Randomness
import Testing

private func fill(_ field: NormalField, _ places: Range<Int>) -> [Float] {
  [Float](unsafeUninitializedCapacity: places.count) { buffer, count in
    if let base = buffer.baseAddress { field.fill(base, places: places) }
    count = places.count
  }
}

@Suite struct NormalFieldTests {
  private let generator = Philox(seed: 3, purpose: .direction)

  /// The same bits through the mathematics library in Float64: block i of a group gives the numbers 2 i, 2 i + 1,
  /// 16 + 2 i and 16 + 2 i + 1.
  @Test func isBoxAndMullersTransform() {
    let numbers = fill(NormalField(generator, 7, 1), 0..<64)
    for counter in 0..<16 {
      let block = generator.block(SIMD4(UInt32(counter), 7, 1, 0))
      for (pair, (u, v)) in [(block[0], block[2]), (block[1], block[3])].enumerated() {
        let radius = (-2 * log((Double(u) + 0.5) / 0x1p32)).squareRoot()
        let angle = .pi / 4 + Double(Int32(bitPattern: v << 2)) / 0x1p31 * .pi / 4
        let signs = (v >> 31 == 1 ? -1.0 : 1, v >> 30 & 1 == 1 ? -1.0 : 1)
        let place = counter / 8 * 32 + counter % 8 * 2 + pair
        // Float32 rounds a few times, each by 6e-8 of the radius, which is at most 7.
        #expect(abs(Double(numbers[place]) - signs.0 * radius * cos(angle)) < 1e-6)
        #expect(abs(Double(numbers[place + 16]) - signs.1 * radius * sin(angle)) < 1e-6)
      }
    }
  }

  /// A number is the same wherever in a group the request starts or ends.
  @Test(arguments: [0..<0, 0..<1, 5..<6, 31..<33, 0..<32, 17..<97, 64..<96, 100..<1000, 995..<1000])
  func partsAreParts(places: Range<Int>) {
    let field = NormalField(generator, 1)
    #expect(fill(field, places) == Array(fill(field, 0..<1000)[places]))
  }

  @Test func indicesDiffer() {
    let fields = [
      NormalField(generator), NormalField(generator, 1), NormalField(generator, 0, 1), NormalField(generator, 0, 0, 1),
      NormalField(Philox(seed: 4, purpose: .direction)),
    ]
    #expect(Set(fields.map { fill($0, 0..<32) }).count == 5)
  }

  /// The last positions are as good as the first.
  @Test func reachesFarPlaces() {
    let end = 1 << 34
    let numbers = fill(NormalField(generator), end - 40..<end)
    #expect(numbers.allSatisfy { $0.isFinite })
    #expect(Set(numbers).count > 35)
  }

  /// A million numbers: moments, and fractions beyond 1, 2, 3 and 4 deviations, within five standard errors.
  @Test func hasTheNormalDistribution() {
    let count = 1_000_000
    let numbers = fill(NormalField(generator, 2), 0..<count).map { Double($0) }
    func mean(_ term: (Double) -> Double) -> Double { numbers.reduce(0) { $0 + term($1) } / Double(count) }
    #expect(abs(mean { $0 }) < 0.005)
    #expect(abs(mean { $0 * $0 } - 1) < 5 * 2.0.squareRoot() / 1000)
    #expect(abs(mean { $0 * $0 * $0 }) < 5 * 15.0.squareRoot() / 1000)
    #expect(abs(mean { $0 * $0 * $0 * $0 } - 3) < 5 * 96.0.squareRoot() / 1000)
    for limit in [1.0, 2, 3, 4] {
      let expected = erfc(limit / 2.0.squareRoot())
      let error = (expected * (1 - expected)).squareRoot() / 1000
      #expect(abs(mean { abs($0) > limit ? 1 : 0 } - expected) < 5 * error)
    }
    // The two of a pair, and neighbours.
    for distance in [1, 2, 16, 32] {
      let product = (0..<count - distance).reduce(0) { $0 + numbers[$1] * numbers[$1 + distance] } / Double(count)
      #expect(abs(product) < 0.005)
    }
  }
}
