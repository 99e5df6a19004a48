internal import BERT
public import LinearAlgebra

/// A point of a plane as a combination of its vectors: c0 origin + c1 first + c2 second, which of a plane through checkpoints
/// are theta0, theta1 and theta2.
public struct Combination: Sendable, Equatable {
  /// The coefficient of the origin.
  public var c0: Double
  /// The coefficient of the first checkpoint or direction.
  public var c1: Double
  /// The coefficient of the second.
  public var c2: Double

  /// theta0 itself.
  public static let theta0 = Combination(c0: 1, c1: 0, c2: 0)
  /// theta1 itself.
  public static let theta1 = Combination(c0: 0, c1: 1, c2: 0)
  /// theta2 itself: the point (0, 1/s).
  public static let theta2 = Combination(c0: 0, c1: 0, c2: 1)

  /// Coefficients as given.
  public init(c0: Double, c1: Double, c2: Double) {
    self.c0 = c0
    self.c1 = c1
    self.c2 = c2
  }

  /// The point theta0 + alpha d1 + beta s d2.
  public init(alpha: Double, beta: Double, scale: Double) {
    c1 = alpha
    c2 = beta * scale
    c0 = 1 - alpha - c2
  }

  /// The point origin + alpha u + beta v of a plane along directions.
  public init(stepping alpha: Double, and beta: Double) { (c0, c1, c2) = (1, alpha, beta) }
}

extension Plane {
  /// Writes theta at a point into the encoder's part of a flat vector; what does not move is copied.
  ///
  /// Formed in Float64 and rounded once; terms with coefficient 0 are left out. So a point that is a checkpoint has
  /// exactly its bits.
  ///
  /// - Parameters:
  ///   - places: the parts of the encoder that are needed; nil: all of it. Others are left as they are.
  ///   - theta: `encoder.count` numbers at least; may not be one of the checkpoints.
  ///   - team: who shares the work; changes no bit.
  public func place(
    _ point: Combination, at places: [Range<Int>]? = nil, into theta: UnsafeMutablePointer<Float>,
    team: ThreadTeam = .single
  ) {
    let terms = [(point.c0, origin.base), (point.c1, first.base), (point.c2, second.base)].filter { $0.0 != 0 }
    team.run { thread in
      let part = team.part(thread, of: encoder.count, unit: 4096)
      for place in places ?? [encoder] {
        let place = place.clamped(to: part)
        var next = place.lowerBound
        for range in moving where range.overlaps(place) {
          let moved = range.clamped(to: place)
          Self.combine([(1, rest.base)], in: next..<moved.lowerBound, into: theta)
          Self.combine(terms, in: moved, into: theta)
          next = moved.upperBound
        }
        Self.combine([(1, rest.base)], in: next..<place.upperBound, into: theta)
      }
    }
  }

  private static func combine(
    _ terms: [(Double, UnsafePointer<Float>)], in range: Range<Int>, into theta: UnsafeMutablePointer<Float>
  ) {
    switch terms.count {
    case 0: (theta + range.lowerBound).update(repeating: 0, count: range.count)
    case 1 where terms[0].0 == 1:
      (theta + range.lowerBound).update(from: terms[0].1 + range.lowerBound, count: range.count)
    case 1:
      let (a, x) = terms[0]
      for i in range { theta[i] = Float(a * Double(x[i])) }
    case 2:
      let ((a, x), (b, y)) = (terms[0], terms[1])
      for i in range { theta[i] = Float(a * Double(x[i]) + b * Double(y[i])) }
    default:
      let ((a, x), (b, y), (c, z)) = (terms[0], terms[1], terms[2])
      for i in range { theta[i] = Float(a * Double(x[i]) + b * Double(y[i]) + c * Double(z[i])) }
    }
  }
}
