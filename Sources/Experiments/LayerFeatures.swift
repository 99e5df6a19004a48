internal import LearningDynamics
internal import TensorFiles

/// What is kept and gathered of one model's one layer on a probe: all that its comparisons need.
struct LayerFeatures {
  /// The leading directions that SVCCA keeps.
  let basis: FeatureBasis
  /// All directions with their sizes; nil where SVCCA is all that is asked for.
  let decomposition: FeatureDecomposition?
  /// Of each half of the sequences, for held-out SVCCA.
  let halves: [HalfBasis]

  /// Decomposes features.
  ///
  /// - Parameter halves: the rows of both halves.
  init(_ features: [Float], columns: Int, halves: [[Int]], isComplete: Bool) throws {
    decomposition = isComplete ? try FeatureDecomposition(features, columns: columns) : nil
    basis = try decomposition?.basis ?? FeatureBasis(features, columns: columns)
    self.halves = try HalfBasis.both(features, columns: columns, halves: halves)
  }

  /// The arrays of layer `layer`, which names them.
  func arrays(_ layer: Int) -> [NamedArray] {
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

  /// Reads a layer as it was stored.
  ///
  /// - Parameter kept: how many directions SVCCA keeps.
  init(_ file: SafetensorsFile, layer: Int, kept: Int) throws {
    func shape(_ name: String) -> (Int, Int) {
      let shape = file.entry("\(name).\(layer)")?.shape ?? []
      return shape.count == 2 ? (shape[0], shape[1]) : (0, 0)
    }
    let left = try file.float64("left.\(layer)")
    let (rows, rank) = shape("left")
    if file.entry("values.\(layer)") != nil {
      let all = FeatureDecomposition(
        rows: rows, columns: shape("right").1, kept: kept, values: try file.float64("values.\(layer)"), left: left,
        right: try file.float64("right.\(layer)"))
      (basis, decomposition) = (all.basis, all)
    } else {
      (basis, decomposition) = (FeatureBasis(rows: rows, kept: rank, vectors: left), nil)
    }
    halves = try (0..<2).map { number in
      let (rows, kept) = shape("fitted_\(number)")
      return HalfBasis(
        fitted: FeatureBasis(rows: rows, kept: kept, vectors: try file.float64("fitted_\(number).\(layer)")),
        heldOutRows: shape("held_out_\(number)").0, heldOut: try file.float64("held_out_\(number).\(layer)"))
    }
  }

  /// Bytes that a stored layer takes in memory.
  static func bytes(_ file: SafetensorsFile, layer: Int) -> Int {
    file.entries.reduce(0) { $1.name.hasSuffix(".\(layer)") ? $0 + $1.byteRange.count : $0 }
  }
}
