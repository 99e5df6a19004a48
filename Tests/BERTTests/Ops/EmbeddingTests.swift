import BERT
import Testing

@Suite struct EmbeddingTests {
  private let memory = OpMemory()

  /// Word 1 is [1, 0], position 0 [0, 2], segment 1 [0, 1]: the sum [1, 3] becomes [-1, 1].
  @Test func byHand() throws {
    let model = BERTModel(try .tiny(channels: 2, heads: 1), outputs: nil)
    var parameters = [Double](repeating: 0, count: model.table.count)
    func set(_ name: String, _ start: Int, _ values: [Double]) throws {
      let entry = try #require(model.table.entries.first { $0.name == "embeddings.\(name)" })
      for (i, value) in values.enumerated() { parameters[entry.range.lowerBound + start + i] = value }
    }
    try set("word_embeddings.weight", 2, [1, 0])
    try set("position_embeddings.weight", 0, [0, 2])
    try set("token_type_embeddings.weight", 2, [0, 1])
    try set("LayerNorm.weight", 0, [1, 2])
    try set("LayerNorm.bias", 0, [0, 5])
    var batch = PackedBatch(model.configuration.inputLimits)
    try batch.append(tokens: [1], segments: [1])
    let x = memory.results(rows: 1, columns: 2)
    ModelOps(model, parameters: memory.vector(parameters)).embedding.forward(
      batch, Sequences(offsets: batch.offsets), memory.norm([.nan, .nan], channels: 2), masks: nil, x: x)
    expectClose(numbers(x), [-1, 7], within: 1e-6)
    memory.expectFences()
  }

  /// Gradients of all three tables and the norm; recurring tokens add up, and what a batch does not use stays as it is.
  /// Gradients up to 20 with a few 1e-7 of error each, summed over 21 tokens.
  @Test(arguments: TinyShape.all, [0, 0.3]) func againstTheTwin(shape: TinyShape, dropout: Double) throws {
    let tiny = try TinyCase(shape, dropout: dropout)
    let (table, batch, count) = (tiny.model.table, tiny.batch, tiny.tokens * tiny.channels)
    var draws = Draws()
    let (parameters, start, dx) = (draws.normal(table.count), draws.normal(table.count), draws.normal(count))
    let mask = tiny.multipliers(.embeddings)
    let ranges = try [
      "word_embeddings.weight", "position_embeddings.weight", "token_type_embeddings.weight", "LayerNorm.weight",
      "LayerNorm.bias",
    ].map { try tiny.range("embeddings.\($0)") }
    func twin(_ parameters: [Double]) -> [Double] {
      let parts = ranges.map { Array(parameters[$0]) }
      return Twin.embedding(
        batch, words: parts[0], positions: parts[1], segments: parts[2], .init(weight: parts[3], bias: parts[4]),
        mask: mask)
    }

    let op = ModelOps(tiny.model, parameters: memory.vector(parameters)).embedding
    let kept = memory.norm([Double](repeating: .nan, count: count), channels: tiny.channels)
    let x = memory.results(rows: tiny.tokens, columns: tiny.channels)
    op.forward(batch, Sequences(offsets: batch.offsets), kept, masks: tiny.masks(.embeddings), x: x)
    expectClose(numbers(x), twin(parameters), within: 2e-6)

    let (gradients, overwritten) = (memory.vector(start), memory.matrix(dx, columns: tiny.channels))
    let places = ModelGradients(tiny.model, gradients: gradients).embedding
    op.backward(
      Sequences(offsets: batch.offsets), kept, masks: tiny.masks(.embeddings), dx: overwritten, adding: places)
    // The columns in two parts, as two threads would.
    for columns in [0..<tiny.channels / 2, tiny.channels / 2..<tiny.channels] {
      op.addTableGradients(batch, columns: columns, dSum: overwritten.view, to: places)
    }
    let embeddings = 0..<ranges[4].upperBound
    let gradient = differences(Array(parameters[embeddings])) { dot(dx, twin($0)) }
    expectClose(
      numbers(gradients, table.count), sum(start, gradient) + start[embeddings.upperBound...], within: 1e-5)
    memory.expectFences()
  }
}
