package import Foundation
package import LearningDynamics
internal import Sweep
package import TensorFiles

/// The file of a model's features on a probe: what a probe's unit sends and rank 0 gathers. It says of itself which layers it has
/// and how many directions SVCCA keeps of each.
package struct ProbeFile {
  /// The SHA-256 of the probe's rows.
  package let hash: String
  /// How many directions SVCCA keeps, by layer.
  package let kept: [Int: Int]
  private let file: SafetensorsFile

  /// - Throws: ``ExperimentError/damagedFeatures(path:array:expected:)``, `TensorFileError`.
  package init(_ url: URL) throws {
    let file = try SafetensorsFile(url)
    self.file = file
    hash = file.metadata["hash"] ?? ""
    kept = try file.entries.reduce(into: [:]) { kept, entry in
      guard entry.name.hasPrefix("kept."), let layer = Int(entry.name.dropFirst(5)) else { return }
      guard let count = try file.int64(entry.name).first.flatMap({ Int(exactly: $0) }) else {
        throw ExperimentError.damagedFeatures(path: file.path, array: entry.name, expected: "one number")
      }
      kept[layer] = count
    }
  }

  /// The example of each row.
  package func sequences() throws -> SequenceRows {
    SequenceRows(sequenceOfRow: try file.int32("sequences").map(Int.init))
  }

  /// Bytes that a layer takes in memory.
  package func bytes(_ layer: Int) -> Int {
    file.entries.reduce(0) { $1.name.hasSuffix(".\(layer)") ? $0 + $1.byteRange.count : $0 }
  }

  /// The features of a layer that it has.
  package func layer(_ layer: Int) throws -> LayerFeatures {
    try LayerFeatures(file, layer: layer, kept: kept[layer] ?? 0)
  }

  /// How the features of a layer are stored.
  package static func arrays(_ features: LayerFeatures, layer: Int) -> [NamedArray] {
    features.arrays(layer)
      + [NamedArray(name: "kept.\(layer)", shape: [1], elements: .int64([Int64(features.basis.kept)]))]
  }

  /// What a file is to hold.
  struct Contents {
    private var arrays: [NamedArray] = []
    private let hash: String

    /// The rows of a probe, without layers yet.
    init(_ features: Features) {
      hash = features.hash.hex
      arrays = [
        NamedArray(
          name: "sequences", shape: [features.sequences.count], elements: .int32(features.sequences.map(Int32.init)))
      ]
    }

    mutating func add(_ features: LayerFeatures, layer: Int) { arrays += ProbeFile.arrays(features, layer: layer) }

    func encoded() throws -> [UInt8] { try Safetensors.encode(arrays, metadata: ["hash": hash]) }
  }
}

extension LayerFeatures {
  /// The arrays of layer `layer`, which names them.
  fileprivate func arrays(_ layer: Int) -> [NamedArray] {
    func array(_ name: String, _ shape: [Int], _ values: [Double]) -> NamedArray {
      NamedArray(name: "\(name).\(layer)", shape: shape, elements: .float64(values))
    }
    var arrays: [NamedArray] = []
    if let all = decomposition {
      arrays = [
        array("left", [all.rows, all.rank], all.left), array("values", [all.rank], all.values),
        array("right", [all.rank, all.columns], all.right),
      ]
    } else {
      arrays = [array("left", [basis.rows, basis.kept], basis.vectors)]
    }
    for (number, half) in halves.enumerated() {
      arrays += [
        array("fitted_\(number)", [half.fitted.rows, half.fitted.kept], half.fitted.vectors),
        array("held_out_\(number)", [half.heldOutRows, half.fitted.kept], half.heldOut),
      ]
    }
    return arrays
  }

  /// Reads a layer as it was stored, by a file that may be damaged.
  ///
  /// - Parameter kept: how many directions SVCCA keeps of a whole decomposition.
  /// - Throws: ``ExperimentError/damagedFeatures(path:array:expected:)``, `TensorFileError`.
  fileprivate init(_ file: SafetensorsFile, layer: Int, kept: Int) throws {
    let left = try StoredMatrix(file, "left.\(layer)")
    let (basis, decomposition): (FeatureBasis, FeatureDecomposition?)
    if let values = file.entry("values.\(layer)") {
      let right = try StoredMatrix(file, "right.\(layer)", rows: left.columns)
      guard values.shape == [left.columns], (0...left.columns).contains(kept) else {
        throw ExperimentError.damagedFeatures(
          path: file.path, array: values.name, expected: "\(left.columns) values, of which \(kept) are kept")
      }
      let all = FeatureDecomposition(
        rows: left.rows, columns: right.columns, kept: kept, values: try finite(file, values.name),
        left: left.elements, right: right.elements)
      (basis, decomposition) = (all.basis, all)
    } else {
      (basis, decomposition) = (left.basis, nil)
    }
    let halves = try (0..<2).map { number in
      let fitted = try StoredMatrix(file, "fitted_\(number).\(layer)")
      let heldOut = try StoredMatrix(file, "held_out_\(number).\(layer)", columns: fitted.columns)
      return HalfBasis(fitted: fitted.basis, heldOutRows: heldOut.rows, heldOut: heldOut.elements)
    }
    self.init(basis: basis, decomposition: decomposition, halves: halves)
  }
}

/// A matrix of a file, [rows, columns], finite.
private struct StoredMatrix {
  let rows: Int
  let columns: Int
  let elements: [Double]

  var basis: FeatureBasis { FeatureBasis(rows: rows, kept: columns, vectors: elements) }

  /// - Parameters:
  ///   - rows: how many there must be; nil: any number.
  ///   - columns: likewise.
  init(_ file: SafetensorsFile, _ name: String, rows: Int? = nil, columns: Int? = nil) throws {
    elements = try finite(file, name)
    let shape = file.entry(name)?.shape ?? []
    guard shape.count == 2, rows ?? shape[0] == shape[0], columns ?? shape[1] == shape[1] else {
      let expected = [rows, columns].map { $0.map(String.init) ?? "any number" }.joined(separator: ", ")
      throw ExperimentError.damagedFeatures(path: file.path, array: name, expected: "the shape [\(expected)]")
    }
    (self.rows, self.columns) = (shape[0], shape[1])
  }
}

/// An array's numbers, all finite, as a decomposition's are.
private func finite(_ file: SafetensorsFile, _ name: String) throws -> [Double] {
  let elements = try file.float64(name)
  guard elements.allSatisfy(\.isFinite) else {
    throw ExperimentError.damagedFeatures(path: file.path, array: name, expected: "finite numbers")
  }
  return elements
}
