public import BERT
public import LinearAlgebra
internal import Randomness

/// A Gaussian direction in theta at the scale of the weights. [Li et al. 2018, section 4; METHODS 2]
///
/// The drawn number at a place depends on (seed, index, place) alone. Whatever the normalisation, the direction's length
/// is that of the weights it covers, so that a step along it means the same; the normalisations differ in how fine the
/// length is shared out.
public struct RandomDirection: Sendable, Hashable {
  /// What is scaled to the norm of the same weights.
  public enum Normalisation: String, Sendable, Hashable {
    /// Each row of a matrix: the weights into one output, or one word's embedding.
    case filter
    /// Each tensor.
    case layer
    /// The direction as a whole, all of its places alike: no normalisation but the common length.
    case whole
  }

  /// What the numbers are drawn from.
  public var seed: UInt64
  /// Which of the seed's directions.
  public var index: UInt32
  /// What is scaled to the weights.
  public var normalisation: Normalisation
  /// Whether biases and LayerNorms move as well, each tensor as one filter. Li et al. leave them at zero.
  public var includesVectors: Bool

  /// A direction as described.
  public init(seed: UInt64, index: UInt32, normalisation: Normalisation = .filter, includesVectors: Bool = false) {
    self.seed = seed
    self.index = index
    self.normalisation = normalisation
    self.includesVectors = includesVectors
  }

  /// Writes the direction. Rows whose weights are zero get zeros, and so do biases and LayerNorms unless included.
  ///
  /// - Parameters:
  ///   - weights: theta, whose norms are taken; `table.encoder.count` numbers at least.
  ///   - direction: gets `table.encoder.count` numbers, not those of a head; may not be `weights`.
  ///   - team: who shares the work; changes no bit.
  /// - Throws: ``LandscapeError/noDirection(reason:)`` when the weights are all zero, or not finite.
  public func write(
    _ table: ParameterTable, like weights: UnsafePointer<Float>, into direction: UnsafeMutablePointer<Float>,
    team: ThreadTeam = .single
  ) throws(LandscapeError) {
    let numbers = RandomField.direction.numbers(seed: seed, index: index)
    let filters = Filters(table, includesVectors: includesVectors)
    // [filters]: squared norms of the weights and of the numbers drawn.
    let squares = AlignedBuffer<SIMD2<Double>>(count: filters.rows.count)
    team.run { thread in
      let part = team.part(thread, of: table.encoder.count)
      (direction + part.lowerBound).update(repeating: 0, count: part.count)
    }
    team.run { thread in
      for i in team.part(thread, of: filters.rows.count) {
        let row = filters.rows[i]
        let (w, d) = (weights + row.lowerBound, direction + row.lowerBound)
        numbers.fill(d, places: row)
        squares.pointer[i] = SIMD2(dot(w, w, count: row.count), dot(d, d, count: row.count))
      }
    }
    func norms(_ range: Range<Int>) -> SIMD2<Double> { squares.elements[range].reduce(.zero, +) }
    let length = norms(filters.rows.indices).x.squareRoot()
    guard length > 0, length.isFinite else {
      throw .noDirection(reason: "the weights have the norm \(length), a positive number is expected")
    }
    let spans =
      switch normalisation {
      case .filter: filters.rows.indices.map { $0..<$0 + 1 }
      case .layer: filters.tensors
      case .whole: [filters.rows.indices]
      }
    for span in spans {
      let norms = norms(span)
      squares.elements[span].update(repeating: SIMD2(repeating: norms.y > 0 ? (norms.x / norms.y).squareRoot() : 0))
    }
    team.run { thread in
      for i in team.part(thread, of: filters.rows.count) {
        let factor = squares.pointer[i].x
        for place in filters.rows[i] { direction[place] = Float(factor * Double(direction[place])) }
      }
    }
  }

  /// Takes out of a direction what lies along another, both as ``write(_:like:into:team:)`` leaves them.
  ///
  /// Formed in Float64 and rounded once: the cosine of the two is then below 1e-7. The direction becomes shorter by what
  /// was taken, and its filters differ from their norms by as little.
  ///
  /// - Parameters:
  ///   - direction: `count` numbers.
  ///   - first: `count` numbers.
  /// - Throws: ``LandscapeError/noDirection(reason:)`` when less than a millionth of the direction's length is left.
  public static func orthogonalise(
    _ direction: UnsafeMutablePointer<Float>, against first: UnsafePointer<Float>, count: Int
  ) throws(LandscapeError) {
    let length = dot(direction, direction, count: count).squareRoot()
    let share = dot(direction, first, count: count) / dot(first, first, count: count)
    for i in 0..<count { direction[i] = Float(Double(direction[i]) - share * Double(first[i])) }
    let left = dot(direction, direction, count: count).squareRoot()
    guard left > 1e-6 * length else {
      throw .noDirection(reason: "\(left) of its length \(length) is orthogonal to the first direction")
    }
  }
}

/// The rows that a direction moves, as places of the flat vector.
private struct Filters {
  /// Rows of matrices, and vectors as one row each.
  var rows: [Range<Int>] = []
  /// The rows of each tensor, as indices of `rows`.
  var tensors: [Range<Int>] = []

  init(_ table: ParameterTable, includesVectors: Bool) {
    for entry in table.entries where entry.group != .head && (includesVectors || !entry.isVector) {
      let first = rows.count
      let columns = entry.isVector ? entry.range.count : entry.range.count / entry.shape[0]
      for start in stride(from: entry.range.lowerBound, to: entry.range.upperBound, by: columns) {
        rows.append(start..<start + columns)
      }
      tensors.append(first..<rows.count)
    }
  }
}
