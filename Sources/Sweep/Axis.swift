/// One axis of a surface: equally spaced coordinates.
public struct Axis: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The first coordinate, -1000 to 1000.
  public let lowest: Double
  /// The last coordinate, above `lowest`, at most 1000.
  public let highest: Double
  /// The number of coordinates, 2 to 1001.
  public let points: Int

  /// Where the first and the last coordinate may be.
  static let ends = -1000.0...1000.0
  /// How many coordinates there may be.
  static let counts = 2...1001

  /// An axis.
  ///
  /// - Precondition: `lowest < highest` and `points >= 2`.
  public init(lowest: Double, highest: Double, points: Int) {
    precondition(lowest < highest && points >= 2, "an axis needs lowest < highest and two points")
    self.lowest = lowest
    self.highest = highest
    self.points = points
  }

  /// As a sweep file writes it, such as `[-4, 4, 40]`.
  public var description: String {
    "[\([lowest, highest].map { Int(exactly: $0).map(String.init) ?? "\($0)" }.joined(separator: ", ")), \(points)]"
  }

  /// The coordinates, ascending: lowest + (highest - lowest) i / (points - 1), rounded to 12 decimals; the ends exact.
  ///
  /// The rounding makes coordinates that are equal on paper equal in bits, whatever range they come from: 0 and 1 are
  /// exactly 0 and 1 where the range hits them, and two ranges share the points they have in common. Zero is +0.
  public var coordinates: [Double] {
    (0..<points).map { i in
      if i == 0 { return lowest + 0 }
      if i == points - 1 { return highest + 0 }
      let coordinate = lowest + (highest - lowest) * Double(i) / Double(points - 1)
      return (coordinate * 1e12).rounded() / 1e12 + 0
    }
  }
}
