public import BERT
internal import Foundation

/// All that fixes a fine-tuning but its data, its start and its seeds.
public struct TrainingSettings: Sendable, Hashable {
  /// Passes over the training examples, >= 1.
  public var epochs = 3
  /// Examples of an optimiser step, >= 1; the last of an epoch may have fewer.
  public var batchSize = 32
  /// Examples of a forward and backward pass, >= 1; gradients accumulate to the batch's.
  public var microBatchSize = 32
  /// Whether a backward pass computes layers' inner activations again in place of keeping them: same bits, less memory.
  public var recomputesLayers = false
  /// The greatest learning rate, > 0.
  public var learningRate = 5e-5
  /// The share of steps in which the rate rises, 0 ... 1.
  public var warmup = 0.1
  /// The optimiser.
  public var optimiser = AdamW()
  /// Groups that stay as they start: neither gradient steps nor weight decay.
  public var frozenGroups: Set<ParameterTable.Group> = []
  /// Layers, from 0, whose query and key weights and biases stay as they start.
  public var frozenQueryKeyLayers: Set<Int> = []
  /// Layer-wise decay of the learning rate, above 0 and at most 1: the top layer's rate has this factor, each one's below
  /// once more (``LearningRateFactors/decayByLayer(_:)``). 1: none.
  public var layerDecay = 1.0

  /// Three epochs of 32 examples at 5e-5, a tenth of the steps warming up.
  public init() {}

  /// How many optimiser steps `examples` training examples take.
  public func steps(examples: Int) -> Int { epochs * stepsPerEpoch(examples: examples) }

  /// How many of them an epoch has.
  public func stepsPerEpoch(examples: Int) -> Int { (examples + batchSize - 1) / batchSize }

  /// The factors on the learning rate that frozen parts and layer-wise decay make together, for a model with a head.
  ///
  /// - Throws: ``FineTuningError/noSuchLayer(got:layers:)``, ``FineTuningError/layerDecay(got:)``.
  public func learningRateFactors(for model: BERTModel) throws(FineTuningError) -> LearningRateFactors {
    let layers = model.configuration.layers
    let frozenLayers = frozenGroups.compactMap { if case .layer(let index) = $0 { index } else { nil } }
    if let layer = frozenQueryKeyLayers.union(frozenLayers).sorted().first(where: { !(0..<layers).contains($0) }) {
      throw .noSuchLayer(got: layer, layers: layers)
    }
    guard layerDecay > 0 && layerDecay <= 1 else { throw .layerDecay(got: "\(layerDecay)") }
    var factors = LearningRateFactors(model.table)
    for group in frozenGroups { factors.freeze(group) }
    for layer in frozenQueryKeyLayers { factors.freezeQueryAndKey(ofLayer: layer) }
    factors.decayByLayer(layerDecay)
    return factors
  }

  /// The learning rate of step t = 0, 1, ... as transformers' linear schedule has it: rate t / w while t < w =
  /// int(warmup x steps), so that the first step's is 0, then falling linearly to 0.
  public func learningRate(step: Int, of steps: Int) -> Double {
    schedule.rate(step: step, of: steps)
  }

  var schedule: LearningRateSchedule { LearningRateSchedule(greatest: learningRate, warmup: warmup) }
}

/// The seeds that a fine-tuning's random numbers are keyed by.
public struct TrainingSeeds: Sendable, Hashable {
  /// Keys the head's first weights and the dropout masks.
  public var head: UInt64
  /// Keys the order of the training examples.
  public var order: UInt64

  /// Two seeds, which may be equal.
  public init(head: UInt64, order: UInt64) {
    self.head = head
    self.order = order
  }
}

/// What a step was like.
public struct StepRecord: Sendable, Equatable {
  /// The mean loss of the batch, dropout on.
  public var loss: Double
  /// The gradient's norm before clipping.
  public var gradientNorm: Double
  /// The learning rate.
  public var learningRate: Double
}
