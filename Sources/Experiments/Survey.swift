public import GLUE
public import Sweep

/// What a sweep was found to have in its model and data.
public struct Survey: Sendable {
  /// What a plan must know.
  public let inputs: SweepInputs
  /// The classes of each task with their rows, in the order of their ids; empty for regression.
  public let classes: [String: [ClassCount]]
  /// What a user would want to know, a sentence each: first about the model, then by task in the sweep's order.
  public let notices: [String]
}

/// The rows of a task's two files, and their tokens.
struct TaskRows {
  let task: GLUE.Task
  let train: Dataset
  let dev: Dataset
  let encodedTrain: EncodedDataset
  let encodedDev: EncodedDataset

  var classes: [ClassCount] { task.classCounts(train: train.examples, dev: dev.examples) }
}
