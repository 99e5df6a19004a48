public import Foundation
import POSIX

/// The tensors of a checkpoint directory as Hugging Face lays it out: `model.safetensors`, or
/// `model.safetensors.index.json` with the shards that it names.
public struct SafetensorsCollection: TensorSource {
  /// The tensors, shard by shard in the order of the shards' names, and in a shard in the order of their bytes. A
  /// tensor that the index does not name is not part of the checkpoint.
  public let entries: [TensorEntry]

  private let directory: URL
  private let files: [String: SafetensorsFile]
  private let shards: [String: String]

  /// Opens the checkpoint in `directory`; a whole file is preferred to an index, as transformers does.
  ///
  /// - Parameters:
  ///   - directory: where the files lie.
  ///   - baseName: what stands before `.safetensors` in their names.
  /// - Throws: `TensorFileError.noTensorFiles`, `.invalidIndex`, `.missingShard`, `.missingInShard`, and what
  ///   `SafetensorsFile` throws.
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

  /// The tensor's row in the table of contents of its file, or nil if there is none of that name.
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

  private struct Index: Decodable {
    /// Tensor to file name.
    let weightMap: [String: String]?

    enum CodingKeys: String, CodingKey {
      case weightMap = "weight_map"
    }
  }

  private static func weightMap(of url: URL) throws -> [String: String] {
    func invalid(_ reason: String) -> TensorFileError { .invalidIndex(path: url.path, reason: reason) }
    let mapping = try MappedFile(url)
    let data = withExtendedLifetime(mapping) { Data(mapping.bytes) }
    let index: Index
    do {
      index = try JSONDecoder().decode(Index.self, from: data)
    } catch {
      throw invalid("expected a JSON object whose weight_map maps tensors to file names")
    }
    guard let weightMap = index.weightMap else { throw invalid("it has no weight_map, expected tensor to file name") }
    if let path = weightMap.values.sorted().first(where: { $0.contains("/") }) {
      throw invalid("it names \(path), expected files of its own directory")
    }
    return weightMap
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
