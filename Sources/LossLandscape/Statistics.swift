internal import Glibc

/// A figure over seeds: its mean, and how far it may be off. [METHODS 7]
public struct SeedStatistics: Sendable, Equatable {
  /// What an interval is.
  public enum Kind: Sendable, Equatable {
    /// The 95 % confidence interval of the mean by Student's t with n - 1 degrees of freedom: seeds drawn alike.
    case confidence95
    /// The least and the greatest value: below 5 seeds a t interval says more about n than about the figure.
    case range
  }

  /// n: how many seeds.
  public let count: Int
  /// The mean.
  public let mean: Double
  /// Around the mean; what it is, `kind` says.
  public let interval: ClosedRange<Double>
  /// The kind of interval: a range below 5 seeds.
  public let kind: Kind

  /// Sums up one value per seed.
  ///
  /// - Throws: ``LandscapeError/tooFew(what:got:needed:)`` without values; ``LandscapeError/notFinite(what:)`` for a value
  ///   that is, or values whose squares are: a mean without its diverged seeds would be another figure.
  public init(_ values: [Double]) throws(LandscapeError) {
    guard let least = values.min(), let greatest = values.max() else {
      throw .tooFew(what: "seeds", got: 0, needed: 1)
    }
    let estimate = Estimate(meanOf: values)
    let error = estimate.standardError ?? 0
    guard values.allSatisfy(\.isFinite), estimate.value.isFinite, error.isFinite else {
      throw .notFinite(what: "a value of a seed, or its square,")
    }
    count = values.count
    mean = estimate.value
    guard count >= 5 else {
      kind = .range
      interval = least...greatest
      return
    }
    kind = .confidence95
    let half = error * studentQuantile(share: 0.95, degrees: count - 1)
    interval = mean - half...mean + half
  }
}

/// The t > 0 between whose negative and itself Student's distribution has `share` of its mass: 0.95 gives the 97.5 %
/// quantile, 12.7062 for one degree.
///
/// Exact but for rounding: the distribution is a finite sum for whole degrees, in the angle theta = atan(t / sqrt(n)), and
/// is inverted by bisection. [Abramowitz and Stegun 26.7.3, 26.7.4]
///
/// - Parameters:
///   - share: 0 < share < 1.
///   - degrees: of freedom, n >= 1.
package func studentQuantile(share: Double, degrees: Int) -> Double {
  precondition(share > 0 && share < 1 && degrees >= 1, "a share of the mass, and degrees of freedom")
  var (low, high) = (0.0, Double.pi / 2)
  while true {
    let middle = (low + high) / 2
    guard middle > low, middle < high else { return Double(degrees).squareRoot() * tan(low) }
    if studentMass(within: middle, degrees: degrees) < share { low = middle } else { high = middle }
  }
}

/// The mass of Student's distribution in |t| < sqrt(n) tan(angle).
private func studentMass(within angle: Double, degrees: Int) -> Double {
  let (sine, cosine) = (sin(angle), cos(angle))
  let isOdd = degrees % 2 == 1
  // Odd: cos + 2/3 cos^3 + (2 4)/(3 5) cos^5 + ... to cos^(n - 2). Even: 1 + 1/2 cos^2 + (1 3)/(2 4) cos^4 + ...
  var term = isOdd ? cosine : 1
  var sum = 0.0
  for power in stride(from: isOdd ? 1 : 0, through: degrees - 2, by: 2) {
    sum += term
    term *= cosine * cosine * Double(power + 1) / Double(power + 2)
  }
  return isOdd ? 2 / Double.pi * (angle + sine * sum) : sine * sum
}
