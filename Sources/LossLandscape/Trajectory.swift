public import BERT

/// Where a snapshot of a fine-tuning lies between theta0 and theta1. [LL; METHODS 3]
public struct TrajectoryPoint: Sendable, Equatable {
  /// <d, d1> / |d1|^2 of the snapshot's move d: the share of the way, 0 at theta0 and 1 at theta1.
  public var alpha: Double
  /// |d - alpha d1| / |d1|, >= 0: the length left outside d1, in units of |d1|. Not a coordinate on d2.
  public var beta: Double
  /// Where it lies on the plane of d1 and d2; nil for a trajectory without theta2.
  public var projection: PlaneProjection?

  /// A point as it was measured.
  public init(alpha: Double, beta: Double, projection: PlaneProjection? = nil) {
    self.alpha = alpha
    self.beta = beta
    self.projection = projection
  }
}

/// The point of a plane nearest to a snapshot, theta0 + alpha d1 + beta s d2. [METHODS 3]
public struct PlaneProjection: Sendable, Equatable {
  /// The coordinate on d1.
  public var alpha: Double
  /// The coordinate on s d2, s = |d1| / |d2|.
  public var beta: Double
  /// The distance from the plane as a fraction of the snapshot's distance from theta0, 0 to 1; 0 at theta0.
  public var residual: Double

  /// A projection as it was measured.
  public init(alpha: Double, beta: Double, residual: Double) {
    self.alpha = alpha
    self.beta = beta
    self.residual = residual
  }
}

/// The path of a fine-tuning as Hao et al. draw it: coordinates of snapshots against d1 = theta1 - theta0, and on the
/// plane of d1 and d2 = theta2 - theta0. [LL; METHODS 3]
///
/// Snapshots are looked at one at a time, so no more than one need be mapped beside the checkpoints. Everything is of
/// theta alone, in Float64 in a fixed order. theta0 is (0, 0) and theta1 is (1, 0) exactly, on both sets of coordinates;
/// theta2 projects to (0, 1/s) exactly.
public struct Trajectory: Sendable {
  /// |d1|, the unit of both of Hao's coordinates.
  public let length1: Double
  /// s = |d1| / |d2|; nil without theta2.
  public let scale: Double?
  private let theta0: Parameters
  private let theta1: Parameters
  private let encoder: Range<Int>
  private let squares1: Double
  private let side: Side?

  /// d2 = along d1 + e, with e orthogonal to d1.
  private struct Side {
    let theta2: Parameters
    /// <d2, d1> / |d1|^2.
    let along: Double
    /// |e|^2.
    let squares: Double
  }

  /// Measures the directions.
  ///
  /// - Parameters:
  ///   - theta0: the initial parameters.
  ///   - theta1: those of the last step.
  ///   - theta2: fine-tuned on another task, for coordinates on a plane; nil: none.
  ///   - encoder: the places of theta, from the parameter table.
  /// - Throws: ``LandscapeError/zeroDirection(name:)``, ``LandscapeError/sizesDiffer(got:expected:)``,
  ///   ``LandscapeError/notFinite(what:)``, ``LandscapeError/parallelDirections(sine:)`` when the angle between d1 and d2
  ///   is below 1e-6, which Float32 cannot tell from none.
  public init(
    theta0: Parameters, theta1: Parameters, theta2: Parameters? = nil, encoder: Range<Int>
  ) throws(LandscapeError) {
    for checkpoint in [theta0, theta1, theta2 ?? theta1] where checkpoint.count < encoder.upperBound {
      throw .sizesDiffer(got: checkpoint.count, expected: encoder.count)
    }
    self.theta0 = theta0
    self.theta1 = theta1
    self.encoder = encoder
    let (zero, one) = (theta0.base, theta1.base)
    let two = theta2?.base ?? one
    let products = MoveProducts(one, two, from: zero, over: [encoder])
    squares1 = products.squares1
    length1 = squares1.squareRoot()
    guard squares1.isFinite else { throw .notFinite(what: "theta0 or theta1") }
    if squares1 == 0 { throw .zeroDirection(name: "theta1 - theta0") }
    guard let theta2 else {
      scale = nil
      side = nil
      return
    }

    let squares2 = products.squares2
    guard squares2.isFinite else { throw .notFinite(what: "theta2") }
    if squares2 == 0 { throw .zeroDirection(name: "theta2 - theta0") }
    let along = products.product / squares1
    // Formed number by number: |d2|^2 - along^2 |d1|^2 would lose an angle below 1e-8 altogether.
    let squares = blockSums(over: [encoder]) { block in
      var sum = 0.0
      for i in block {
        let e = (Double(two[i]) - Double(zero[i])) - along * (Double(one[i]) - Double(zero[i]))
        sum += e * e
      }
      return SIMD2(sum, 0)
    }.x
    let sine = (squares / squares2).squareRoot()
    if sine < 1e-6 { throw .parallelDirections(sine: sine) }
    scale = length1 / squares2.squareRoot()
    side = Side(theta2: theta2, along: along, squares: squares)
  }

  /// Where a snapshot lies.
  ///
  /// - Parameter snapshot: parameters of the same model; may be one of the checkpoints.
  /// - Throws: ``LandscapeError/sizesDiffer(got:expected:)``; ``LandscapeError/notFinite(what:)`` for a snapshot that has
  ///   diverged, which is nowhere.
  public func point(of snapshot: Parameters) throws(LandscapeError) -> TrajectoryPoint {
    guard snapshot.count >= encoder.upperBound else {
      throw .sizesDiffer(got: snapshot.count, expected: encoder.count)
    }
    let (zero, one, theta) = (theta0.base, theta1.base, snapshot.base)
    let products = MoveProducts(theta, one, from: zero, over: [encoder])
    let squares = products.squares1
    guard squares.isFinite else { throw .notFinite(what: "a snapshot of the trajectory") }
    let alpha = products.product / squares1
    // Hao's sqrt((|d| / |d1|)^2 - alpha^2), from what is left of d: no two great numbers cancel. Without theta2, e is 0.
    let two = side?.theta2.base ?? zero
    let along = side?.along ?? 0
    let rest = blockSums(over: [encoder]) { block in
      var (sum, product) = (0.0, 0.0)
      for i in block {
        let d1 = Double(one[i]) - Double(zero[i])
        let r = (Double(theta[i]) - Double(zero[i])) - alpha * d1
        sum += r * r
        product += r * ((Double(two[i]) - Double(zero[i])) - along * d1)
      }
      return SIMD2(sum, product)
    }
    var point = TrajectoryPoint(alpha: alpha, beta: rest.x.squareRoot() / length1)
    guard let side, let scale else { return point }

    let share = rest.y / side.squares
    let outside = blockSums(over: [encoder]) { block in
      var sum = 0.0
      for i in block {
        let d1 = Double(one[i]) - Double(zero[i])
        let r = (Double(theta[i]) - Double(zero[i])) - alpha * d1
        let e = (Double(two[i]) - Double(zero[i])) - along * d1
        sum += (r - share * e) * (r - share * e)
      }
      return SIMD2(sum, 0)
    }.x
    point.projection = PlaneProjection(
      alpha: alpha - share * along, beta: share / scale,
      residual: squares == 0 ? 0 : min(1, (outside / squares).squareRoot()))
    return point
  }
}
