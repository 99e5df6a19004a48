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

  /// Columns of the same length, side by side.
  init(columns: [[Float]]) {
    self.init(rows: columns.first?.count ?? 0, columns: columns.count) { columns[$1][$0] }
  }

  subscript(row: Int, column: Int) -> Float { elements[row * columns + column] }

  /// Standard normal numbers; the same seed gives the same ones.
  static func gaussian(_ rows: Int, _ columns: Int, seed: UInt32) -> Matrix {
    var stream = RandomStream(Philox(seed: 1, purpose: .direction), seed)
    return Matrix(rows: rows, columns: columns) { _, _ in Float(stream.normal()) }
  }

  /// Integers in -8 ... 8, for which sums, halves and offsets are exact in Float32.
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

/// The largest element of V^T V - I.
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

extension Matrix {
  /// The features in Float64, times 2^exponent.
  func doubles(exponent: Int = 0) -> [Double] {
    elements.map { Double(sign: .plus, exponent: exponent, significand: Double($0)) }
  }

  func decomposition(variance: Double = 0.99) throws -> FeatureDecomposition {
    try FeatureDecomposition(elements, columns: columns, variance: variance)
  }

  /// An orthogonal map of six columns (half a 4 x 4 Hadamard matrix, a swap, a sign), exact on integers.
  var turned: Matrix {
    Matrix(rows: rows, columns: 6) { row, column in
      guard column < 4 else { return column == 4 ? self[row, 5] : -self[row, 4] }
      return (0..<4).reduce(0) { $0 + ((column & $1).nonzeroBitCount % 2 == 0 ? 0.5 : -0.5) * self[row, $1] }
    }
  }

  /// The columns scaled by 3 and moved, exact on integers.
  var scaledAndMoved: Matrix { Matrix(rows: rows, columns: columns) { 3 * self[$0, $1] + Float(1000 * $1 - 700) } }

  /// An invertible map of six columns: each column plus twice the one before it, exact on integers.
  var sheared: Matrix { Matrix(rows: rows, columns: 6) { self[$0, $1] + ($1 > 0 ? 2 * self[$0, $1 - 1] : 0) } }
}

func compare(_ x: Matrix, _ y: Matrix) throws -> FeatureComparison {
  try FeatureComparison(x.decomposition(), y.decomposition())
}

/// Two views of the same integers, with 6 and 9 columns, and noise.
func relatedViews() -> (Matrix, Matrix) {
  let (x, noise) = (Matrix.whole(60, 6, seed: 1), Matrix.whole(60, 9, seed: 2))
  return (x, Matrix(rows: 60, columns: 9) { 2 * x[$0, $1 % 6] + noise[$0, $1] })
}
