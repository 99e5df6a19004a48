/// What can be wrong with a landscape.
public enum LandscapeError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A direction between two checkpoints has length zero.
  case zeroDirection(name: String)
  /// Checkpoints of different sizes span no plane.
  case sizesDiffer(got: Int, expected: Int)

  /// One line: what was got, what was expected, what to do.
  public var description: String {
    switch self {
    case .zeroDirection(let name):
      "the direction \(name) has length zero: its end points are the same model; choose a model that was trained"
    case .sizesDiffer(let got, let expected):
      "checkpoints of \(got) and \(expected) parameters were got; a plane needs checkpoints of one model"
    }
  }
}
