internal import Foundation

/// A factor on the learning rate for each tensor of a parameter table, 1 for all of them at first: how parts of a model
/// are frozen or slowed down.
///
/// A tensor with factor 0 is frozen: it gets neither a gradient step nor weight decay, its moments stay 0, and its
/// gradient has no share in the norm that clipping looks at, as with PyTorch's `requires_grad = False`. Dropout stays on
/// in frozen layers. Interventions combine by the product of their factors.
public struct LearningRateFactors: Sendable {
  /// The factors in the order of `ParameterTable.entries`, 0 ... 1.
  public private(set) var values: [Double]
  private let table: ParameterTable

  /// 1 for every tensor of a table.
  public init(_ table: ParameterTable) {
    self.table = table
    values = [Double](repeating: 1, count: table.entries.count)
  }

  /// Freezes a group (Lee, Tang and Lin 2019, "What would Elsa do?"), which the table must have.
  public mutating func freeze(_ group: ParameterTable.Group) {
    freeze { $0.group == group }
  }

  /// Freezes what a layer computes its attention scores from: the weights and biases of query and key. The table must have
  /// the layer.
  public mutating func freezeQueryAndKey(ofLayer layer: Int) {
    freeze { $0.group == .layer(layer) && ($0.name.contains(".query.") || $0.name.contains(".key.")) }
  }

  /// Layer-wise learning-rate decay (Howard and Ruder 2018) with the exponents of Zhang et al. 2021, "Revisiting few-sample
  /// BERT fine-tuning": of n layers, layer l = 0 ..< n gets d^(n - l), the top one d; the embeddings get d^(n + 1); pooler
  /// and head keep 1.
  ///
  /// ELECTRA (Clark et al. 2020) keeps 1 for the head too, and has one d more everywhere below it.
  ///
  /// - Parameter decay: d, above 0 and at most 1, which changes nothing.
  public mutating func decayByLayer(_ decay: Double) {
    precondition(decay > 0 && decay <= 1, "a layer decay is above 0 and at most 1")
    let layers = table.offsets.layers.count
    for (index, entry) in table.entries.enumerated() {
      switch entry.group {
      case .embeddings: values[index] *= pow(decay, Double(layers + 1))
      case .layer(let layer): values[index] *= pow(decay, Double(layers - layer))
      case .pooler, .head: break
      }
    }
  }

  /// How many parameters training is sure to touch: all that are not frozen, but of the word embedding, of which some rows may
  /// never come, none.
  public var trainedCount: Int {
    zip(table.entries, values).reduce(0) { count, entry in
      entry.1 == 0 || entry.0.range == table.words ? count : count + entry.0.range.count
    }
  }

  private mutating func freeze(where isFrozen: (ParameterTable.Entry) -> Bool) {
    let frozen = table.entries.indices.filter { isFrozen(table.entries[$0]) }
    precondition(!frozen.isEmpty, "the table has what is to be frozen")
    for index in frozen { values[index] = 0 }
  }

  /// m where the embeddings and the layers 0 ..< m are frozen whole, and nothing below layer m needs a gradient; nil where
  /// the embeddings are not.
  var lowestTrainedLayer: Int? {
    guard isFrozen(.embeddings) else { return nil }
    let layers = table.offsets.layers.indices
    return layers.first { !isFrozen(.layer($0)) } ?? layers.upperBound
  }

  private func isFrozen(_ group: ParameterTable.Group) -> Bool {
    zip(table.entries, values).allSatisfy { $0.group != group || $1 == 0 }
  }

  /// Zeroes the gradients of frozen tensors in a range, of which it holds all or nothing of each.
  func clearFrozen(_ gradients: UnsafeMutablePointer<Float>, in range: Range<Int>) {
    for (entry, factor) in zip(table.entries, values) where factor == 0 && range.overlaps(entry.range) {
      (gradients + entry.range.lowerBound).update(repeating: 0, count: entry.range.count)
    }
  }
}
