public import BERT

/// What a model learns from a collection of items, and by which loss: the labels of examples, or the masked tokens of a
/// text's sequences.
public protocol TrainingObjective {
  /// What a model is to give for a batch.
  associatedtype Expected
  /// What is kept of a step.
  associatedtype Record

  /// How many items there are. A pass over the data takes each of them once.
  var count: Int { get }

  /// How many predictions some items ask for: a loss is the mean over them.
  func predictions(of items: ArraySlice<Int>) -> Int

  /// Some items in one batch, as a pass over the data shows them.
  func batch(of items: ArraySlice<Int>, pass: Int) -> (batch: PackedBatch, expected: Expected)

  /// Runs a model forward and backward on a batch.
  ///
  /// - Parameters:
  ///   - figures: gets the losses of its predictions and how many are right, added in their order.
  ///   - finished: hears of each range of the flat vector to which nothing will be added any more.
  func addGradient(
    _ batch: PackedBatch, _ expected: Expected, _ passes: TrainingPasses, figures: inout ShareFigures,
    finished: (Range<Int>) -> Void)

  /// What is kept of a step.
  func record(_ figures: StepFigures) -> Record
}

/// What a model's forward and backward pass over a batch take besides the batch.
public struct TrainingPasses {
  let model: BERTModel
  let parameters: UnsafePointer<Float>
  let workspace: Workspace
  let dropout: Dropout
  /// What is frozen; nil: nothing.
  let factors: LearningRateFactors?
  /// By which the sum of the losses is multiplied.
  let scale: Double
  /// The flat vector to which the gradient is added.
  let gradients: UnsafeMutablePointer<Float>
}

/// What a step was like.
public struct StepFigures {
  /// The mean loss of its predictions, dropout on.
  let loss: Double
  /// How many of them were right, where that is counted.
  let right: Int
  /// How many predictions there were.
  let predictions: Int
  /// The gradient's norm before clipping.
  let gradientNorm: Double
  let learningRate: Double
}
