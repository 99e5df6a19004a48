import BERT
import Foundation
import TensorFiles
import Testing

/// The repository's models/minilm, which tools/fetch-model brings and tools/test asks for.
private let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().appending(path: "models/minilm")

/// A real checkpoint and real sentences against transformers in Float64, made by tools/fixtures/minilm_reference.py.
@Suite struct MiniLMTests {
  /// PyTorch's own Float32 is off by 5e-6; 2e-5 leaves room for another order of summation.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: directory.path), "tools/fetch-model minilm brings it"))
  func hiddenStatesAndAttentions() throws {
    let reference = try Fixture.file("minilm.safetensors")
    let checkpoint = try Checkpoint(directory: directory)
    let model = BERTModel(checkpoint.configuration, outputs: nil)
    let parameters = try checkpoint.parameters(for: model, poolerSeed: 0)
    let batch = try Fixture.batch(reference)
    let workspace = Workspace(model, capacity: batch.shape, purpose: .inference)
    let channels = model.configuration.hiddenSize
    var states: [Float] = []
    var attentions: [Int: [Float]] = [:]
    let observer = BERTModel.Observer(
      hiddenState: { _, values in
        for start in batch.offsets.dropLast() { states += values[start * channels..<(start + 1) * channels] }
      },
      attention: { rows in
        guard rows.sequence == 0 else { return }
        for i in 0..<rows.length {
          attentions[rows.layer, default: []] += UnsafeBufferPointer(
            start: rows.first + i * rows.stride, count: rows.length)
        }
      })
    model.forward(batch, parameters: parameters.base, workspace: workspace, observer: observer)
    #expect(maximumDifference(states, try reference.float64("hidden_states")) < 2e-5)
    for layer in [0, 5] {
      #expect(maximumDifference(attentions[layer] ?? [], try reference.float64("attentions.\(layer)")) < 2e-5)
    }
  }
}
