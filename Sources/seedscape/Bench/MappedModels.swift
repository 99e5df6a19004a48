import BERT
import Foundation
import Glibc
import LinearAlgebra
import LossLandscape
import TensorFiles

/// theta0 and two neighbours as files that all ranks of a node map, as a sweep's models are.
struct MappedModels {
  private let model: BERTModel
  private let files: [FileHandle]

  /// Writes the files on the first rank of a node and opens them on all of it. The files have no names any more when this
  /// returns, so that nothing stays behind however the program ends.
  ///
  /// - Parameters:
  ///   - checkpoint: a Hugging Face directory; without weights theta0 is random.
  ///   - isWriter: whether this rank writes.
  ///   - share: gives all ranks of the node the writer's text.
  ///   - wait: returns when all ranks of the node have called it.
  init(
    _ model: BERTModel, _ checkpoint: URL, isWriter: Bool, share: (String) throws -> String, wait: () throws -> Void
  ) throws {
    self.model = model
    let made = isWriter ? try Self.write(model, checkpoint) : nil
    defer {
      // Nothing can be done about a temporary folder that stays.
      if let made { try? FileManager.default.removeItem(at: made) }
    }
    let folder = URL(filePath: try share(made?.path ?? ""), directoryHint: .isDirectory)
    files = try (0..<3).map { try FileHandle(forReadingFrom: Self.file($0, in: folder)) }
    try wait()
  }

  private static func write(_ model: BERTModel, _ directory: URL) throws -> URL {
    try model.checkMemory(vectors: 1)
    let theta = AlignedBuffer<Float>(count: model.table.count)
    if try FileManager.default.contentsOfDirectory(atPath: directory.path).contains(where: {
      $0.hasSuffix(".safetensors")
    }) {
      try Checkpoint(directory: directory).readEncoder(model, into: theta.pointer, poolerSeed: 0)
    } else {
      model.initialiseEncoder(theta.pointer, seed: 0)
    }
    model.initialiseHead(theta.pointer, seed: 0)
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "seedscape-bench-\(UUID().uuidString)", directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    do {
      for index in 0..<3 {
        if index > 0 { for i in 0..<theta.count { theta.pointer[i] += Float(1e-3 * noise(index * theta.count + i)) } }
        try model.write(theta.pointer, to: file(index, in: folder))
      }
    } catch {
      try? FileManager.default.removeItem(at: folder)
      throw error
    }
    return folder
  }

  private static func file(_ index: Int, in folder: URL) -> URL {
    folder.appending(path: "theta\(index).safetensors")
  }

  /// theta0, 1 or 2, mapped as long as the value lives.
  func theta(_ index: Int) throws -> Parameters {
    let file = try SafetensorsFile(URL(filePath: "/proc/self/fd/\(files[index].fileDescriptor)"))
    guard let parameters = Parameters(file, of: model) else {
      throw InputError("a file that bench wrote is not what it should be; is the temporary folder's disk in order?")
    }
    return parameters
  }

  /// The plane of the three, mapped as long as the value lives.
  func plane() throws -> Plane {
    try Plane(theta0: theta(0), theta1: theta(1), theta2: theta(2), encoder: model.table.encoder)
  }
}

/// A number in -1 ..< 1 that looks random.
func noise(_ index: Int) -> Double {
  let bits = UInt64(truncatingIfNeeded: index) &* 0x9E37_79B9_7F4A_7C15
  return Double((bits ^ (bits >> 29)) >> 11) * 0x1p-52 - 1
}
