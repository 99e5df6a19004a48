import ArgumentParser
import Sweep

/// What of a model is held back, or made new, in a fine-tuning: the recipe's keys of a sweep file.
struct InterventionOptions: ParsableArguments {
  @Option(help: "A layer group that stays as it starts, such as embeddings or layers 0-2; may be given several times.")
  var freeze: [String] = []

  @Option(help: "A layer group whose query and key stay as they start; may be given several times.")
  var freezeQueryKey: [String] = []

  @Option(help: "The factor on the learning rate from each layer to the one below.")
  var layerDecay = 1.0

  @Option(help: "Start so many of the top layers, and the pooler, from random parameters.")
  var reinitialise = 0

  func validate() throws {
    guard layerDecay > 0, layerDecay <= 1 else {
      throw ValidationError("--layer-decay is \(layerDecay), expected more than 0 and at most 1")
    }
    guard reinitialise >= 0 else { throw ValidationError("--reinitialise is \(reinitialise), expected at least 0") }
  }
}
