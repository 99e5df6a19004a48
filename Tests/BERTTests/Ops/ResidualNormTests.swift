import BERT
import Testing

@Suite struct ResidualNormTests {
  private let memory = OpMemory()

  private func op(bias: [Double], _ norm: Twin.Norm) -> ResidualNorm {
    ResidualNorm(
      bias: memory.vector(bias),
      norm: LayerNorm(
        channels: bias.count, epsilon: Float(norm.epsilon), weight: memory.vector(norm.weight),
        bias: memory.vector(norm.bias)))
  }

  /// One token, 2 channels: residual [1, 2], a + bias [0, 2], sum [1, 4]: xhat [-1, 1].
  @Test func byHand() {
    let (kept, y) = (memory.norm([-1, 1], channels: 2), memory.results(rows: 1, columns: 2))
    op(bias: [1, 1], Twin.Norm(weight: [1, 2], bias: [0, 5])).forward(
      Sequences(offsets: [0, 1]), kept, residual: memory.matrix([1, 2], columns: 2).view, masks: nil, y: y)
    expectClose(numbers(y), [-1, 7], within: 1e-6)
    expectClose(numbers(kept.scales, 1), [1 / 1.5], within: 1e-6)
    memory.expectFences()
  }

  /// Scales reach 2 or so in rows of 8 channels: gradients up to 20 with a few 1e-7 of error each, summed over 21 rows.
  @Test(arguments: TinyShape.all, [0, 0.3]) func againstTheTwin(shape: TinyShape, dropout: Double) throws {
    let tiny = try TinyCase(shape, dropout: dropout)
    let (count, channels, offsets) = (tiny.tokens * tiny.channels, tiny.channels, tiny.batch.offsets)
    var draws = Draws()
    let (a, bias, residual) = (draws.normal(count), draws.normal(channels), draws.normal(count))
    let norm = Twin.Norm(weight: draws.normal(channels), bias: draws.normal(channels))
    let (dy, start) = (draws.normal(count), draws.normal(channels))
    let mask = tiny.multipliers(.output)
    func projection(
      _ a: [Double], _ bias: [Double], _ residual: [Double], _ weight: [Double], _ normBias: [Double]
    ) -> Double {
      dot(dy, Twin.residualNorm(a, bias: bias, residual: residual, .init(weight: weight, bias: normBias), mask: mask))
    }

    let op = op(bias: bias, norm)
    let (kept, y) = (memory.norm(a, channels: channels), memory.results(rows: tiny.tokens, columns: channels))
    op.forward(
      Sequences(offsets: offsets), kept, residual: memory.matrix(residual, columns: channels).view,
      masks: tiny.masks(.output), y: y)
    expectClose(numbers(y), Twin.residualNorm(a, bias: bias, residual: residual, norm, mask: mask), within: 2e-6)

    let (dResidual, da) = (
      memory.matrix(dy, columns: channels), memory.results(rows: tiny.tokens, columns: channels)
    )
    let sums = ResidualNorm.Gradient(
      bias: memory.vector(start),
      norm: LayerNorm.Gradient(weight: memory.vector(start), bias: memory.vector(start)))
    op.backward(
      Sequences(offsets: offsets), kept, dy: dResidual, masks: tiny.masks(.output), da: da, adding: sums)
    let tolerance = 5e-6
    expectClose(
      numbers(da), differences(a) { projection($0, bias, residual, norm.weight, norm.bias) }, within: tolerance)
    expectClose(
      numbers(dResidual), differences(residual) { projection(a, bias, $0, norm.weight, norm.bias) }, within: tolerance)
    let biasGradient = differences(bias) { projection(a, $0, residual, norm.weight, norm.bias) }
    expectClose(numbers(sums.bias, channels), sum(start, biasGradient), within: tolerance)
    let weightGradient = differences(norm.weight) { projection(a, bias, residual, $0, norm.bias) }
    expectClose(numbers(sums.norm.weight, channels), sum(start, weightGradient), within: tolerance)
    let normBiasGradient = differences(norm.bias) { projection(a, bias, residual, norm.weight, $0) }
    expectClose(numbers(sums.norm.bias, channels), sum(start, normBiasGradient), within: tolerance)
    memory.expectFences()
  }
}
