import LinearAlgebra
import Testing

private let counting = Lanes(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)

@Suite struct LanesTests {
  /// Offsets that no alignment favours.
  @Test(arguments: [0, 1, 3, 15, 17])
  func loadsAndStoresAnywhere(offset: Int) {
    let numbers = (0..<40).map { Float($0) }
    #expect(numbers.withUnsafeBufferPointer { $0.baseAddress?.lanes(at: offset) } == counting + Float(offset))
    var copy = [Float](repeating: -1, count: 40)
    copy.withUnsafeMutableBufferPointer { $0.baseAddress?.store(counting, at: offset) }
    #expect(copy == (0..<40).map { offset..<offset + 16 ~= $0 ? Float($0 - offset) : -1 })
    #expect(copy.withUnsafeMutableBufferPointer { $0.baseAddress?.lanes(at: offset) } == counting)
  }

  /// The incomplete end of a row: nothing past `end` is read or written, and zeros take its place.
  @Test(arguments: 0...18)
  func ragged(count: Int) {
    let offset = 5
    var numbers = [Float](repeating: 100, count: 30)
    for i in 0..<count { numbers[offset + i] = Float(i) + 1 }
    let expected = (0..<16).map { $0 < count ? Float($0) + 1 : 0 }
    let end = offset + count
    let read = numbers.withUnsafeBufferPointer { $0.baseAddress?.lanes(at: offset, end: end) }
    #expect(read.map { lanes in (0..<16).map { lanes[$0] } } == expected)
    let again = numbers.withUnsafeMutableBufferPointer { $0.baseAddress?.lanes(at: offset, end: end) }
    #expect(again == read)

    var copy = [Float](repeating: -1, count: 30)
    copy.withUnsafeMutableBufferPointer { $0.baseAddress?.store(counting, at: offset, end: end) }
    #expect(copy == (0..<30).map { offset..<offset + min(count, 16) ~= $0 ? Float($0 - offset) : -1 })
  }

  @Test(arguments: 0...18)
  func prefixKeepsTheFirstLanes(count: Int) {
    let lanes = (counting + 1).prefix(count)
    let filled = (counting + 1).prefix(count, filler: -.infinity)
    for lane in 0..<16 {
      #expect(lanes[lane] == (lane < count ? Float(lane) + 1 : 0))
      #expect(filled[lane] == (lane < count ? Float(lane) + 1 : -.infinity))
    }
  }

  /// Lanes outside the prefix may hold anything: they are replaced, not multiplied by zero.
  @Test func prefixDropsNotANumber() {
    #expect(Lanes(repeating: .nan).prefix(0) == .zero)
  }

  @Test func laneSumByHand() {
    #expect(counting.laneSum == 120)
    // Lanes 0 and 8 are added first and cancel; from left to right, 2^24 + 1 would lose the 1.
    var lanes = Lanes.zero
    (lanes[0], lanes[1], lanes[8]) = (16_777_216, 1, -16_777_216)
    #expect(lanes.laneSum == 1)
    // Here they lose the 1, which would remain from left to right.
    (lanes[0], lanes[1], lanes[8]) = (16_777_216, -16_777_216, 1)
    #expect(lanes.laneSum == 0)
  }

  /// The order of additions is part of a result: always halves first.
  @Test func laneSumAddsHalves() {
    for seed in 0..<200 {
      var numbers = uniform(16, seed: UInt32(seed))
      let lanes = numbers.withUnsafeBufferPointer { $0.baseAddress?.lanes(at: 0) ?? .zero }
      while numbers.count > 1 {
        let half = numbers.count / 2
        numbers = (0..<half).map { numbers[$0] + numbers[half + $0] }
      }
      #expect(lanes.laneSum.bitPattern == numbers[0].bitPattern)
    }
  }

  @Test func laneMaximumFindsEveryLane() {
    for lane in 0..<16 {
      var lanes = -counting - 2
      lanes[lane] = -1
      #expect(lanes.laneMaximum == -1)
      lanes[lane] = .infinity
      #expect(lanes.laneMaximum == .infinity)
    }
    #expect(Lanes(repeating: -.infinity).laneMaximum == -.infinity)
  }
}
