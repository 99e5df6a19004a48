public import Diagnostics

/// Errors in features or attention to be compared.
public enum DynamicsError: ProgramError, Equatable {
  /// A feature matrix holds NaN or infinity.
  case notFinite(what: String)
  /// An attention row has a negative weight or no positive one.
  case notWeights(what: String)
  /// Two feature matrices have different numbers of rows.
  case rowsDiffer(Int, Int)

  /// Bad input.
  public var exitStatus: ExitStatus { .badInput }

  /// False: the same numbers would fail again.
  public var isCurable: Bool { false }

  /// One line: what was got, what was expected, what to do.
  public var description: String {
    switch self {
    case .notFinite(let what):
      "\(what) holds NaN or infinity, expected finite numbers; the model that made them has diverged"
    case .notWeights(let what):
      "\(what) has a negative weight or no positive one, expected weights >= 0 with a positive sum; pass rows of a softmax"
    case .rowsDiffer(let x, let y):
      "got features with \(x) and \(y) rows, expected the same rows in the same order; use one probe for both"
    }
  }
}
