import BERT
import Foundation
import LinearAlgebra
import Randomness
import Testing

/// The shapes at which ops meet their twins: odd lengths and ragged 16-lane groups.
struct TinyShape: Sendable, CustomTestStringConvertible {
  let lengths: [Int]
  let channels: Int
  let heads: Int

  /// Less than a group; 17 tokens, which cross one; 24 channels, 6 a head; whole groups.
  static let all = [
    TinyShape(lengths: [3, 1], channels: 8, heads: 2), TinyShape(lengths: [3, 1, 17], channels: 8, heads: 2),
    TinyShape(lengths: [1, 17], channels: 24, heads: 4), TinyShape(lengths: [17, 3], channels: 32, heads: 2),
  ]

  var testDescription: String { "\(lengths) tokens, \(channels) channels, \(heads) heads" }
}

/// What the test of an op needs around the op: a model of tiny shape, its sequences, and the dropout of a step.
struct TinyCase {
  let model: BERTModel
  let batch: PackedBatch
  let dropout: Dropout?
  private let workspace: Workspace
  private let multipliers: AlignedBuffer<Float>

  init(_ shape: TinyShape, outputs: Int? = nil, dropout: Double = 0) throws {
    var configuration = try BERTConfiguration.tiny(channels: shape.channels, heads: shape.heads)
    configuration.hiddenDropout = dropout
    configuration.attentionDropout = dropout
    model = BERTModel(configuration, outputs: outputs)
    var batch = PackedBatch(configuration.inputLimits)
    for length in shape.lengths {
      // Few tokens, so that some recur within a sequence and some across.
      let tokens: [Int32] = (0..<length).map { Int32($0 * 3 % 7) }
      let segments: [UInt8] = (0..<length).map { UInt8($0 % 3 / 2) }
      try batch.append(tokens: tokens, segments: segments)
    }
    self.batch = batch
    workspace = Workspace(model, capacity: batch.shape, purpose: .training(recomputing: false))
    multipliers = AlignedBuffer(count: shape.channels + 16)
    self.dropout =
      dropout > 0 ? Dropout(configuration, generator: Philox(seed: 3, purpose: .dropout), step: 5) : nil
  }

  var tokens: Int { batch.tokens.count }
  var channels: Int { model.configuration.hiddenSize }
  var heads: Int { model.configuration.heads }
  var rows: Classifier.Rows { workspace.rows }
  var lastLayer: FirstTokenAttention.Activations { workspace.last.attention }
  var lastLayerGradients: FirstTokenAttention.Gradients { get throws { try #require(workspace.gradients).last } }

  func masks(_ place: Dropout.Sublayer) -> RowMasks? { model.masks(dropout, place, multipliers.pointer) }

  /// The multipliers of every token at a place, [T, C], or of the first `rows` of each sequence.
  func multipliers(_ place: Dropout.Sublayer, rows: Int? = nil) -> [Double]? {
    dropout?.multipliers(place, of: batch, rows: rows, channels: channels)
  }

  /// The multipliers of every head of every sequence, L x L each.
  func attentionMultipliers() -> [Double]? { dropout?.attentionMultipliers(of: batch, heads: heads) }

  /// The places of a tensor in the flat vector.
  func range(_ name: String) throws -> Range<Int> {
    try #require(model.table.entries.first { $0.name == name }).range
  }
}

extension BERTConfiguration {
  /// One layer, 20 words, 20 positions, 2 segments, 12 intermediate channels, dropout as given.
  static func tiny(channels: Int = 8, heads: Int = 2, dropout: Double = 0) throws -> BERTConfiguration {
    let json = """
      {"vocab_size": 20, "hidden_size": \(channels), "num_hidden_layers": 1, "num_attention_heads": \(heads),
       "intermediate_size": 12, "max_position_embeddings": 20, "hidden_dropout_prob": \(dropout),
       "attention_probs_dropout_prob": \(dropout)}
      """
    return try BERTConfiguration(json: Data(json.utf8), path: "tiny")
  }
}
