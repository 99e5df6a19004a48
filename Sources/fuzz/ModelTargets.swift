import BERT
import Foundation

/// The files of a model.
let modelTargets = [
  Target(name: "config") { _ in
    Reader { input in
      let configuration = try BERTConfiguration(json: Data(input), path: "config.json")
      _ = BERTModel(configuration, outputs: 2)
      _ = BERTModel(configuration, head: .maskedLanguageModel)
      let again = try BERTConfiguration(json: configuration.json(), path: "config.json")
      expect(again == configuration, "a configuration that was written reads back the same")
    }
  },

  // model.safetensors, and after a mark config.json; without it, the configuration of a tiny model.
  Target(name: "checkpoint") { scratch in
    let folder = try scratch.folder("model")
    let copy = try scratch.folder("copy")
    let configuration = try tinyConfiguration()
    let text = Array(try configuration.json())
    var seeds: [[UInt8]] = []
    for head in [nil, .classifier(outputs: 2), .maskedLanguageModel] as [Head?] {
      let model = BERTModel(configuration, head: head)
      var parameters = [Float](repeating: 0, count: model.table.count)
      try parameters.withUnsafeMutableBufferPointer { parameters in
        guard let start = parameters.baseAddress else { return }
        model.initialiseEncoder(start, seed: 1)
        try model.write(start, to: scratch.url("seed.safetensors"))
      }
      let weights = Array(try Data(contentsOf: scratch.url("seed.safetensors")))
      seeds.append(Sections.joined([("model.safetensors", weights), ("config.json", text)]))
    }
    return Reader(seeds: seeds) { input in
      let files = Sections(input, first: "model.safetensors")
      scratch.write(files["model.safetensors"] ?? [], to: "model/model.safetensors")
      scratch.write(files["config.json"] ?? text[...], to: "model/config.json")
      let checkpoint = try Checkpoint(directory: folder)
      let model = BERTModel(checkpoint.configuration, outputs: checkpoint.outputs)
      let parameters = try checkpoint.parameters(for: model, poolerSeed: 1)
      if checkpoint.predictsMaskedTokens {
        attempt {
          _ = try checkpoint.parameters(
            for: BERTModel(checkpoint.configuration, head: .maskedLanguageModel), poolerSeed: 1)
        }
      }
      try Checkpoint.write(model, parameters.base, from: folder, labels: nil, to: copy)
    }
  },
]

/// A model of one layer and 4 channels.
func tinyConfiguration() throws -> BERTConfiguration {
  try BERTConfiguration(
    vocabularySize: 10, hiddenSize: 4, layers: 1, heads: 2, intermediateSize: 4, maximumPositions: 8)
}
