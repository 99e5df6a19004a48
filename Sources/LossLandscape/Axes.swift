public import BERT
internal import LinearAlgebra

/// The directions that span a surface: d1 = theta1 - theta0 and d2 = theta2 - theta0. [LL; METHODS 2]
///
/// All numbers are of theta alone: embeddings, layers, pooler; never of a task head.
public struct Axes: Sendable, Equatable {
  /// |d1|.
  public var length1: Double
  /// |d2|.
  public var length2: Double
  /// The cosine of the angle between d1 and d2.
  public var cosine: Double

  /// s = |d1| / |d2|, which gives both axes one scale: f(a, b) = J(theta0 + a d1 + b s d2).
  public var scale: Double { length1 / length2 }

  /// Axes as they were measured.
  public init(length1: Double, length2: Double, cosine: Double) {
    self.length1 = length1
    self.length2 = length2
    self.cosine = cosine
  }

  /// Measures the directions of a plane through three checkpoints where they move, in Float64 in a fixed order.
  ///
  /// - Throws: ``LandscapeError/zeroDirection(name:)``.
  public init(_ plane: Plane) throws(LandscapeError) {
    try self.init(plane.theta1, plane.theta2, from: plane.theta0, over: plane.moving)
  }

  /// Measures the directions themselves.
  ///
  /// - Parameters:
  ///   - directions: flat vectors.
  ///   - moving: the places that move.
  /// - Throws: ``LandscapeError/zeroDirection(name:)``.
  public init(_ directions: (Parameters, Parameters), over moving: [Range<Int>]) throws(LandscapeError) {
    try self.init(directions.0, directions.1, from: nil, over: moving)
  }

  private init(
    _ first: Parameters, _ second: Parameters, from origin: Parameters?, over moving: [Range<Int>]
  ) throws(LandscapeError) {
    let (zero, one, two) = (origin?.base, first.base, second.base)
    var squares1 = 0.0
    var squares2 = 0.0
    var products = 0.0
    for range in moving {
      // Partial sums of 1024 numbers keep the rounding of millions of additions small.
      for block in stride(from: range.lowerBound, to: range.upperBound, by: 1024) {
        var (s1, s2, p) = (0.0, 0.0, 0.0)
        for i in block..<min(block + 1024, range.upperBound) {
          let start = zero.map { Double($0[i]) } ?? 0
          let d1 = Double(one[i]) - start
          let d2 = Double(two[i]) - start
          s1 += d1 * d1
          s2 += d2 * d2
          p += d1 * d2
        }
        squares1 += s1
        squares2 += s2
        products += p
      }
    }
    length1 = squares1.squareRoot()
    length2 = squares2.squareRoot()
    // Of the product of squares, so that a direction's cosine with itself is 1 exactly.
    cosine = products / (squares1 * squares2).squareRoot()
    if length1 == 0 { throw .zeroDirection(name: origin == nil ? "u" : "theta1 - theta0") }
    if length2 == 0 { throw .zeroDirection(name: origin == nil ? "v" : "theta2 - theta0") }
  }
}

/// What points are combinations of, and which parameters move: three checkpoints of one model, or one and two directions.
/// [METHODS 1, 2]
public struct Plane: Sendable {
  /// The initial parameters; where the directions start.
  public let theta0: Parameters
  /// Fine-tuned on the target task; or the first direction.
  public let theta1: Parameters
  /// Fine-tuned on another task; or the second direction.
  public let theta2: Parameters
  /// Whose head every point keeps.
  public let head: Parameters
  /// The places of theta in each vector: the same for all, as heads stand at the end. Between models of one task all
  /// places, as the head moves with them.
  public let encoder: Range<Int>
  /// The places that move, ascending and apart.
  public let moving: [Range<Int>]
  /// Where the other places of theta are.
  public let rest: Parameters

  /// A plane through three checkpoints, the points of which are ``Combination/init(alpha:beta:scale:)``.
  ///
  /// - Parameters:
  ///   - theta1: whose head every point keeps.
  ///   - encoder: the places of theta, from the parameter table; they begin the vector.
  ///   - moving: the places that move, ascending and apart, within theta; nil: all of theta.
  ///   - rest: where the others are; nil: at theta1.
  /// - Throws: ``LandscapeError/sizesDiffer(got:expected:)`` when a checkpoint is smaller than theta.
  public init(
    theta0: Parameters, theta1: Parameters, theta2: Parameters, encoder: Range<Int>, moving: [Range<Int>]? = nil,
    rest: Parameters? = nil
  ) throws(LandscapeError) {
    try self.init(theta0, theta1, theta2, head: theta1, rest: rest ?? theta1, encoder, moving)
  }

  /// A plane along two directions from a checkpoint, the points of which are ``Combination/init(stepping:and:)``.
  ///
  /// - Parameters:
  ///   - origin: where the directions start; its head is every point's, and what does not move stays there.
  ///   - directions: flat vectors of theta at least; along a line the same twice.
  ///   - encoder, moving: as for a plane through checkpoints.
  /// - Throws: ``LandscapeError/sizesDiffer(got:expected:)`` when a vector is smaller than theta.
  public init(
    from origin: Parameters, along directions: (Parameters, Parameters), encoder: Range<Int>,
    moving: [Range<Int>]? = nil
  ) throws(LandscapeError) {
    try self.init(origin, directions.0, directions.1, head: origin, rest: origin, encoder, moving)
  }

  private init(
    _ theta0: Parameters, _ theta1: Parameters, _ theta2: Parameters, head: Parameters, rest: Parameters,
    _ encoder: Range<Int>, _ moving: [Range<Int>]?
  ) throws(LandscapeError) {
    precondition(encoder.lowerBound == 0, "theta begins the vector")
    for vector in [theta0, theta1, theta2, head, rest] where vector.count < encoder.upperBound {
      throw .sizesDiffer(got: vector.count, expected: encoder.count)
    }
    self.theta0 = theta0
    self.theta1 = theta1
    self.theta2 = theta2
    self.head = head
    self.encoder = encoder
    self.moving = moving ?? [encoder]
    self.rest = rest
  }
}
