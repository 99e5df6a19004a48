import LearningDynamics
import Randomness

/// Features [N, d], row-major.
struct Matrix {
  let rows: Int
  let columns: Int
  var elements: [Float]

  init(rows: Int, columns: Int, _ element: (Int, Int) -> Float) {
    (self.rows, self.columns) = (rows, columns)
    elements = (0..<rows * columns).map { element($0 / columns, $0 % columns) }
  }

  /// Columns of one length, side by side.
  init(columns: [[Float]]) {
    self.init(rows: columns.first?.count ?? 0, columns: columns.count) { columns[$1][$0] }
  }

  subscript(row: Int, column: Int) -> Float { elements[row * columns + column] }

  /// Standard normal numbers, the same ones for a seed.
  static func gaussian(_ rows: Int, _ columns: Int, seed: UInt32) -> Matrix {
    var stream = RandomStream(Philox(seed: 1, purpose: .direction), seed)
    return Matrix(rows: rows, columns: columns) { _, _ in Float(stream.normal()) }
  }

  /// Whole numbers in -8 ... 8, on which sums, halves and offsets are exact in Float32.
  static func whole(_ rows: Int, _ columns: Int, seed: UInt32) -> Matrix {
    var stream = RandomStream(Philox(seed: 2, purpose: .direction), seed)
    return Matrix(rows: rows, columns: columns) { _, _ in Float(stream.uniform(below: 17)) - 8 }
  }

  func basis(variance: Double = 0.99) throws -> FeatureBasis {
    try FeatureBasis(elements, columns: columns, variance: variance)
  }
}

/// Seven orthogonal vectors of 8 numbers +-1, each with mean 0: products of three signs.
let signs: [[Float]] = (1..<8).map { mask in (0..<8).map { ($0 & mask).nonzeroBitCount % 2 == 0 ? 1 : -1 } }

/// a x + b y, number by number.
func sum(_ a: Float, _ x: [Float], _ b: Float, _ y: [Float]) -> [Float] { zip(x, y).map { a * $0 + b * $1 } }

/// The greatest element of V^T V - I.
func departureFromOrthonormal(_ basis: FeatureBasis) -> Double {
  var greatest = 0.0
  for p in 0..<basis.kept {
    for q in 0...p {
      var product = 0.0
      for row in 0..<basis.rows {
        product += basis.vectors[row * basis.kept + p] * basis.vectors[row * basis.kept + q]
      }
      greatest = max(greatest, abs(product - (p == q ? 1 : 0)))
    }
  }
  return greatest
}
