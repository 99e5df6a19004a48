/// The barrier between two models on the straight line that joins them: the greatest rise of the loss above the line
/// through its values at the ends, max over a in [0, 1] of J(a) - ((1 - a) J(0) + a J(1)). [METHODS 4]
public struct Barrier: Sendable, Equatable {
  /// The height, >= 0: 0 when no point is above the line, infinite when a point's loss is; nil where there is none, see
  /// `reason`.
  public let height: Double?
  /// Where the barrier is highest, the first such place, 0 to 1; 0 when no point is above the line; nil without a height.
  public let position: Double?
  /// Why there is no height.
  public let reason: String?

  /// Measures the barrier of a curve.
  ///
  /// - Parameters:
  ///   - coordinates: a of each point, ascending; points outside 0 < a < 1 are not looked at, 1 inside at least.
  ///   - losses: J(a) of each point. Plus infinity is a height; NaN, whose height nobody knows, and minus infinity leave
  ///     the barrier without one.
  ///   - start: J(0), evaluated exactly.
  ///   - end: J(1), evaluated exactly.
  /// - Throws: ``LandscapeError/tooFew(what:got:needed:)``, ``LandscapeError/notAscending(index:)``.
  public init(coordinates: [Double], losses: [Double], start: Double, end: Double) throws(LandscapeError) {
    precondition(coordinates.count == losses.count, "one loss per coordinate")
    try requireAscending(coordinates)
    let inner = zip(coordinates, losses).filter { $0.0 > 0 && $0.0 < 1 }
    guard !inner.isEmpty else { throw .tooFew(what: "points between the ends", got: 0, needed: 1) }
    let unknown = inner.first { $0.1.isNaN || $0.1 == -.infinity }
    guard start.isFinite, end.isFinite, unknown == nil else {
      height = nil
      position = nil
      reason =
        if let unknown {
          "the loss at \(unknown.0) is \(unknown.1)"
        } else {
          "the losses of the ends are \(start) and \(end)"
        }
      return
    }

    var (highest, place) = (0.0, 0.0)
    for (a, loss) in inner {
      // In this form a line between equal ends is exactly flat.
      let rise = loss - (start + a * (end - start))
      if rise > highest { (highest, place) = (rise, a) }
    }
    height = highest
    position = place
    reason = nil
  }
}
