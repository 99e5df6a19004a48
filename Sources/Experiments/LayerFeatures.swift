package import LearningDynamics
package import TensorFiles

/// What is kept and gathered of one model's one layer on a probe: all that its comparisons need.
package struct LayerFeatures {
  /// The leading directions that SVCCA keeps.
  package let basis: FeatureBasis
  /// All directions with their sizes; nil where SVCCA is all that is asked for.
  package let decomposition: FeatureDecomposition?
  /// Of each half of the sequences, for held-out SVCCA.
  package let halves: [HalfBasis]

  /// Decomposes features.
  ///
  /// - Parameter halves: the rows of both halves.
  package init(_ features: [Float], columns: Int, halves: [[Int]], isComplete: Bool) throws {
    decomposition = isComplete ? try FeatureDecomposition(features, columns: columns) : nil
    basis = try decomposition?.basis ?? FeatureBasis(features, columns: columns)
    self.halves = try HalfBasis.both(features, columns: columns, halves: halves)
  }

  /// The arrays of layer `layer`, which names them.
  package func arrays(_ layer: Int) -> [NamedArray] {
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
  package init(_ file: SafetensorsFile, layer: Int, kept: Int) throws {
    let left = try StoredMatrix(file, "left.\(layer)")
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
    halves = try (0..<2).map { number in
      let fitted = try StoredMatrix(file, "fitted_\(number).\(layer)")
      let heldOut = try StoredMatrix(file, "held_out_\(number).\(layer)", columns: fitted.columns)
      return HalfBasis(fitted: fitted.basis, heldOutRows: heldOut.rows, heldOut: heldOut.elements)
    }
  }

  /// Bytes that a stored layer takes in memory.
  static func bytes(_ file: SafetensorsFile, layer: Int) -> Int {
    file.entries.reduce(0) { $1.name.hasSuffix(".\(layer)") ? $0 + $1.byteRange.count : $0 }
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
