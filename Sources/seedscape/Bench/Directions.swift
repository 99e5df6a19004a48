import BERT
import Foundation
import LinearAlgebra
import LossLandscape
import TensorFiles

/// theta0 and two neighbours as files that all ranks of a node map, as a sweep's models are.
struct Directions {
  let theta0: Parameters
  private let theta1: Parameters
  private let theta2: Parameters
  private let folder: URL

  /// - Parameters:
  ///   - isWriter: whether this rank writes the files.
  ///   - waitForNode: returns when all ranks of the node have called it.
  init(_ model: BERTModel, _ checkpoint: URL, isWriter: Bool, _ waitForNode: () throws -> Void) throws {
    // The ranks of a node have one parent, which another job on it has not.
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "seedscape-bench-\(getppid())", directoryHint: .isDirectory)
    if isWriter {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Self.write(model, checkpoint, to: folder)
    }
    try waitForNode()
    func map(_ name: String) throws -> Parameters {
      let url = folder.appending(path: name)
      guard let parameters = Parameters(try SafetensorsFile(url), of: model) else {
        throw InputError("\(url.path) is not what was just written there; is another bench running in that folder?")
      }
      return parameters
    }
    self.folder = folder
    (theta0, theta1, theta2) = (try map("theta0"), try map("theta1"), try map("theta2"))
  }

  private static func write(_ model: BERTModel, _ directory: URL, to folder: URL) throws {
    let theta = AlignedBuffer<Float>(count: model.table.count)
    let hasWeights = try FileManager.default.contentsOfDirectory(atPath: directory.path)
      .contains { $0.hasSuffix(".safetensors") }
    if hasWeights {
      try Checkpoint(directory: directory).readEncoder(model, into: theta.pointer, poolerSeed: 0)
    } else {
      model.initialiseEncoder(theta.pointer, seed: 0)
    }
    model.initialiseHead(theta.pointer, seed: 0)
    for (index, name) in ["theta0", "theta1", "theta2"].enumerated() {
      if index > 0 { for i in 0..<theta.count { theta.pointer[i] += Float(1e-3 * noise(index * theta.count + i)) } }
      try model.write(theta.pointer, to: folder.appending(path: name))
    }
  }

  /// A number in -1 ..< 1 that looks random.
  static func noise(_ index: Int) -> Double {
    let bits = UInt64(truncatingIfNeeded: index) &* 0x9E37_79B9_7F4A_7C15
    return Double((bits ^ (bits >> 29)) >> 11) * 0x1p-52 - 1
  }

  func plane(_ model: BERTModel) throws -> Plane {
    try Plane(theta0: theta0, theta1: theta1, theta2: theta2, encoder: model.table.encoder)
  }

  func remove() throws { try FileManager.default.removeItem(at: folder) }
}
