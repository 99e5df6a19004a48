import BERT
import LinearAlgebra
import Testing

@Suite struct PredictionHeadTests {
  private let memory = OpMemory()

  /// The Float64 twin on a flat parameter vector: h = LayerNorm(f(x W^T + b)), logits = h E^T + d.
  private struct Reference {
    let table: ParameterTable
    let configuration: BERTConfiguration

    private func tensor(_ name: String, _ parameters: [Double]) -> [Double] {
      table.entries.first { $0.name == name }.map { Array(parameters[$0.range]) } ?? []
    }

    func callAsFunction(_ x: [Double], _ parameters: [Double]) -> [Double] {
      let (c, v) = (configuration.hiddenSize, configuration.vocabularySize)
      let prefix = "cls.predictions."
      let norm = Twin.Norm(
        weight: tensor(prefix + "transform.LayerNorm.weight", parameters),
        bias: tensor(prefix + "transform.LayerNorm.bias", parameters))
      let dense = Twin.linear(x, tensor(prefix + "transform.dense.weight", parameters), inputs: c, outputs: c)
      let h = Twin.layerNorm(
        Twin.activation(
          configuration.activation, dense, bias: tensor(prefix + "transform.dense.bias", parameters)), norm)
      let logits = Twin.linear(
        h, tensor("embeddings.word_embeddings.weight", parameters), inputs: c, outputs: v)
      let bias = tensor(prefix + "bias", parameters)
      return logits.enumerated().map { $1 + bias[$0 % v] }
    }
  }

  /// Logits and every gradient, the word embedding's included, in 1 and 3 parts. LayerNorm over 8 channels magnifies
  /// rounding where a row's deviation is small.
  @Test(arguments: [8, 24], [1, 3]) func againstTheTwin(channels: Int, threads: Int) throws {
    let configuration = try BERTConfiguration.tiny(channels: channels)
    let model = BERTModel(configuration, head: .maskedLanguageModel)
    let (table, m, v) = (model.table, 5, configuration.vocabularySize)
    var capacity = BatchShape(lengths: [9])
    capacity.predictions = m
    let team = try ThreadTeam(count: threads)
    let workspace = Workspace(model, capacity: capacity, purpose: .training(recomputing: false), team: team)
    var draws = Draws()
    let (x, dLogits) = (draws.normal(m * channels), draws.normal(m * v))
    let (parameters, start) = (draws.normal(table.count, scale: 0.5), draws.normal(table.count))
    let reference = Reference(table: table, configuration: configuration)
    let op = ModelOps(model, parameters: memory.vector(parameters)).predictionHead
    let rows = workspace.predictions

    rows.x.base.update(from: floats(x), count: x.count)
    for thread in 0..<threads { op.forward(team.part(thread, of: m), rows: rows) }
    #expect(maximumDifference(numbers(rows.logits), reference(x, parameters)) < 2e-5)

    rows.logits.base.update(from: floats(dLogits), count: dLogits.count)
    let sums = memory.vector(start)
    let places = ModelGradients(model, gradients: sums).predictionHead
    for thread in 0..<threads { op.backward(team.part(thread, of: m), rows: rows, adding: places) }
    for thread in 0..<threads { op.addWeightGradients(m, rows: rows, to: places, team: team, thread: thread) }
    let dx = numbers(try #require(rows.dx))
    #expect(maximumDifference(dx, differences(x) { dot(dLogits, reference($0, parameters)) }) < 5e-5)
    let words = table.entries[0].range
    var moving = Array(parameters[words]) + Array(parameters[table.head])
    let expected = differences(moving) { moved in
      let between = parameters[words.upperBound..<table.head.lowerBound]
      return dot(dLogits, reference(x, Array(moved[words]) + between + moved[words.count...]))
    }
    let gradients = numbers(sums, table.count)
    moving = Array(start[words]) + Array(start[table.head])
    let got = gradients[words] + gradients[table.head]
    #expect(maximumDifference(got, sum(moving, expected)) < 1e-4)
    // Nothing else is touched.
    #expect(
      Array(gradients[words.upperBound..<table.head.lowerBound])
        == floats(Array(start[words.upperBound..<table.head.lowerBound])))
    memory.expectFences()
  }
}
