import BERT
import Testing

/// Against the twin of the full attention, of which only the first tokens' rows are compared.
@Suite struct FirstTokenAttentionTests {
  /// Contexts and gradients up to 10 over chains of about ten products, the longest of 24.
  @Test(arguments: TinyShape.all, [0, 0.3]) func againstTheTwin(shape: TinyShape, dropout: Double) throws {
    let tiny = try TinyCase(shape, dropout: dropout)
    let (c, sequences) = (tiny.channels, tiny.batch.lengths.count)
    let offsets = tiny.batch.offsets
    var draws = Draws()
    let x = draws.normal(tiny.tokens * c)
    let (weight, bias) = (draws.normal(3 * c * c, scale: 0.3), draws.normal(3 * c, scale: 0.5))
    let (dContext, dFirst) = (draws.normal(sequences * c), draws.normal(sequences * c))
    let (weightStart, biasStart) = (draws.normal(3 * c * c), draws.normal(3 * c))
    let mask = tiny.attentionMultipliers()
    func twin(_ x: [Double], _ weight: [Double], _ bias: [Double]) -> [Double] {
      let qkv = Twin.linear(x, weight, inputs: c, outputs: 3 * c)
      let context = Twin.attention(qkv, bias: bias, offsets: offsets, heads: tiny.heads, mask: mask).context
      return offsets.dropLast().flatMap { context[$0 * c..<($0 + 1) * c] }
    }
    // The layer's residual brings dFirst to the first tokens.
    func projection(_ x: [Double], _ weight: [Double], _ bias: [Double]) -> Double {
      dot(dContext, twin(x, weight, bias)) + dot(dFirst, offsets.dropLast().flatMap { x[$0 * c..<($0 + 1) * c] })
    }

    // In two parts, as two threads would.
    let parts = Sequences(offsets: offsets).parts(2)
    let op = tiny.model.firstTokenAttention
    let activations = tiny.lastLayer
    let scratchCount = op.scratchCount(longest: tiny.batch.shape.longest)
    var (context, scratch) = (results(sequences * c), results(scratchCount))
    for part in parts {
      op.forward(
        part, layer: 0, x: floats(x), weight: floats(weight), bias: floats(bias), dropout: tiny.dropout,
        activations: activations, scratch: &scratch, context: &context)
    }
    expectClose(context, twin(x, weight, bias), within: 5e-6)

    var (dx, first) = (results(tiny.tokens * c), accumulators(dFirst))
    var (weightSum, biasSum) = (accumulators(weightStart), accumulators(biasStart))
    for part in parts {
      op.backward(
        part, layer: 0, x: floats(x), weight: floats(weight), bias: floats(bias), dropout: tiny.dropout,
        activations: activations, dContext: floats(dContext), dFirst: &first, gradients: try tiny.lastLayerGradients,
        scratch: &scratch, biasGradient: &biasSum, dx: &dx)
    }
    for heads in [0..<1, 1..<tiny.heads] {
      op.addWeightGradients(
        heads: heads, sequences: sequences, activations: activations, dContext: floats(dContext),
        gradients: try tiny.lastLayerGradients, into: &weightSum)
    }
    expectFence(scratch, behind: scratchCount)
    expectClose(dx, differences(x) { projection($0, weight, bias) }, within: 2e-5)
    expectClose(weightSum, sum(weightStart, differences(weight) { projection(x, $0, bias) }), within: 2e-5)
    expectClose(biasSum, sum(biasStart, differences(bias) { projection(x, weight, $0) }), within: 2e-5)
  }
}
