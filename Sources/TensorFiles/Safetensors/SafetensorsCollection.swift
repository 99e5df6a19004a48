public import Foundation
internal import JSONReader
import POSIX

/// The tensors of a checkpoint directory in Hugging Face's layout: `model.safetensors`, or
/// `model.safetensors.index.json` with the shards that it names.
public struct SafetensorsCollection: TensorSource {
  /// The tensors: shards in the order of their names, and tensors within a shard in the order of their bytes. Tensors
  /// that the index does not name are not part of the checkpoint.
  public let entries: [TensorEntry]

  private let directory: URL
  private let files: [String: SafetensorsFile]
  private let shards: [String: String]

  /// Opens the checkpoint in `directory`. A single file is preferred to an index, as in transformers.
  ///
  /// - Parameters:
  ///   - directory: the directory of the files.
  ///   - baseName: the part of their names before `.safetensors`.
  /// - Throws: `TensorFileError.noTensorFiles`, `.invalidIndex`, `.missingShard`, `.missingInShard`, and the errors of
  ///   `SafetensorsFile`.
  public init(directory: URL, baseName: String = "model") throws {
    let whole = "\(baseName).safetensors"
    let index = "\(whole).index.json"
    self.directory = directory
    if Self.exists(whole, in: directory) {
      let file = try SafetensorsFile(directory.appendingPathComponent(whole))
      files = [whole: file]
      shards = Dictionary(uniqueKeysWithValues: file.entries.map { ($0.name, whole) })
    } else if Self.exists(index, in: directory) {
      let url = directory.appendingPathComponent(index)
      shards = try Self.weightMap(of: url)
      files = try Self.openShards(shards, in: directory, index: url.path)
    } else {
      let pickle = "pytorch_model.bin"
      throw TensorFileError.noTensorFiles(
        directory: directory.path, lookedFor: [whole, index],
        pickle: Self.exists(pickle, in: directory) ? pickle : nil)
    }
    let shards = shards
    entries = files.sorted { $0.key < $1.key }.flatMap { shard, file in
      file.entries.filter { shards[$0.name] == shard }
    }
  }

  /// The tensor's entry in the header of its file; nil if there is no tensor of that name.
  public func entry(_ name: String) -> TensorEntry? {
    shards[name].flatMap { files[$0] }?.entry(name)
  }

  /// The file that holds the tensor.
  ///
  /// - Throws: `TensorFileError.missingTensor`.
  public func file(holding name: String) throws -> SafetensorsFile {
    guard let file = shards[name].flatMap({ files[$0] }) else {
      throw TensorFileError.missingTensor(path: directory.path, tensor: name)
    }
    return file
  }

  /// Reads `{"metadata": {...}, "weight_map": {tensor: file name}}`.
  private static func weightMap(of url: URL) throws -> [String: String] {
    func invalid(_ reason: String) -> TensorFileError { .invalidIndex(path: url.path, reason: reason) }
    let mapping = try MappedFile(url)
    var weightMap: [String: String]?
    try withExtendedLifetime(mapping) {
      var scanner = JSONScanner(mapping.bytes)
      do {
        try scanner.object { scanner, key in
          guard key == "weight_map" else {
            _ = try scanner.value()
            return
          }
          guard weightMap == nil else { throw invalid("it has two entries weight_map, expected one") }
          var shards: [String: String] = [:]
          try scanner.object { scanner, tensor in
            guard shards.updateValue(try scanner.string(), forKey: tensor) == nil else {
              throw invalid("it names tensor '\(tensor)' twice, expected once")
            }
          }
          weightMap = shards
        }
        try scanner.expectEnd()
      } catch let error as JSONError {
        throw invalid(error.description(in: "the file"))
      }
    }
    guard let weightMap else { throw invalid("it has no weight_map, expected an object from tensors to file names") }
    if let name = weightMap.values.sorted().first(where: { !isFileName($0) }) {
      throw invalid("it names \(name.debugDescription), expected files in its own directory")
    }
    return weightMap
  }

  /// Whether a shard's name stays within the directory. The file may be a symbolic link, as in the hub's cache.
  private static func isFileName(_ name: String) -> Bool {
    !["", ".", ".."].contains(name) && name.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "/") }
  }

  private static func openShards(
    _ shards: [String: String], in directory: URL, index: String
  ) throws -> [String: SafetensorsFile] {
    var files: [String: SafetensorsFile] = [:]
    for (tensor, shard) in shards.sorted(by: { ($0.value, $0.key) < ($1.value, $1.key) }) {
      if files[shard] == nil {
        guard exists(shard, in: directory) else { throw TensorFileError.missingShard(index: index, shard: shard) }
        files[shard] = try SafetensorsFile(directory.appendingPathComponent(shard))
      }
      guard files[shard]?.entry(tensor) != nil else {
        throw TensorFileError.missingInShard(index: index, shard: shard, tensor: tensor)
      }
    }
    return files
  }

  private static func exists(_ name: String, in directory: URL) -> Bool {
    FileManager.default.fileExists(atPath: directory.appendingPathComponent(name).path)
  }
}
