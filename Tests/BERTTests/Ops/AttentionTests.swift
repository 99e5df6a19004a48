import BERT
import Testing

@Suite struct AttentionTests {
  /// One head of one channel. Both queries are 0, so both tokens take the mean of the values 1 + 1 and 3 + 1 (the bias
  /// is 1).
  @Test func byHand() throws {
    let model = BERTModel(try .tiny(channels: 1, heads: 1), outputs: nil)
    let forward = Forward(model, offsets: [0, 2], qkv: [0, 5, 1, 0, -5, 3], bias: [0, 0, 1])
    expectClose(forward.context, [3, 3], within: 1e-6)
    #expect(forward.observed == [0.5, 0.5, 0.5, 0.5])
  }

  /// Two channels of a head, query [1, 0], keys [ln 2 sqrt 2, 0] and 0: weights 2/3 and 1/3.
  @Test func scaleIsTheRootOfTheHeadSize() throws {
    let model = BERTModel(try .tiny(channels: 2, heads: 1), outputs: nil)
    let key = 0.693_147_18 * 1.414_213_56
    let forward = Forward(
      model, offsets: [0, 2], qkv: [1, 0, key, 0, 3, 0, 0, 0, 0, 7, 0, 0], bias: [0, 0, 0, 0, 0, 0])
    expectClose(forward.context, [2, 0, 1.5, 0], within: 1e-6)
  }

  /// Scores up to 5 whose Float32 error of 1e-6 is relative in the weights; values up to 3.
  @Test(arguments: TinyShape.all, [0, 0.3]) func forwardAgainstTheTwin(shape: TinyShape, dropout: Double) throws {
    let tiny = try TinyCase(shape, dropout: dropout)
    let draws = Inputs(tiny)
    let forward = Forward(
      tiny.model, offsets: tiny.batch.offsets, qkv: draws.qkv, bias: draws.bias,
      dropout: tiny.dropout)
    let expected = Twin.attention(
      draws.qkv, bias: draws.bias, offsets: tiny.batch.offsets, heads: tiny.heads, mask: tiny.attentionMultipliers())
    expectClose(forward.context, expected.context, within: 3e-6)
    expectClose(forward.observed, expected.probabilities, within: 2e-6, "observers see P before dropout")
    // Inference uses one matrix's place again and again, and gives the same bits.
    let inference = Forward(
      tiny.model, offsets: tiny.batch.offsets, qkv: draws.qkv, bias: draws.bias,
      dropout: tiny.dropout, keepingProbabilities: false)
    #expect(inference.context == forward.context)
  }

  /// The gradient of every query, key, value and bias. Gradients up to 10 over chains of about ten products.
  @Test(arguments: TinyShape.all, [0, 0.3]) func backwardAgainstTheTwin(shape: TinyShape, dropout: Double) throws {
    let tiny = try TinyCase(shape, dropout: dropout)
    let offsets = tiny.batch.offsets
    let draws = Inputs(tiny)
    let forward = Forward(
      tiny.model, offsets: offsets, qkv: draws.qkv, bias: draws.bias, dropout: tiny.dropout)
    let dqkv = forward.backward(dContext: draws.dContext)

    let mask = tiny.attentionMultipliers()
    func projection(_ qkv: [Double], _ bias: [Double]) -> Double {
      dot(draws.dContext, Twin.attention(qkv, bias: bias, offsets: offsets, heads: tiny.heads, mask: mask).context)
    }
    expectClose(numbers(dqkv), differences(draws.qkv) { projection($0, draws.bias) }, within: 5e-6)
    var biasSum = accumulators(draws.bias)
    addColumnSums(of: dqkv.view, to: &biasSum)
    let biasGradient = differences(draws.bias) { projection(draws.qkv, $0) }
    expectClose(biasSum, sum(draws.bias, biasGradient), within: 1e-5)
    // A key bias moves all scores of a row alike, which softmax does not see.
    #expect(biasGradient[tiny.channels..<2 * tiny.channels].allSatisfy { abs($0) < 1e-9 })
  }

  /// Scores of +-900, beyond the exponential's range: weights of exactly 1 and nearly 0, no overflow.
  @Test func extremeScores() throws {
    let model = BERTModel(try .tiny(channels: 1, heads: 1), outputs: nil)
    let forward = Forward(
      model, offsets: [0, 2], qkv: [30, 30, 1, 30, -30, 2], bias: [0, 0, 0])
    expectClose(forward.context, [1, 1], within: 1e-6)
  }

  /// NaN in one sequence reaches its own tokens and no others.
  @Test func notANumberStaysInItsSequence() throws {
    let model = BERTModel(try .tiny(channels: 1, heads: 1), outputs: nil)
    let forward = Forward(
      model, offsets: [0, 2, 3], qkv: [.nan, 1, 1, 1, 1, 2, 1, 1, 5], bias: [0, 0, 0])
    #expect(forward.context[0].isNaN && !forward.context[1].isNaN)
    #expect(forward.context[2] == 5)
  }
}

/// What a twin and an attention start from.
private struct Inputs {
  let qkv: [Double]
  let bias: [Double]
  let dContext: [Double]

  init(_ tiny: TinyCase) {
    var draws = Draws()
    qkv = draws.normal(tiny.tokens * 3 * tiny.channels)
    bias = draws.normal(3 * tiny.channels, scale: 0.5)
    dContext = draws.normal(tiny.tokens * tiny.channels)
  }
}

/// A forward pass of attention and what it left.
private struct Forward {
  var context: [Float] = []
  /// The rows that observers saw, without padding.
  var observed: [Float] = []
  private let model: BERTModel
  private let offsets: [Int]
  private let op: Attention
  private let activations: Attention.Activations
  private let dropout: Dropout?
  private let memory = OpMemory()

  init(
    _ model: BERTModel, offsets: [Int], qkv: [Double], bias: [Double], dropout: Dropout? = nil,
    keepingProbabilities: Bool = true
  ) {
    (self.model, self.offsets, self.dropout) = (model, offsets, dropout)
    let channels = model.configuration.hiddenSize
    op = Attention(heads: model.configuration.attentionHeads, layer: 0, bias: memory.vector(bias))
    let squares = zip(offsets, offsets.dropFirst()).map { ($1 - $0) * (($1 - $0 + 15) / 16 * 16) }
    let count = squares.reduce(0, +) * model.configuration.heads
    activations = Attention.Activations(
      qkv: memory.matrix(qkv, columns: 3 * channels),
      probabilities: keepingProbabilities ? memory.results(count) : nil,
      context: memory.results(rows: qkv.count / 3 / channels, columns: channels))
    var rows: [Float] = []
    op.forward(
      Sequences(offsets: offsets), activations, dropout: dropout, scratch: memory.results(scratchCount),
      observe: { seen in
        for i in 0..<seen.length {
          rows += UnsafeBufferPointer(start: seen.first + i * seen.stride, count: seen.length)
        }
      })
    observed = rows
    context = numbers(activations.context)
    memory.expectFences()
  }

  private var scratchCount: Int {
    let longest = zip(offsets, offsets.dropFirst()).map { $1 - $0 }.max() ?? 0
    return Attention.scratchCount(model.configuration.attentionHeads, longest: longest)
  }

  /// dQKV, [T, 3 C].
  func backward(dContext: [Double]) -> MutableMatrixView {
    let channels = model.configuration.hiddenSize
    let dqkv = memory.results(rows: dContext.count / channels, columns: 3 * channels)
    op.backward(
      Sequences(offsets: offsets), activations,
      Attention.Gradients(context: memory.matrix(dContext, columns: channels).view, qkv: dqkv), dropout: dropout,
      scratch: memory.results(scratchCount))
    memory.expectFences()
    return dqkv
  }
}
