/// Optimiser, schedule and shapes of one fine-tuning; all that changes a bit of it beside model, task and seeds.
///
/// The coding keys are the keys of the sweep file. Source of the defaults: METHODS, section 8.
public struct Recipe: Sendable, Hashable, Codable {
  /// Passes over the training rows, 1 to 1000.
  public var epochs = 3
  /// Examples per optimiser step, 1 to 65 536; the last step of an epoch may have fewer.
  public var batch = 32
  /// The highest learning rate, above 0 and at most 1.
  public var learningRate = 5e-5
  /// The part of all steps in which the rate rises, 0 to 1.
  public var warmup = 0.1
  /// AdamW's decay of weights, 0 to 1; biases and LayerNorm have none.
  public var weightDecay = 0.01
  /// Tokens that a sequence is cut to, 4 to 16 384.
  public var maxLength = 128
  /// The first rows of the training file that are used, at least 1; nil: all. A file with fewer gives all it has. In a
  /// plan's cells it is the number of rows there are.
  public var trainRows: Int?
  /// Threads of a unit, 1 to 1024: their number changes last bits.
  public var threads = 1
  /// Numbers that matrix products are computed in.
  public var precision = Precision.fp32
  /// Examples whose gradients are computed at once, 1 to `batch`; nil: the batch.
  public var microBatch: Int?
  /// Whether backward passes compute layers again in place of keeping their inner activations: less memory, same bits.
  public var recompute = false
  /// When parameters are kept on the way.
  public var snapshots = Snapshots.none
  /// Parts that stay as they start, as layer groups (``LayerGroup/expected``). In a plan's cells each part by itself.
  public var freeze: [String] = []
  /// Layers whose query and key stay as they start, likewise.
  public var freezeQueryKey: [String] = []
  /// The factor on the learning rate from each layer to the one below, above 0 and at most 1; 1: all learn alike.
  public var layerDecay = 1.0
  /// How many of the top layers, and the pooler with them, start from random parameters, 0 or more; 0: none.
  public var reinitialise = 0

  /// The default recipe.
  public init() {}

  /// Optimiser steps of the whole fine-tuning.
  ///
  /// - Parameter examples: the number of training rows, at least 0.
  public func steps(examples: Int) -> Int {
    epochs * stepsPerEpoch(examples)
  }

  /// The steps after which a snapshot is kept, ascending: 0 (theta0) and the last one always, unless there are none.
  ///
  /// A part of an epoch ends at the nearest step; at most one snapshot is kept after a step. A plan has checked that they are
  /// ``mostSnapshots`` at most.
  ///
  /// - Parameter examples: the number of training rows, at least 0.
  public func snapshotSteps(examples: Int) -> [Int] {
    let last = steps(examples: examples)
    let inner: [Int]
    switch snapshots {
    case .none: return []
    case .everySteps(let stride): inner = Array(Swift.stride(from: stride, to: last, by: stride))
    case .everyEpochs(let part):
      let count = Int(Double(epochs) / part)
      inner = (0...count).map { Int((Double($0) * part * Double(stepsPerEpoch(examples))).rounded()) }
    }
    return Set([0, last] + inner.filter { $0 < last }).sorted()
  }

  /// The most snapshots of a fine-tuning, each of the size of the model.
  public static let mostSnapshots = 10_000

  /// As many snapshots as ``snapshotSteps(examples:)`` has, or a few more, without making them.
  ///
  /// - Parameter examples: the number of training rows, at least 0.
  func snapshotCount(examples: Int) -> Double {
    let last = Double(steps(examples: examples))
    switch snapshots {
    case .none: return 0
    case .everySteps(let stride): return 2 + last / Double(stride)
    case .everyEpochs(let part): return 2 + min(last, Double(epochs) / part)
    }
  }

  /// The recipe without what changes no bit of a result: all that belongs to an identity.
  var keepingBits: Recipe {
    var recipe = self
    recipe.recompute = false
    return recipe
  }

  private func stepsPerEpoch(_ examples: Int) -> Int { (examples + batch - 1) / batch }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case epochs, batch
    case microBatch = "micro_batch"
    case learningRate = "learning_rate"
    case warmup
    case weightDecay = "weight_decay"
    case maxLength = "max_length"
    case trainRows = "train_rows"
    case threads, recompute, precision, snapshots, freeze
    case freezeQueryKey = "freeze_query_key"
    case layerDecay = "layer_decay"
    case reinitialise
  }
}

/// The numbers that matrix products are computed in.
public enum Precision: String, Sendable, Hashable, Codable, CaseIterable {
  /// IEEE 754 binary32.
  case fp32
}

/// When a fine-tuning's parameters are kept on the way.
public enum Snapshots: Sendable, Hashable {
  /// Never.
  case none
  /// After each such number of steps, at least 1.
  case everySteps(Int)
  /// After each such part or number of epochs, 0.001 to 1000.
  case everyEpochs(Double)
}

extension Snapshots: Codable, CustomStringConvertible {
  /// As the sweep file writes it: `none`, `100 steps`, `0.5 epochs`.
  public var description: String {
    switch self {
    case .none: "none"
    case .everySteps(let steps): "\(steps) steps"
    case .everyEpochs(let epochs): "\(epochs) epochs"
    }
  }

  /// Reads the form of ``description``, singular units too; nil for anything else.
  public init?(_ text: String) {
    let words = text.split(separator: " ")
    switch (words.count, words.last) {
    case (1, "none"): self = .none
    case (2, "steps"), (2, "step"):
      guard let steps = Int(words[0]), steps >= 1 else { return nil }
      self = .everySteps(steps)
    case (2, "epochs"), (2, "epoch"):
      guard let epochs = YAMLValue.decimal(words[0]), (0.001...1000).contains(epochs) else { return nil }
      self = .everyEpochs(epochs)
    default: return nil
    }
  }

  /// From its description.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let snapshots = Snapshots(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a snapshot interval")
    }
    self = snapshots
  }

  /// As its description, in one text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
