import ArgumentParser
import Foundation
import Sweep

/// Which sweep.
struct SweepOptions: ParsableArguments {
  @Argument(
    help: .init("The sweep file, in YAML; `seedscape sweep-file` lists its keys.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var sweep: String

  @Option(
    help: .init("The Hugging Face directory, in place of the sweep file's `model`.", valueName: "dir"),
    completion: .directory)
  var model: String?

  @Option(
    help: .init("The GLUE folder, in place of the sweep file's `data`.", valueName: "dir"), completion: .directory)
  var data: String?

  /// The file's text and what it means.
  func read() throws -> SweepSource {
    let url = URL(filePath: sweep)
    guard let bytes = FileManager.default.contents(atPath: url.path) else {
      throw InputError(
        "\(sweep) cannot be read, expected a sweep file; see jobs/sweeps/ for examples, seedscape sweep-file for keys")
    }
    return SweepSource(
      yaml: try SweepFile.text(of: bytes, path: sweep), path: sweep,
      folder: url.absoluteURL.deletingLastPathComponent().path,
      model: model.map { URL(filePath: $0).absoluteURL.path }, data: data.map { URL(filePath: $0).absoluteURL.path })
  }
}

/// A sweep file as rank 0 read it: all that the other ranks need to know of it.
struct SweepSource: Codable {
  let yaml: String
  let path: String
  /// Where its relative paths start.
  let folder: String
  /// In place of its model, absolute.
  let model: String?
  /// In place of its data, absolute.
  let data: String?

  /// The sweep with the replacements made.
  func parse() throws -> SweepFile {
    var sweep = try SweepFile(yaml: yaml, path: path)
    if let model { sweep.model = model }
    if let data { sweep.data = data }
    return sweep
  }

  var folderURL: URL { URL(filePath: folder, directoryHint: .isDirectory) }
}
