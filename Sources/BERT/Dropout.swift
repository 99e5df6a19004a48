internal import LinearAlgebra
public import Randomness

/// The dropout of one training step: which masks its layers draw.
///
/// Forward and backward pass ask for the same masks and get the same numbers.
public struct Dropout: Sendable {
  /// Where in a model dropout acts.
  package enum Sublayer: Int {
    case embeddings, attention, attentionOutput, output, classifier
  }

  private let generator: Philox
  private let step: Int
  private let firstExample: Int
  private let hidden: Double
  private let attention: Double
  private let classifier: Double

  /// The dropout of a step, with the probabilities of `configuration`.
  ///
  /// - Parameters:
  ///   - generator: the cell's dropout generator.
  ///   - step: the optimiser step, counted from 0.
  ///   - firstExample: the place in the optimiser's batch of the first sequence, when a step has several micro-batches.
  public init(_ configuration: BERTConfiguration, generator: Philox, step: Int, firstExample: Int = 0) {
    self.generator = generator
    self.step = step
    self.firstExample = firstExample
    hidden = configuration.hiddenDropout
    attention = configuration.attentionDropout
    classifier = configuration.classifierDropout ?? configuration.hiddenDropout
  }

  /// The mask of one sequence at a place; nil where nothing is dropped.
  package func mask(_ place: Sublayer, sequence: Int, layer: Int = 0, part: Int = 0) -> DropoutMask? {
    let probability =
      switch place {
      case .embeddings, .attentionOutput, .output: hidden
      case .attention: attention
      case .classifier: classifier
      }
    guard probability > 0 else { return nil }
    return DropoutMask(
      generator, probability: probability, step: step, example: firstExample + sequence, layer: layer,
      place: place.rawValue, part: part)
  }
}

extension DropoutMask {
  /// Writes the multipliers of one row of `columns` columns, `roundUp(columns)` numbers.
  func fill(_ multipliers: UnsafeMutablePointer<Float>, row: Int, columns: Int) {
    let groups = roundUp(columns) / Self.lanes
    fill(multipliers, firstGroup: row * groups, count: groups)
  }
}

/// The multipliers of one dropout row by row: whoever walks over the rows of a batch asks for each in turn.
package struct RowMasks {
  let dropout: Dropout
  let place: Dropout.Sublayer
  let layer: Int
  let columns: Int
  /// roundUp(columns) numbers.
  let multipliers: UnsafeMutablePointer<Float>

  /// Fills `multipliers` for a row (token) of a sequence; false where nothing is dropped.
  func fill(sequence: Int, row: Int) -> Bool {
    guard let mask = dropout.mask(place, sequence: sequence, layer: layer) else { return false }
    mask.fill(multipliers, row: row, columns: columns)
    return true
  }
}
