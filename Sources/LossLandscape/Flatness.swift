/// How wide the valley around a point of a curve is: the connected interval in which f(a) <= f(center) + tolerance.
/// [METHODS 4]
///
/// Width alone says little of generalisation (Dinh et al. 2017: rescaled weights change it), and the moves of a
/// pre-trained and a scratch model differ in length: compare ``distance`` as well.
public struct Flatness: Sendable, Equatable {
  /// The left end, <= the center.
  public let lower: Double
  /// The right end, >= the center.
  public let upper: Double
  /// The valley reaches the first coordinate: it goes on to the left for all that is known.
  public let isLowerCensored: Bool
  /// The valley reaches the last coordinate.
  public let isUpperCensored: Bool
  /// |d1|, the length of a step of 1 in a.
  public let directionLength: Double

  /// The width in units of a; a lower bound where an end is censored.
  public var width: Double { upper - lower }
  /// The width in parameter space, times |d1|.
  public var distance: Double { width * directionLength }

  /// Measures the valley of a curve, linear between its points.
  ///
  /// A loss that is not finite ends the interval at the last point before it, which is where a line to ever greater
  /// losses crosses any limit.
  ///
  /// - Parameters:
  ///   - coordinates: a of each point, ascending, 2 at least.
  ///   - losses: f(a) of each point; may be NaN or infinite.
  ///   - centerLoss: f(center), evaluated exactly; it stands for a point of the curve at the same place.
  ///   - center: where the valley is, 1 for theta1 on a curve from theta0; need not be one of the coordinates.
  ///   - tolerance: eps, >= 0, in units of the loss.
  ///   - directionLength: |d1|.
  /// - Throws: ``LandscapeError/tooFew(what:got:needed:)``, ``LandscapeError/notAscending(index:)``,
  ///   ``LandscapeError/invalidTolerance(got:)``, ``LandscapeError/notFinite(what:)`` for `centerLoss`.
  public init(
    coordinates: [Double], losses: [Double], centerLoss: Double, center: Double = 1, tolerance: Double,
    directionLength: Double
  ) throws(LandscapeError) {
    precondition(coordinates.count == losses.count, "one loss per coordinate")
    guard coordinates.count >= 2 else { throw .tooFew(what: "points of a curve", got: coordinates.count, needed: 2) }
    try requireAscending(coordinates)
    guard tolerance >= 0, tolerance.isFinite else { throw .invalidTolerance(got: tolerance) }
    guard centerLoss.isFinite else { throw .notFinite(what: "the loss in the middle of the valley") }
    let limit = centerLoss + tolerance
    let points = Array(zip(coordinates, losses))
    let (left, right) = (points.filter { $0.0 < center }.reversed(), points.filter { $0.0 > center })
    (lower, isLowerCensored) = Self.end(from: (center, centerLoss), along: Array(left), limit: limit)
    (upper, isUpperCensored) = Self.end(from: (center, centerLoss), along: right, limit: limit)
    self.directionLength = directionLength
  }

  /// Where the curve first rises above `limit`, walking away from `start`; the last point, and true, where it never does.
  private static func end(
    from start: (Double, Double), along points: [(Double, Double)], limit: Double
  ) -> (Double, Bool) {
    var (a, loss) = start
    for (nextA, nextLoss) in points {
      guard nextLoss.isFinite else { return (a, false) }
      if nextLoss > limit {
        return (a + (nextA - a) * ((limit - loss) / (nextLoss - loss)), false)
      }
      (a, loss) = (nextA, nextLoss)
    }
    return (a, true)
  }
}

/// - Throws: ``LandscapeError/notAscending(index:)`` unless all are finite and each is greater than the one before.
func requireAscending(_ coordinates: [Double]) throws(LandscapeError) {
  for (index, a) in coordinates.enumerated() {
    guard a.isFinite, index == 0 || a > coordinates[index - 1] else { throw .notAscending(index: index) }
  }
}
