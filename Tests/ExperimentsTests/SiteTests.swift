import BERT
import Experiments
import Foundation
import GLUE
import Testing

@Suite struct SiteTests {
  /// Recipes, their variants and probes may ask for more tokens than the model reads: 64 here.
  @Test(arguments: [
    ("max_length: 64", "max_length: 65"), ("recipe: {epochs: 16,", "recipe: {max_length: 65, epochs: 16,"),
    ("task: MRPC, examples: 80", "task: MRPC, max_length: 65"),
  ])
  func lengthsAreChecked(_ old: String, _ new: String) throws {
    #expect(throws: ExperimentError.maximumLength(got: 65, limit: 64)) {
      try site(changing: old, to: new).survey(program: "test")
    }
  }

  /// A sweep with a task of pairs is refused, before anything is planned, on a model that knows one segment.
  @Test func pairsNeedTwoSegments() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString, directoryHint: .isDirectory)
    defer { try? FileManager.default.removeItem(at: folder) }
    let model = try site().checkpoint.directory
    try FileManager.default.copyItem(at: model, to: folder)
    let file = folder.appending(path: "config.json")
    let json = try String(contentsOf: file, encoding: .utf8)
    try Data(json.replacing("\"type_vocab_size\": 2", with: "\"type_vocab_size\": 1").utf8).write(to: file)
    let one = BERTModel(try BERTConfiguration(directory: folder), outputs: nil)
    #expect(one.configuration.segmentTypes == 1)
    let parameters = [Float](repeating: 0, count: one.table.count)
    try one.write(parameters, to: folder.appending(path: "model.safetensors"))
    let error = try #require(throws: GLUEError.self) {
      try site(changing: "model: minute/model", to: "model: \(folder.path)")
    }
    guard case .pairsUnreadable(task: "MRPC", model: _, segments: 1) = error else {
      Issue.record("\(error)")
      return
    }
  }
}
