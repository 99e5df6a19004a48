public import BERT

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
    try self.init(plane.first, plane.second, from: plane.origin, over: plane.moving)
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
    let products = MoveProducts(first.base, second.base, from: origin?.base, over: moving)
    length1 = products.squares1.squareRoot()
    length2 = products.squares2.squareRoot()
    // Of the product of squares, so that a direction's cosine with itself is 1 exactly.
    cosine = products.product / (products.squares1 * products.squares2).squareRoot()
    if length1 == 0 { throw .zeroDirection(name: origin == nil ? "u" : "theta1 - theta0") }
    if length2 == 0 { throw .zeroDirection(name: origin == nil ? "v" : "theta2 - theta0") }
  }
}
