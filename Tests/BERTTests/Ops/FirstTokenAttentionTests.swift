import BERT
import Testing

/// Against the twin of the full attention, of which only the first tokens' rows are compared.
@Suite struct FirstTokenAttentionTests {
  private let memory = OpMemory()

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
    let heads = tiny.model.configuration.attentionHeads
    let op = FirstTokenAttention(
      heads: heads, layer: 0,
      projections: Dense(weight: memory.matrix(weight, columns: c).view, bias: memory.vector(bias)))
    let (activations, gradients) = (tiny.lastLayer, try tiny.lastLayerGradients)
    let states = memory.matrix(x, columns: c).view
    let scratch = memory.results(
      FirstTokenAttention.scratchCount(heads, longest: tiny.batch.shape.longest))
    for part in parts { op.forward(part, x: states, activations, dropout: tiny.dropout, scratch: scratch) }
    expectClose(numbers(activations.context), twin(x, weight, bias), within: 5e-6)

    gradients.context.base.update(from: floats(dContext), count: dContext.count)
    gradients.first.base.update(from: floats(dFirst), count: dFirst.count)
    let sums = Dense.Gradient(weight: memory.matrix(weightStart, columns: c), bias: memory.vector(biasStart))
    for part in parts {
      op.backward(
        part, x: states, activations, gradients, dropout: tiny.dropout, scratch: scratch, addingBias: sums.bias)
    }
    for heads in [0..<1, 1..<tiny.heads] {
      op.addWeightGradients(heads: heads, sequences: sequences, activations, gradients, to: sums)
    }
    memory.expectFences()
    expectClose(numbers(gradients.states), differences(x) { projection($0, weight, bias) }, within: 2e-5)
    expectClose(numbers(sums.weight), sum(weightStart, differences(weight) { projection(x, $0, bias) }), within: 2e-5)
    expectClose(
      numbers(sums.bias, 3 * c), sum(biasStart, differences(bias) { projection(x, weight, $0) }), within: 2e-5)
  }
}
