internal import Randomness

extension BERTModel {
  /// Draws every encoder parameter anew: matrices from a truncated normal distribution (two deviations) of the
  /// configuration's `initializer_range`, LayerNorm weights 1, biases 0 (Devlin et al. 2019).
  ///
  /// An entry's numbers depend on the seed and on the entry's place in the table alone, never on the task.
  public func initialiseEncoder(_ parameters: UnsafeMutablePointer<Float>, seed: UInt64) {
    initialise(parameters, seed: seed) { $0 != .head }
  }

  /// Draws the pooler alone, with the numbers that ``initialiseEncoder(_:seed:)`` gives it: for a checkpoint without
  /// one.
  public func initialisePooler(_ parameters: UnsafeMutablePointer<Float>, seed: UInt64) {
    initialise(parameters, seed: seed) { $0 == .pooler }
  }

  /// Draws the top `count` layers anew, with the numbers that ``initialiseEncoder(_:seed:)`` gives them, and so may forget
  /// what of pre-training does not transfer (Zhang et al. 2021, "Revisiting few-sample BERT fine-tuning", who draw the
  /// pooler too).
  ///
  /// - Parameters:
  ///   - count: 0 ... layers, which the caller checks.
  ///   - includingPooler: whether the pooler is drawn as well.
  public func initialise(
    topLayers count: Int, includingPooler: Bool, _ parameters: UnsafeMutablePointer<Float>, seed: UInt64
  ) {
    precondition((0...configuration.layers).contains(count), "the model has the layers to draw")
    initialise(parameters, seed: seed) { group in
      switch group {
      case .layer(let index): index >= configuration.layers - count
      case .pooler: includingPooler
      case .embeddings, .head: false
      }
    }
  }

  /// Draws the head: matrices from N(0, `initializer_range`), LayerNorm weights 1, biases 0.
  public func initialiseHead(_ parameters: UnsafeMutablePointer<Float>, seed: UInt64) {
    var stream = RandomStream(Philox(seed: seed, purpose: .headInitialisation))
    for entry in table.entries where entry.group == .head {
      guard !entry.isVector else {
        initialiseVector(entry, parameters)
        continue
      }
      for i in entry.range { parameters[i] = Float(configuration.initializerRange * stream.normal()) }
    }
  }

  /// A bias or a part of a LayerNorm.
  private func initialiseVector(_ entry: ParameterTable.Entry, _ parameters: UnsafeMutablePointer<Float>) {
    let value: Float = entry.name.hasSuffix("LayerNorm.weight") ? 1 : 0
    for i in entry.range { parameters[i] = value }
  }

  private func initialise(
    _ parameters: UnsafeMutablePointer<Float>, seed: UInt64, where isDrawn: (ParameterTable.Group) -> Bool
  ) {
    for index in table.entries.indices where isDrawn(table.entries[index].group) {
      initialise(index, parameters, seed: seed)
    }
  }

  private func initialise(_ index: Int, _ parameters: UnsafeMutablePointer<Float>, seed: UInt64) {
    let entry = table.entries[index]
    guard !entry.isVector else { return initialiseVector(entry, parameters) }
    var stream = RandomStream(Philox(seed: seed, purpose: .encoderInitialisation), UInt32(index))
    for i in entry.range {
      parameters[i] = Float(configuration.initializerRange * stream.truncatedNormal(limit: 2))
    }
  }
}
