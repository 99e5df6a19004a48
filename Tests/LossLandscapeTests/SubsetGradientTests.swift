import BERT
import FineTuning
import GLUE
import LinearAlgebra
import LossLandscape
import Testing

@Suite struct SubsetGradientTests {
  private let tiny: TinyBERT

  init() throws { tiny = try TinyBERT() }

  private func gradient(batchSize: Int, recomputing: Bool = false) throws -> (loss: Double, values: [Float]) {
    let subset = try SubsetGradient(tiny.model, tiny.data, batchSize: batchSize, recomputing: recomputing)
    let gradient = AlignedBuffer<Float>(count: tiny.parameters.count)
    let loss = subset.add(tiny.parameters.base, to: gradient.pointer)
    return (loss, Array(gradient.elements))
  }

  /// J as an evaluation gives it, and its slope along a random direction.
  @Test func isTheGradientOfTheMeanLoss() throws {
    let (loss, gradient) = try gradient(batchSize: 4)
    let evaluator = try Evaluator(tiny.model, tiny.data, batchSize: 4)
    #expect(abs(loss - evaluator.evaluate(tiny.parameters.base).loss) < 1e-6)
    let direction = gaussian(gradient.count, seed: 9, scale: 0.1)
    func evaluate(at step: Float) -> Double {
      let point = AlignedBuffer<Float>(count: gradient.count)
      for i in gradient.indices { point.pointer[i] = tiny.parameters.base[i] + step * direction[i] }
      return evaluator.evaluate(point.pointer).loss
    }
    let slope = zip(gradient, direction).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    #expect(abs(slope) > 0.01)
    #expect(abs((evaluate(at: 0x1p-6) - evaluate(at: -0x1p-6)) * 32 / slope - 1) < 2e-3)
  }

  /// Batches are summed; their size changes rounding only, and recomputing nothing.
  @Test func batchesAddUp() throws {
    let whole = try gradient(batchSize: 9).values.map { Double($0) }
    for size in [1, 2, 4] {
      #expect(isClose(try gradient(batchSize: size).values.map { Double($0) }, whole, 1e-6))
    }
    #expect(try gradient(batchSize: 2, recomputing: true).values == (try gradient(batchSize: 2).values))
  }

  @Test func adds() throws {
    let subset = try tiny.gradient()
    let once = try gradient(batchSize: 4).values
    let gradient = AlignedBuffer<Float>(count: tiny.parameters.count)
    gradient.elements.update(repeating: 8)
    subset.add(tiny.parameters.base, to: gradient.pointer)
    #expect(isClose(gradient.elements.map { Double($0) - 8 }, once.map { Double($0) }, 1e-5))
  }

  /// All places with a gradient are among those read: not word 9, not position 5.
  @Test func placesAreThoseRead() throws {
    let subset = try tiny.gradient()
    let places = subset.places()
    let isRead = Set(places.joined())
    #expect(isRead.count == tiny.model.table.encoder.count - 8)
    for (place, value) in try gradient(batchSize: 4).values.enumerated() where tiny.model.table.encoder.contains(place)
    {
      #expect(value == 0 || isRead.contains(place))
    }
    #expect(Array(subset.places(of: [.pooler]).joined()).count == 20)
    // Nine words, five positions, two segments, weight and bias of the LayerNorm; four channels each.
    #expect(Array(subset.places(of: [.embeddings]).joined()).count == 72)
    #expect(Set(subset.places(of: [.embeddings, .layer(0), .pooler]).joined()) == isRead)
  }

  @Test func dataThatCannotBeUsedAreErrors() throws {
    let unlabelled = try EncodedDataset(
      tokens: [[1]], segments: [[0]], labels: nil, limits: tiny.data.sequences.limits)
    #expect(throws: FineTuningError.noLabels) { try SubsetGradient(tiny.model, unlabelled, batchSize: 1) }
    let foreign = try EncodedDataset(
      tokens: [[10]], segments: [[0]], labels: .classes([0]),
      limits: InputLimits(vocabularySize: 1000, maximumPositions: 64, segmentTypes: 2))
    #expect(throws: ModelError.tokenOutOfRange(id: 10, limit: 10)) {
      try SubsetGradient(tiny.model, foreign, batchSize: 1)
    }
    let labelled = try EncodedDataset(
      tokens: [[1]], segments: [[0]], labels: .classes([2]), limits: tiny.data.sequences.limits)
    #expect(throws: ModelError.labelOutOfRange(got: "2", expected: "classes 0 to 1")) {
      try SubsetGradient(tiny.model, labelled, batchSize: 1)
    }
  }
}
