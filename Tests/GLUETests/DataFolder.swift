import Foundation
import GLUE
import Testing

/// A folder of small files for one test, removed afterwards.
struct DataFolder: ~Copyable {
  let url: URL

  /// - Parameter files: contents by path within the folder.
  init(_ files: [String: String]) throws {
    try self.init(bytes: files.mapValues { Data($0.utf8) })
  }

  init(bytes files: [String: Data]) throws {
    url = FileManager.default.temporaryDirectory.appending(path: "GLUETests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    for (path, contents) in files {
      let file = url.appending(path: path)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try contents.write(to: file)
    }
  }

  func path(_ path: String) -> String { url.appending(path: path).path }

  deinit { try? FileManager.default.removeItem(at: url) }
}

/// Reads one file as a split of a task.
func read(_ task: String, _ split: Split, _ path: String, _ contents: String) throws -> Dataset {
  let folder = try DataFolder([path: contents])
  return try Task.named(task).read(split, in: folder.url)
}

/// Expects an error when reading one file as a split of a task; `expected` is passed the path of the file.
func expectError(
  _ task: String, _ split: Split, _ path: String, _ contents: String, _ expected: (String) -> GLUEError,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let folder = try DataFolder([path: contents])
  let task = try Task.named(task)
  #expect(throws: expected(folder.path(path)), sourceLocation: sourceLocation) { try task.read(split, in: folder.url) }
}

/// Reads a training file of pairs with classes 0 and 1, in the format of its extension.
func readPairs(_ name: String, _ contents: String) throws -> [Example] {
  let folder = try DataFolder([name: contents])
  let task = try Task.custom(
    name: "pairs", train: name, dev: name, columns: Columns(text: "a", pair: "b", label: "y"),
    labels: .classes(["0", "1"]), in: folder.url)
  return try task.read(.train, in: folder.url).examples
}

/// Expects an error from reading such a file; `matches` is passed the line that it should name.
func expectPairsError(
  _ name: String, _ contents: String, line: Int, sourceLocation: SourceLocation = #_sourceLocation,
  matches: (GLUEError, Int) -> Bool
) {
  let error = #expect(throws: GLUEError.self, sourceLocation: sourceLocation) { try readPairs(name, contents) }
  guard let error else { return }
  #expect(matches(error, line), "got \(error)", sourceLocation: sourceLocation)
}
