// What follows from a recipe and the number of training rows.
extension Recipe {
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
