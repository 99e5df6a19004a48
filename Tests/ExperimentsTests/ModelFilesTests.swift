import BERT
import Experiments
import Foundation
import Sweep
import Testing

/// What the identity of a model takes in.
@Suite struct ModelFilesTests {
  /// Calls `body` with a copy of the minute's model and the facts of its sweep.
  private func withCopy(_ body: (_ model: URL, _ facts: () throws -> (hash: String, files: [String])) throws -> Void)
    throws
  {
    let original = try site().checkpoint.directory
    let copy = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.copyItem(at: original, to: copy)
    defer { try? FileManager.default.removeItem(at: copy) }
    try body(copy) {
      let site = try site(changing: "model: minute/model", to: "model: \(copy.path)")
      return (
        try site.survey(program: "test").inputs.model.hash.hex, try site.inputFiles().map(\.url.lastPathComponent)
      )
    }
  }

  @Test func everyFileThatDecidesIDsIsPartOfIt() throws {
    try withCopy { model, facts in
      var seen = [try facts()]
      let files = [
        ("special_tokens_map.json", #"{"additional_special_tokens": ["the"]}"#), ("special_tokens_map.json", "{}"),
        ("added_tokens.json", "{}"), ("tokenizer_config.json", #"{"do_lower_case": false}"#),
      ]
      for (name, content) in files {
        try Data(content.utf8).write(to: model.appending(path: name))
        let now = try facts()
        #expect(now.files.contains(name))
        #expect(!seen.contains { $0.hash == now.hash }, "\(name)")
        seen.append(now)
      }
      // What the model is not made from is no part of it.
      try Data("text".utf8).write(to: model.appending(path: "README.md"))
      #expect(try facts().hash == seen.last?.hash)
    }
  }
}
