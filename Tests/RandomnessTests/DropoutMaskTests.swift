import Randomness
import Testing

@Suite struct DropoutMaskTests {
  let generator = Philox(seed: 11, purpose: .dropout)

  func draw(_ mask: DropoutMask, firstGroup: Int, count: Int) -> [Float] {
    [Float](unsafeUninitializedCapacity: count * 16) { buffer, filled in
      if let base = buffer.baseAddress { mask.fill(base, firstGroup: firstGroup, count: count) }
      filled = count * 16
    }
  }

  @Test func keepsNineTenthsAndScalesByTheInverse() {
    let mask = DropoutMask(generator, probability: 0.1, step: 0, example: 0, layer: 0, place: 0)
    let values = draw(mask, firstGroup: 0, count: 10_000)
    let kept = values.filter { $0 != 0 }
    #expect(abs(Double(kept.count) / 160_000 - 0.9) < 0.005)
    #expect(kept.allSatisfy { abs($0 - 1 / 0.9) < 2e-5 })
  }

  /// Any window of groups shows the same mask: the backward pass may generate it in other pieces.
  @Test(arguments: [(0, 1), (1, 2), (3, 7), (4, 4), (5, 1)])
  func windowsAgree(first: Int, count: Int) {
    let mask = DropoutMask(generator, probability: 0.5, step: 9, example: 2, layer: 3, place: 1, part: 4)
    let whole = draw(mask, firstGroup: 0, count: 16)
    #expect(draw(mask, firstGroup: first, count: count) == Array(whole[first * 16..<(first + count) * 16]))
  }

  @Test func everyIndexChangesTheMask() {
    func values(step: Int = 0, example: Int = 0, layer: Int = 0, place: Int = 0, part: Int = 0) -> [Float] {
      draw(
        DropoutMask(
          generator, probability: 0.5, step: step, example: example, layer: layer, place: place, part: part),
        firstGroup: 0, count: 4)
    }
    let all = [
      values(), values(step: 1), values(example: 1), values(layer: 1), values(place: 1), values(part: 1),
    ]
    for i in all.indices {
      for j in all.indices where i < j { #expect(all[i] != all[j]) }
    }
  }

  @Test func probabilityZeroKeepsEverything() {
    let mask = DropoutMask(generator, probability: 0, step: 0, example: 0, layer: 0, place: 0)
    #expect(draw(mask, firstGroup: 0, count: 3) == [Float](repeating: 1, count: 48))
  }
}
