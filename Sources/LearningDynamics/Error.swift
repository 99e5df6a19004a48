/// What can be wrong with features that are to be compared.
public enum DynamicsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A feature matrix holds NaN or infinity.
  case notFinite(what: String)
  /// Two feature matrices have different numbers of rows.
  case rowsDiffer(Int, Int)

  /// One line: what was got, what was expected, what to do.
  public var description: String {
    switch self {
    case .notFinite(let what):
      "\(what) holds NaN or infinity, finite numbers are expected; the model that made them has diverged"
    case .rowsDiffer(let x, let y):
      "features of \(x) and \(y) rows were got; the same rows in the same order are expected: use one probe for both"
    }
  }
}
