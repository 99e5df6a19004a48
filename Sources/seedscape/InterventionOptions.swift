import ArgumentParser
import Sweep

/// What of a model is held back, or made new, in a fine-tuning: the recipe's keys of a sweep file.
struct InterventionOptions: ParsableArguments {
  @Option(
    help: .init(
      "A layer group that stays as it starts, such as embeddings or \"layers 0-2\"; may be given several times.",
      valueName: "group"),
    completion: .layerGroups)
  var freeze: [String] = []

  @Option(
    help: .init(
      "A layer group whose query and key stay as they start; may be given several times.", valueName: "group"),
    completion: .layerGroups)
  var freezeQueryKey: [String] = []

  @Option(
    help: .init(
      "The factor on the learning rate from each layer to the one below, above 0, at most 1.", valueName: "factor"))
  var layerDecay = 1.0

  @Option(
    help: .init("Start so many of the top layers, and the pooler, from random parameters; 0: none.", valueName: "n"))
  var reinitialise = 0

  func validate() throws {
    guard layerDecay > 0, layerDecay <= 1 else {
      throw ValidationError("--layer-decay is \(layerDecay), expected more than 0 and at most 1")
    }
    guard reinitialise >= 0 else { throw ValidationError("--reinitialise is \(reinitialise), expected at least 0") }
  }
}

extension CompletionKind {
  /// Words that name a layer group; others have numbers in them.
  fileprivate static var layerGroups: CompletionKind {
    .list(["all", "low", "middle", "high", "embeddings", "pooler"])
  }
}
