import Experiments
import Foundation
import Sweep

/// The repository's jobs/sweeps/minute.yaml with its model and data.
func site(changing old: String = "", to new: String = "") throws -> Site {
  let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "jobs/sweeps")
  let yaml = try String(contentsOf: folder.appending(path: "minute.yaml"), encoding: .utf8)
  return try Site(
    try SweepFile(yaml: old.isEmpty ? yaml : yaml.replacing(old, with: new), path: "minute.yaml"), in: folder,
    run: RunDirectory(root: FileManager.default.temporaryDirectory))
}
