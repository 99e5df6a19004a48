import BERT
import LinearAlgebra
import Randomness
import Testing

/// Each place drops 0.1 of its elements and scales the others by 1 / 0.9, seen at the op's own output, and its backward
/// pass uses the mask of its forward pass. (At odd shapes the ops' own tests compare with the twin under a mask.)
@Suite struct DropoutTests {
  private let memory = OpMemory()

  /// About 10^5 elements: the deviation of the kept share is 0.001, five times within the bound of 0.005.
  private func expectShareAndScale(_ kept: [Float]) {
    let count = kept.filter { $0 != 0 }.count
    #expect(abs(Double(count) / Double(kept.count) - 0.9) <= 0.005)
    // p is rounded to a multiple of 2^-16: 1 / (1 - p) is within 1e-5 of 1 / 0.9, Float32 arithmetic within 1e-5 more.
    #expect(kept.allSatisfy { $0 == 0 || abs($0 - 1 / 0.9) < 2e-5 })
  }

  /// gamma = 0 and beta = 1 make the LayerNorm's output ones, so x is the mask. With dY = 1 and one token, so is dBeta.
  @Test func embeddings() throws {
    let tiny = try TinyCase(TinyShape(lengths: [17, 20, 20], channels: 2048, heads: 2), dropout: 0.1)
    let table = tiny.model.table
    let parameters = memory.vector([Double](repeating: 0, count: table.count))
    let bias = try tiny.range("embeddings.LayerNorm.bias")
    for i in bias { parameters[i] = 1 }
    let op = ModelOps(tiny.model, parameters: parameters).embedding
    func forward(_ batch: PackedBatch) -> [Float] {
      let count = batch.tokens.count
      let x = memory.results(rows: count, columns: 2048)
      op.forward(
        batch, Sequences(offsets: batch.offsets),
        memory.norm([Double](repeating: .nan, count: count * 2048), channels: 2048), masks: tiny.masks(.embeddings),
        x: x)
      return numbers(x)
    }
    let mask = forward(tiny.batch)
    expectShareAndScale(mask)

    var token = PackedBatch(tiny.model.configuration.inputLimits)
    try token.append(tokens: [0], segments: [0])
    let gradients = memory.vector([Double](repeating: 0, count: table.count))
    let kept = memory.norm([Double](repeating: 0, count: 2048), channels: 2048)
    kept.scales[0] = 1
    op.backward(
      Sequences(offsets: token.offsets), kept, masks: tiny.masks(.embeddings),
      dx: memory.matrix([Double](repeating: 1, count: 2048), columns: 2048),
      adding: ModelGradients(tiny.model, gradients: gradients).embedding)
    #expect(numbers(gradients + bias.lowerBound, bias.count) == Array(mask[..<2048]))
    #expect(forward(token) == Array(mask[..<2048]), "a mask does not depend on what else is in the batch")
  }

  /// residual = 0 and a + bias = 1 make each row of the sum its mask: xhat / scale is the mask minus its mean, and dA
  /// is dResidual times the mask.
  @Test(arguments: [Dropout.Sublayer.attentionOutput, .output]) func subLayerOutputs(place: Dropout.Sublayer) throws {
    let channels = 2048
    let tiny = try TinyCase(TinyShape(lengths: [17, 20, 20], channels: channels, heads: 2), dropout: 0.1)
    let (offsets, count) = (tiny.batch.offsets, tiny.tokens * channels)
    let zeros = { self.memory.vector([Double](repeating: 0, count: channels)) }
    let op = ResidualNorm(
      bias: zeros(),
      norm: LayerNorm(
        channels: channels, epsilon: 1e-12, weight: memory.vector([Double](repeating: 1, count: channels)),
        bias: zeros()))
    let kept = memory.norm([Double](repeating: 1, count: count), channels: channels)
    op.forward(
      Sequences(offsets: offsets), kept,
      residual: memory.matrix([Double](repeating: 0, count: count), columns: channels).view, masks: tiny.masks(place),
      y: memory.results(rows: tiny.tokens, columns: channels))
    let normalised = numbers(kept.normalised)
    var mask: [Float] = []
    for token in 0..<tiny.tokens {
      let centred = normalised[token * channels..<(token + 1) * channels].map { $0 / kept.scales[token] }
      let dropped = centred.min() ?? 0
      mask += centred.map { $0 - dropped }
    }
    expectShareAndScale(mask)

    var draws = Draws()
    let (dResidual, dA) = (
      memory.matrix(draws.normal(count), columns: channels), memory.results(rows: tiny.tokens, columns: channels)
    )
    op.backward(
      Sequences(offsets: offsets), kept, dy: dResidual, masks: tiny.masks(place), da: dA,
      adding: ResidualNorm.Gradient(bias: zeros(), norm: LayerNorm.Gradient(weight: zeros(), bias: zeros())))
    let (dy, da) = (numbers(dResidual), numbers(dA))
    expectClose(da, zip(dy, mask).map { Double($0) * Double($1) }, within: 1e-4)
    #expect(zip(da, mask).allSatisfy { ($0 == 0) == ($1 == 0) })
  }

  /// Without scores P is 1 / L; with the identity as value the context is the mask over L. With the identity as
  /// dContext, dV is the transpose of that.
  @Test func attention() throws {
    let (length, heads, sequences) = (20, 4, 64)
    let shape = TinyShape(lengths: [Int](repeating: length, count: sequences), channels: heads * length, heads: heads)
    let tiny = try TinyCase(shape, dropout: 0.1)
    let (channels, offsets) = (tiny.channels, tiny.batch.offsets)
    var qkv = [Double](repeating: 0, count: tiny.tokens * 3 * channels)
    var identity = [Double](repeating: 0, count: tiny.tokens * channels)
    for token in 0..<tiny.tokens {
      for head in 0..<heads {
        qkv[(token * 3 + 2) * channels + head * length + token % length] = 1
        identity[token * channels + head * length + token % length] = 1
      }
    }
    let shapeOfHeads = tiny.model.configuration.attentionHeads
    let op = Attention(
      heads: shapeOfHeads, layer: 0, bias: memory.vector([Double](repeating: 0, count: 3 * channels)))
    let activations = Attention.Activations(
      qkv: memory.matrix(qkv, columns: 3 * channels),
      probabilities: memory.results(sequences * heads * length * 32),
      context: memory.results(rows: tiny.tokens, columns: channels))
    let scratch = memory.results(Attention.scratchCount(shapeOfHeads, longest: length))
    op.forward(Sequences(offsets: offsets), activations, dropout: tiny.dropout, scratch: scratch, observe: nil)
    let context = numbers(activations.context)
    expectShareAndScale(context.map { $0 * Float(length) })

    let gradients = Attention.Gradients(
      context: memory.matrix(identity, columns: channels).view,
      qkv: memory.results(rows: tiny.tokens, columns: 3 * channels))
    op.backward(Sequences(offsets: offsets), activations, gradients, dropout: tiny.dropout, scratch: scratch)
    let dqkv = numbers(gradients.qkv)
    var differing = 0
    for (start, head) in offsets.dropLast().flatMap({ start in (0..<heads).map { (start, $0) } }) {
      for (query, key) in (0..<length).flatMap({ query in (0..<length).map { (query, $0) } }) {
        let forward = context[(start + query) * channels + head * length + key]
        let backward = dqkv[((start + key) * 3 + 2) * channels + head * length + query]
        if forward != backward { differing += 1 }
      }
    }
    #expect(differing == 0)
  }

  /// tanh(20) = 1 and the identity as head make the logits the mask. With tanh(0) = 0 and dLogits = 1 the gradient of
  /// one sequence's pooler bias is the mask too.
  @Test func classifier() throws {
    let (channels, sequences) = (1024, 100)
    let shape = TinyShape(lengths: [Int](repeating: 1, count: sequences), channels: channels, heads: 2)
    let tiny = try TinyCase(shape, outputs: channels, dropout: 0.1)
    let table = tiny.model.table
    let parameters = memory.vector([Double](repeating: 0, count: table.count))
    let op = ModelOps(tiny.model, parameters: parameters).classifier
    let head = try tiny.range("classifier.weight")
    for c in 0..<channels { parameters[head.lowerBound + c * channels + c] = 1 }
    let bias = try tiny.range("pooler.dense.bias")
    for i in bias { parameters[i] = 20 }
    tiny.rows.first.base.update(repeating: 1, count: sequences * channels)
    op.forward(sequences: sequences, rows: tiny.rows, masks: tiny.masks(.classifier))
    let mask = numbers(tiny.rows.logits)
    expectShareAndScale(mask)

    for i in bias { parameters[i] = 0 }
    op.forward(sequences: 1, rows: tiny.rows, masks: tiny.masks(.classifier))
    let gradients = memory.vector([Double](repeating: 0, count: table.count))
    op.backward(
      dLogits: memory.matrix([Double](repeating: 1, count: channels), columns: channels).view, rows: tiny.rows,
      masks: tiny.masks(.classifier), adding: ModelGradients(tiny.model, gradients: gradients).classifier)
    #expect(numbers(gradients + bias.lowerBound, bias.count) == Array(mask[..<channels]))
  }

  /// Hidden, attention and classifier dropout are three settings; the classifier's is the hidden one unless it has its
  /// own.
  @Test func probabilitiesOfTheConfiguration() throws {
    var configuration = try BERTConfiguration.tiny()
    configuration.hiddenDropout = 0.5
    configuration.attentionDropout = 0.75
    func scale(_ place: Dropout.Sublayer) -> Double {
      Dropout(configuration, generator: Philox(seed: 1, purpose: .dropout), step: 0)
        .multipliers(place, sequence: 0, rows: 8, columns: 32).max() ?? 0
    }
    for place in [Dropout.Sublayer.embeddings, .attentionOutput, .output, .classifier] { #expect(scale(place) == 2) }
    #expect(scale(.attention) == 4)
    configuration.classifierDropout = 0.875
    #expect(scale(.classifier) == 8 && scale(.output) == 2)
    configuration.classifierDropout = 0
    #expect(
      Dropout(configuration, generator: Philox(seed: 1, purpose: .dropout), step: 0)
        .mask(.classifier, sequence: 0) == nil)
  }

  /// A model of which every place is dropped with probability 0 gives the bits of one without dropout, forward and
  /// backward: evaluation is dropout off.
  @Test func probabilityZeroIsNoDropout() throws {
    let tiny = try TinyCase(TinyShape(lengths: [3, 1, 17], channels: 8, heads: 2), outputs: 2)
    let model = tiny.model
    let parameters = AlignedBuffer<Float>(count: model.table.count)
    model.initialiseEncoder(parameters.pointer, seed: 1)
    model.initialiseHead(parameters.pointer, seed: 1)
    let workspace = Workspace(model, capacity: tiny.batch.shape, purpose: .training(recomputing: false))
    let targets = try Targets(.classes([0, 1, 1]), outputs: 2)
    func run(_ dropout: Dropout?) -> (logits: [Float], gradients: [Float]) {
      let gradients = AlignedBuffer<Float>(count: model.table.count)
      let logits = Array(
        model.forward(tiny.batch, parameters: parameters.pointer, workspace: workspace, dropout: dropout))
      _ = model.backward(
        tiny.batch, targets: targets, scale: 1, parameters: parameters.pointer, workspace: workspace,
        dropout: dropout, gradients: gradients.pointer)
      return (logits, Array(gradients.elements))
    }
    let generator = Philox(seed: 3, purpose: .dropout)
    let off = run(nil)
    #expect(run(Dropout(model.configuration, generator: generator, step: 0)) == off)
    // Each place by itself changes the result.
    for place in [\BERTConfiguration.hiddenDropout, \.attentionDropout] {
      var configuration = model.configuration
      configuration[keyPath: place] = 0.3
      let on = run(Dropout(configuration, generator: generator, step: 0))
      #expect(on.logits != off.logits && on.gradients != off.gradients)
    }
    let inference = Workspace(model, capacity: tiny.batch.shape, purpose: .inference)
    let evaluated = Array(model.forward(tiny.batch, parameters: parameters.pointer, workspace: inference))
    #expect(evaluated == off.logits)
    // An observer has the last layer computed for all tokens, which rounds otherwise.
    let observed = Array(
      model.forward(
        tiny.batch, parameters: parameters.pointer, workspace: inference,
        observer: BERTModel.Observer(hiddenState: { _, _ in })))
    #expect(maximumDifference(observed, off.logits.map { Double($0) }) < 1e-6)
  }

  /// The third sequence of a batch is the first of a micro-batch that starts there; any other coordinate changes the
  /// mask.
  @Test(arguments: [Dropout.Sublayer.embeddings, .attention, .attentionOutput, .output, .classifier])
  func firstExampleShiftsTheMask(place: Dropout.Sublayer) throws {
    let configuration = try BERTConfiguration.tiny(dropout: 0.5)
    func mask(
      seed: UInt64 = 1, step: Int = 4, firstExample: Int = 0, _ place: Dropout.Sublayer, sequence: Int, layer: Int = 1,
      part: Int = 1
    ) -> [Double] {
      Dropout(
        configuration, generator: Philox(seed: seed, purpose: .dropout), step: step, firstExample: firstExample
      ).multipliers(place, sequence: sequence, layer: layer, part: part, rows: 3, columns: 24)
    }
    let whole = mask(place, sequence: 2)
    #expect(mask(firstExample: 2, place, sequence: 0) == whole)
    #expect(mask(firstExample: 1, place, sequence: 1) == whole)
    let others = [
      mask(place, sequence: 0), mask(place, sequence: 2, layer: 0), mask(place, sequence: 2, part: 0),
      mask(step: 5, place, sequence: 2), mask(seed: 2, place, sequence: 2),
      mask(place == .output ? .attention : .output, sequence: 2),
    ]
    #expect(others.allSatisfy { $0 != whole })
  }
}
