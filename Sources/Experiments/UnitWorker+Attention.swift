internal import BERT
internal import Foundation
internal import GLUE
internal import LearningDynamics
internal import LinearAlgebra
internal import Sweep
internal import TensorFiles

extension UnitWorker {
  /// The attention of a comparison's models, in lock step on pieces of the probe; what is held of it is that of one piece.
  /// Payload, for P pairs, of which M share heads: `layers.mean` and `layers.se`, [layers, P]; `heads.mean` and `heads.se`,
  /// [layers, M, heads]; NaN for a standard error of one example. [METHODS 5]
  func compareAttention(_ comparison: Comparison, _ unit: WorkUnit, _ context: Context) throws -> Result {
    forgetEvaluator()
    let model = site.encoder
    let configuration = model.configuration
    let cells = comparison.cells
    let models = try comparison.models.map { try parameters(of: $0, cells: cells, unit) }
    let data = try examples(of: comparison.probe)
    let pieces = Self.pieces(
      of: data, models: models.count, numbersPerPair: configuration.layers * configuration.heads,
      batch: comparison.probe.batch)
    let workspace = Workspace(
      model, capacity: BatchShape(fitting: pieces.map { data.batch($0) }), purpose: .inference, team: team)
    var divergence = AttentionDivergence(
      AttentionComparison(
        models: models.count,
        pairs: comparison.pairs.map {
          AttentionPair($0.a, $0.b, heads: comparison.sharesHeads($0.a, $0.b) ? .matched : .unmatched)
        }, layers: configuration.layers, heads: configuration.heads))
    for (number, piece) in pieces.enumerated() {
      if context.shouldStop() { return .interrupted }
      context.report(Double(number) / Double(pieces.count))
      let batch = data.batch(piece)
      let attention = models.map { parameters in
        withExtendedLifetime(parameters) {
          AttentionOfBatch(model, batch, parameters: parameters.base, workspace: workspace)
        }
      }
      for (sequence, length) in batch.lengths.enumerated() {
        try divergence.add(length: length, stride: length, team: team) { layer in
          attention.map { $0.first(layer: layer, sequence: sequence) }
        }
      }
      withExtendedLifetime(attention) {}
    }
    return .done(measurements: ["examples": Double(data.count)], payload: try Self.encode(divergence))
  }

  /// Consecutive examples whose attention in all models takes 256 MB at most; one example at least, `batch` at most. It follows
  /// from the comparison alone, as batch mates change last bits.
  private static func pieces(of data: EncodedDataset, models: Int, numbersPerPair: Int, batch: Int) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var (first, numbers) = (0, 0)
    for (index, tokens) in data.tokens.enumerated() {
      let more = models * numbersPerPair * tokens.count * tokens.count
      if index > first, index - first == batch || 4 * (numbers + more) > 256_000_000 {
        pieces.append(first..<index)
        (first, numbers) = (index, 0)
      }
      numbers += more
    }
    return first < data.count ? pieces + [first..<data.count] : pieces
  }

  private static func encode(_ divergence: AttentionDivergence) throws -> [UInt8] {
    let comparison = divergence.comparison
    let (layers, pairs) = (comparison.layers, comparison.pairs.count)
    func arrays(_ name: String, _ shape: [Int], _ means: [ExampleMean]) -> [NamedArray] {
      [
        NamedArray(name: "\(name).mean", shape: shape, elements: .float64(means.map(\.value))),
        NamedArray(name: "\(name).se", shape: shape, elements: .float64(means.map { $0.standardError ?? .nan })),
      ]
    }
    let ofLayers = (0..<layers).flatMap { layer in
      (0..<pairs).compactMap { divergence.mean(ofLayer: layer, pair: $0) }
    }
    let matched = comparison.matchedPairs
    let ofHeads = (0..<layers).flatMap { layer in
      matched.flatMap { divergence.means(ofHeadsIn: layer, pair: $0) ?? [] }
    }
    return try Safetensors.encode(
      arrays("layers", [layers, pairs], ofLayers)
        + arrays("heads", [layers, matched.count, comparison.heads], ofHeads))
  }
}

/// One model's attention on a batch: of each layer and sequence [H, L, L].
private struct AttentionOfBatch {
  private let numbers: AlignedBuffer<Float>
  private let heads: Int
  private let lengths: [Int]
  /// Where each sequence begins within a layer; the layer's size at the end.
  private let offsets: [Int]

  init(_ model: BERTModel, _ batch: PackedBatch, parameters: UnsafePointer<Float>, workspace: Workspace) {
    let heads = model.configuration.heads
    let offsets = batch.lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + heads * $1 * $1) }
    let layer = offsets[offsets.count - 1]
    let numbers = AlignedBuffer<Float>(count: max(1, layer * model.configuration.layers))
    let observer = BERTModel.Observer(attention: { rows in
      let square = rows.length * rows.length
      var target = numbers.pointer + rows.layer * layer + offsets[rows.sequence] + rows.head * square
      for row in 0..<rows.length {
        target.update(from: rows.first + row * rows.stride, count: rows.length)
        target += rows.length
      }
    })
    model.forward(batch, parameters: parameters, workspace: workspace, observer: observer)
    (self.numbers, self.heads, self.offsets, lengths) = (numbers, heads, offsets, batch.lengths)
  }

  func first(layer: Int, sequence: Int) -> UnsafePointer<Float> {
    UnsafePointer(numbers.pointer + layer * offsets[offsets.count - 1] + offsets[sequence])
  }
}
