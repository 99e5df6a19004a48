internal import BERT
public import FineTuning
public import Sweep

extension TrainingSettings {
  /// The settings of a recipe for a model of `layers` layers.
  ///
  /// - Throws: `SweepError.group` for a layer group that the model lacks.
  public init(_ recipe: Recipe, layers: Int) throws {
    self.init()
    epochs = recipe.epochs
    batchSize = recipe.batch
    microBatchSize = recipe.microBatch ?? recipe.batch
    recomputesLayers = recipe.recompute
    learningRate = recipe.learningRate
    warmup = recipe.warmup
    optimiser.weightDecay = recipe.weightDecay
    optimiser.maximumNorm = recipe.maxGradNorm ?? .infinity
    for part in recipe.freeze {
      let group = try LayerGroup(part, layers: layers)
      if group.embeddings { frozenGroups.insert(.embeddings) }
      if group.pooler { frozenGroups.insert(.pooler) }
      for layer in group.layers { frozenGroups.insert(.layer(layer)) }
    }
    frozenQueryKeyLayers = Set(try recipe.freezeQueryKey.flatMap { try LayerGroup($0, layers: layers).layers })
    layerDecay = recipe.layerDecay
  }
}
