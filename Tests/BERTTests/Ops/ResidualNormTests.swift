import BERT
import Testing

@Suite struct ResidualNormTests {
  /// One token, 2 channels: residual [1, 2], a + bias [0, 2], sum [1, 4]: xhat [-1, 1].
  @Test func byHand() throws {
    let op = ResidualNorm(norm: BERTModel(try .tiny(channels: 2, heads: 1), outputs: nil).norm)
    var (a, scales, y) = (accumulators([-1, 1]), results(1), results(2))
    op.forward(
      Sequences(offsets: [0, 1]), a: &a, bias: [1, 1], residual: [1, 2], normWeight: [1, 2], normBias: [0, 5],
      masks: nil,
      scales: &scales, y: &y)
    expectClose(y, [-1, 7], within: 1e-6)
    expectClose(scales, [1 / 1.5], within: 1e-6)
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

    let op = ResidualNorm(norm: tiny.model.norm)
    var (normalised, scales, y) = (accumulators(a), results(tiny.tokens), results(count))
    op.forward(
      Sequences(offsets: offsets), a: &normalised, bias: floats(bias), residual: floats(residual),
      normWeight: floats(norm.weight), normBias: floats(norm.bias), masks: tiny.masks(.output), scales: &scales,
      y: &y)
    expectClose(y, Twin.residualNorm(a, bias: bias, residual: residual, norm, mask: mask), within: 2e-6)

    var (dResidual, da) = (accumulators(dy), results(count))
    var (weightSum, normBiasSum, biasSum) = (accumulators(start), accumulators(start), accumulators(start))
    op.backward(
      Sequences(offsets: offsets), dy: &dResidual, normalised: normalised, scales: scales,
      normWeight: floats(norm.weight),
      masks: tiny.masks(.output), normWeightGradient: &weightSum, normBiasGradient: &normBiasSum,
      biasGradient: &biasSum, da: &da)
    let tolerance = 5e-6
    expectClose(da, differences(a) { projection($0, bias, residual, norm.weight, norm.bias) }, within: tolerance)
    expectClose(dResidual, differences(residual) { projection(a, bias, $0, norm.weight, norm.bias) }, within: tolerance)
    let biasGradient = differences(bias) { projection(a, $0, residual, norm.weight, norm.bias) }
    expectClose(biasSum, sum(start, biasGradient), within: tolerance)
    let weightGradient = differences(norm.weight) { projection(a, bias, residual, $0, norm.bias) }
    expectClose(weightSum, sum(start, weightGradient), within: tolerance)
    let normBiasGradient = differences(norm.bias) { projection(a, bias, residual, norm.weight, $0) }
    expectClose(normBiasSum, sum(start, normBiasGradient), within: tolerance)
  }
}
