public import LinearAlgebra

/// The processes that share the steps of one training, as one of them sees them.
///
/// A batch has a fixed number of shares; each process computes some of them, and the gradients of all are added in the
/// order of the shares, ((g0 + g1) + g2) + ..., so that the sum has the same bits whoever computed what.
public struct Gang {
  /// The shares of a step that this process computes.
  public let shares: Range<Int>
  /// Takes the gradient of each own share, in order; `total` is zero before the first.
  let collect: (_ gradient: UnsafePointer<Float>, _ total: UnsafeMutablePointer<Float>, _ count: Int) throws -> Void
  /// Ends a step: makes `total` the sum over all shares, and of the own shares' figures those of all shares, in order.
  let complete: (_ figures: [ShareFigures], _ total: UnsafeMutablePointer<Float>, _ count: Int) throws -> [ShareFigures]

  /// A part in a gang.
  ///
  /// - Parameters:
  ///   - shares: the shares that this process computes, of all that the settings name.
  ///   - collect: is given the gradient of each own share in order, and may add it to the total, which is zero before the
  ///     first, or keep a copy; the memory is used again.
  ///   - complete: is given the own shares' figures when all are computed; leaves the sum of all processes' gradients, in
  ///     the order of the shares, in the total, and gives all shares' figures in order.
  public init(
    shares: Range<Int>,
    collect: @escaping (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) throws -> Void,
    complete: @escaping ([ShareFigures], UnsafeMutablePointer<Float>, Int) throws -> [ShareFigures]
  ) {
    (self.shares, self.collect, self.complete) = (shares, collect, complete)
  }

  /// One process that computes all shares.
  ///
  /// - Parameter team: who adds; changes no bit.
  public static func alone(shares: Int, team: ThreadTeam = .single) -> Gang {
    Gang(
      shares: 0..<shares,
      collect: { gradient, total, count in
        team.run { thread in Self.add(gradient, to: total, in: team.part(thread, of: count, unit: 16)) }
      },
      complete: { figures, _, _ in figures })
  }

  /// total[i] += gradient[i] for the i in a range: how shares are added up.
  public static func add(
    _ gradient: UnsafePointer<Float>, to total: UnsafeMutablePointer<Float>, in range: Range<Int>
  ) {
    let end = range.upperBound
    for i in stride(from: range.lowerBound, to: end, by: 16) {
      total.store(total.lanes(at: i, end: end) + gradient.lanes(at: i, end: end), at: i, end: end)
    }
  }
}

/// What a share of a step came to.
public struct ShareFigures: Sendable, Equatable {
  /// The sum of its masked tokens' losses.
  public var loss: Double
  /// How many of them were predicted right.
  public var right: Int
  /// Whether the process that computed it was asked to stop.
  public var stops: Bool

  /// Figures as given.
  public init(loss: Double, right: Int, stops: Bool) {
    (self.loss, self.right, self.stops) = (loss, right, stops)
  }
}
