import BERT
import Testing

@Suite struct LayerNormTests {
  private let memory = OpMemory()

  private func norm(_ twin: Twin.Norm) -> LayerNorm {
    LayerNorm(
      channels: twin.weight.count, epsilon: Float(twin.epsilon), weight: memory.vector(twin.weight),
      bias: memory.vector(twin.bias))
  }

  /// [1, 3]: mean 2, variance 1, with epsilon 3 a scale of 1/2.
  @Test func byHand() {
    let (kept, y) = (memory.norm([1, 3], channels: 2), memory.results(rows: 1, columns: 2))
    norm(Twin.Norm(weight: [2, 4], bias: [10, 20], epsilon: 3)).forward(row: 0, kept, y: y)
    #expect(kept.scales[0] == 0.5)
    expectClose(numbers(kept.normalised), [-0.5, 0.5], within: 0)
    expectClose(numbers(y), [9, 22], within: 0)
    memory.expectFences()
  }

  /// Rows of order 1 and scales of order 1: some ten roundings of 6e-8 of numbers up to 3, in gradients up to 10.
  @Test(arguments: [8, 17, 24, 32]) func againstTheTwin(channels: Int) {
    var draws = Draws()
    let x = draws.normal(channels)
    let twin = Twin.Norm(weight: draws.normal(channels), bias: draws.normal(channels))
    let (dy, start) = (draws.normal(channels), draws.normal(channels))
    let op = norm(twin)

    let (kept, y) = (memory.norm(x, channels: channels), memory.results(rows: 1, columns: channels))
    op.forward(row: 0, kept, y: y)
    expectClose(numbers(y), Twin.layerNorm(x, twin), within: 1e-6)
    // x and y may be the same matrix.
    let inPlace = memory.norm(x, channels: channels)
    op.forward(row: 0, inPlace, y: inPlace.normalised)
    #expect(numbers(inPlace.normalised) == numbers(y))

    let dxExpected = differences(x) { dot(dy, Twin.layerNorm($0, twin)) }
    let weightGradient = differences(twin.weight) {
      dot(dy, Twin.layerNorm(x, Twin.Norm(weight: $0, bias: twin.bias)))
    }
    let biasGradient = differences(twin.bias) {
      dot(dy, Twin.layerNorm(x, Twin.Norm(weight: twin.weight, bias: $0)))
    }
    let dx = memory.matrix(dy, columns: channels)
    let sums = LayerNorm.Gradient(weight: memory.vector(start), bias: memory.vector(start))
    op.backward(row: 0, kept, dy: dx, adding: sums)
    expectClose(numbers(dx), dxExpected, within: 2e-6)
    expectClose(numbers(sums.weight, channels), sum(start, weightGradient), within: 1e-6)
    expectClose(numbers(sums.bias, channels), sum(start, biasGradient), within: 1e-6)
    memory.expectFences()
  }

  /// A mean of 1000 with deviations of 1: the mean's rounding, 3e-5, is all that is lost. E[x^2] - E[x]^2 would lose
  /// 0.06 of the variance.
  @Test func largeMean() {
    var draws = Draws()
    let x = draws.normal(24).map { Double(Float(1000 + $0)) }
    let twin = Twin.Norm(weight: [Double](repeating: 1, count: 24), bias: [Double](repeating: 0, count: 24))
    let y = memory.results(rows: 1, columns: 24)
    norm(twin).forward(row: 0, memory.norm(x, channels: 24), y: y)
    expectClose(numbers(y), Twin.layerNorm(x, twin), within: 1e-4)
  }

  /// A constant row has no variance: xhat is 0 and y the bias, with the scale of epsilon alone.
  @Test func constantRow() {
    let kept = memory.norm([Double](repeating: 2, count: 17), channels: 17)
    let y = memory.results(rows: 1, columns: 17)
    var draws = Draws()
    let twin = Twin.Norm(weight: [Double](repeating: 3, count: 17), bias: draws.normal(17))
    norm(twin).forward(row: 0, kept, y: y)
    expectClose(numbers(y), twin.bias, within: 0)
    #expect(abs(kept.scales[0] - 1e6) < 1)
  }
}
