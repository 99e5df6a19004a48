import BERT
import Foundation
import TensorFiles

/// Calls `body` with a copy of a fixture after `change` of its tensors and `configure` of its config.json.
func withCopy(
  of name: String = "variants/plain", changing change: ([NamedArray]) -> [NamedArray] = { $0 },
  configuring configure: (inout [String: Any]) -> Void = { _ in }, _ body: (URL) throws -> Void
) throws {
  let source = try Fixture.directory(name)
  let file = try SafetensorsFile(source.appending(path: "model.safetensors"))
  try withTemporaryDirectory { directory in
    let arrays = change(try file.entries.map { try file.array($0.name) })
    try Safetensors.write(to: directory.appending(path: "model.safetensors"), arrays: arrays)
    let text = try Data(contentsOf: source.appending(path: "config.json"))
    guard var values = try JSONSerialization.jsonObject(with: text) as? [String: Any] else { return }
    configure(&values)
    try JSONSerialization.data(withJSONObject: values).write(to: directory.appending(path: "config.json"))
    try body(directory)
  }
}

/// Calls `body` with an empty directory that is gone afterwards.
func withTemporaryDirectory(_ body: (URL) throws -> Void) throws {
  let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  try body(directory)
}
