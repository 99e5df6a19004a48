public import BERT

/// What points are combinations of, and which parameters move. [METHODS 1, 2]
///
/// A plane goes through three checkpoints of one model, or from one along two directions. Along a line the second
/// checkpoint or direction stands for none, and is the first once more: a point's coefficient of it is 0.
public struct Plane: Sendable {
  /// Where the plane starts: theta0, or the checkpoint from which directions lead.
  public let origin: Parameters
  /// theta1, fine-tuned on the target task; or the first direction itself.
  public let first: Parameters
  /// theta2, fine-tuned on another task; or the second direction itself.
  public let second: Parameters
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
    try self.init(from: theta0, theta1, theta2, head: theta1, rest: rest ?? theta1, encoder, moving)
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
    try self.init(from: origin, directions.0, directions.1, head: origin, rest: origin, encoder, moving)
  }

  private init(
    from origin: Parameters, _ first: Parameters, _ second: Parameters, head: Parameters, rest: Parameters,
    _ encoder: Range<Int>, _ moving: [Range<Int>]?
  ) throws(LandscapeError) {
    precondition(encoder.lowerBound == 0, "theta begins the vector")
    for vector in [origin, first, second, head, rest] where vector.count < encoder.upperBound {
      throw .sizesDiffer(got: vector.count, expected: encoder.count)
    }
    self.origin = origin
    self.first = first
    self.second = second
    self.head = head
    self.encoder = encoder
    self.moving = moving ?? [encoder]
    self.rest = rest
  }
}
