public import BERT

/// All that fixes a pre-training but its text, its start and its seed.
public struct PretrainingSettings: Sendable, Hashable, Encodable {
  /// Optimiser steps, >= 1.
  public var steps = 10_000
  /// Sequences of an optimiser step, 1 ... 65 536; the last of a pass over the text may have fewer.
  public var batchSize = 256
  /// In how many parts of consecutive sequences a batch is split whose gradients are computed apart and added in order:
  /// the greatest number of ranks that can share a step, and part of what fixes the result's bits. >= 1.
  public var shares = 1
  /// Sequences of a forward and backward pass, >= 1; gradients accumulate to the share's.
  public var microBatchSize = 32
  /// Whether a backward pass computes layers' inner activations again in place of keeping them: same bits, less memory.
  public var recomputesLayers = false
  /// The share of tokens that are to be predicted, 0 ... 1.
  public var maskedShare = 0.15
  /// The greatest learning rate, > 0.
  public var learningRate = 1e-4
  /// The share of steps in which the rate rises, 0 ... 1.
  public var warmup = 0.1
  /// The optimiser.
  public var optimiser = AdamW()

  /// 10 000 steps of 256 sequences at 1e-4, a tenth of the steps warming up.
  public init() {}

  /// How many steps a pass over `sequences` sequences has.
  public func stepsPerPass(sequences: Int) -> Int { (sequences + batchSize - 1) / batchSize }

  /// The learning rate of step t = 0, 1, ... of the linear schedule of fine-tuning.
  public func learningRate(step: Int) -> Double { schedule.rate(step: step, of: steps) }

  var schedule: LearningRateSchedule { LearningRateSchedule(greatest: learningRate, warmup: warmup) }
}

/// What a step of pre-training was like.
public struct PretrainingRecord: Sendable, Equatable {
  /// The mean cross-entropy of the batch's masked tokens, dropout on.
  public var loss: Double
  /// The share of them that was predicted right.
  public var accuracy: Double
  /// The gradient's norm before clipping.
  public var gradientNorm: Double
  /// The learning rate.
  public var learningRate: Double
}
