import Experiments
import Foundation
import LearningDynamics
import TensorFiles

/// Files of tensors and arrays.
let tensorTargets = [
  Target(name: "safetensors") { scratch in
    let tensors = [
      NamedArray(name: "a", shape: [2, 3], elements: .float32([1, 2, 3, 4, .nan, -.infinity])),
      NamedArray(name: "b", shape: [], elements: .int64([7])),
      NamedArray(name: "c", shape: [0, 4], elements: .uint8([])),
      NamedArray(name: "\u{1F642} \"d\"", shape: [1], elements: .float64([0.1])),
    ]
    return Reader(seeds: [try Safetensors.encode(tensors)]) { input in
      scratch.write(input, to: "file.safetensors")
      try readAll(try SafetensorsFile(scratch.url("file.safetensors")))
    }
  },

  Target(name: "safetensors-index") { scratch in
    let folder = try scratch.folder("sharded")
    let shard = try Safetensors.encode([NamedArray(name: "a", shape: [2], elements: .float32([1, 2]))])
    for name in ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"] {
      scratch.write(shard, to: "sharded/\(name)")
    }
    return Reader { input in
      scratch.write(input, to: "sharded/model.safetensors.index.json")
      try readAll(try SafetensorsCollection(directory: folder))
    }
  },

  Target(name: "npy") { scratch in
    Reader { input in
      scratch.write(input, to: "file.npy")
      _ = try NumPyFile.read(scratch.url("file.npy"))
    }
  },

  // What `compare` does with two matrices.
  Target(name: "compare") { scratch in
    Reader { input in
      scratch.write(input, to: "file.npy")
      let array = try NumPyFile.read(scratch.url("file.npy"))
      let features: [Double]
      switch array.elements {
      case .float32(let values): features = values.map(Double.init)
      case .float64(let values): features = values
      default: return
      }
      guard array.shape.count == 2, array.shape[0] > 0, array.shape[1] > 0, features.allSatisfy(\.isFinite) else {
        return
      }
      let halves = (array.shape[1] + 1) / 2
      let half = (0..<array.shape[0]).flatMap { features[$0 * array.shape[1]..<$0 * array.shape[1] + halves] }
      try compare(
        FeatureDecomposition(features, columns: array.shape[1]), FeatureDecomposition(half, columns: halves))
    }
  },

  // The gathered features of two layers.
  Target(name: "features") { scratch in
    let rows = 6
    func layer(_ number: Int, columns: Int, isComplete: Bool) throws -> [NamedArray] {
      let features = (0..<rows * columns).map { Float(($0 * $0 + number) % 7) }
      return try ProbeFile.arrays(
        LayerFeatures(features, columns: columns, halves: [[0, 1, 2], [3, 4, 5]], isComplete: isComplete),
        layer: number)
    }
    let sequences = NamedArray(name: "sequences", shape: [rows], elements: .int32([0, 0, 1, 1, 2, 2]))
    let seeds = try [true, false].map { isComplete in
      try Safetensors.encode(
        layer(0, columns: 3, isComplete: isComplete) + layer(1, columns: 2, isComplete: isComplete) + [sequences])
    }
    return Reader(seeds: seeds) { input in
      scratch.write(input, to: "file.safetensors")
      let file = try ProbeFile(scratch.url("file.safetensors"))
      let pair = try FeaturePair(file.layer(0), file.layer(1), sequences: file.sequences(), seed: 1)
      for measure in Measure.allCases { _ = try measure.measure(pair) }
    }
  },
]

/// Compares by every measure.
private func compare(_ x: FeatureDecomposition, _ y: FeatureDecomposition) throws {
  let comparison = try FeatureComparison(x, y)
  _ = (try comparison.svcca(), try comparison.cca(), try comparison.pwcca())
  _ = (comparison.cka(), try comparison.procrustes())
}

/// Reads each tensor as every type.
private func readAll(_ source: some TensorSource) throws {
  for entry in source.entries {
    attempt { _ = try source.array(entry.name) }
    attempt { _ = try source.float32(entry.name) }
    attempt { _ = try source.float64(entry.name) }
    attempt { _ = try source.int64(entry.name) }
  }
}
