/// What a plan must know of model, data and program: facts that others measure.
public struct SweepInputs: Sendable, Hashable, Codable {
  /// The model.
  public let model: ModelFacts
  /// The tasks by name.
  public let tasks: [String: TaskFacts]
  /// What computes.
  public let environment: NumericEnvironment

  /// Facts from their parts.
  public init(model: ModelFacts, tasks: [String: TaskFacts], environment: NumericEnvironment) {
    self.model = model
    self.tasks = tasks
    self.environment = environment
  }
}

/// Facts about a checkpoint.
public struct ModelFacts: Sendable, Hashable, Codable {
  /// Of configuration, weights and vocabulary.
  public let hash: Identity
  /// The number of theta's parameters.
  public let parameterCount: Int
  /// Encoder layers.
  public let layers: Int
  /// Channels of the hidden states.
  public let channels: Int

  /// Facts from their parts; all numbers above 0.
  public init(hash: Identity, parameterCount: Int, layers: Int, channels: Int) {
    self.hash = hash
    self.parameterCount = parameterCount
    self.layers = layers
    self.channels = channels
  }
}

/// Facts about a task's files.
public struct TaskFacts: Sendable, Hashable, Codable {
  /// The hash of the training file.
  public let trainHash: Identity
  /// The hash of the dev file.
  public let devHash: Identity
  /// Rows of the training file.
  public let trainRows: Int
  /// Rows of the dev file.
  public let devRows: Int
  /// The mean number of tokens of an example, cut to the recipe's length; for costs only.
  public let tokensPerExample: Double
  /// The mean operations of a forward pass over an example; for costs only.
  public let operationsPerExample: Double

  /// Facts from their parts.
  public init(
    trainHash: Identity, devHash: Identity, trainRows: Int, devRows: Int, tokensPerExample: Double,
    operationsPerExample: Double
  ) {
    self.trainHash = trainHash
    self.devHash = devHash
    self.trainRows = trainRows
    self.devRows = devRows
    self.tokensPerExample = tokensPerExample
    self.operationsPerExample = operationsPerExample
  }
}

/// What of program and machine can change the bits of a result.
public struct NumericEnvironment: Sendable, Hashable, Codable {
  /// The program and its version, such as `seedscape 0.1.0`.
  public let program: String
  /// The library of matrix products and its version, such as `OpenBLAS 0.3.21`; nil in records of seedscape 0.1.
  public let blas: String?
  /// The kernels that OpenBLAS chose for this CPU, such as `SkylakeX`.
  public let blasCore: String

  /// An environment from its parts.
  public init(program: String, blas: String?, blasCore: String) {
    self.program = program
    self.blas = blas
    self.blasCore = blasCore
  }
}
