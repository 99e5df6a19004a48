public import Diagnostics

/// What can be wrong with features that are to be compared.
public enum DynamicsError: ProgramError, Equatable {
  /// A feature matrix holds NaN or infinity.
  case notFinite(what: String)
  /// An attention row has a weight below 0, or none above.
  case notWeights(what: String)
  /// Two feature matrices have different numbers of rows.
  case rowsDiffer(Int, Int)

  /// Bad input.
  public var exitStatus: ExitStatus { .badInput }

  /// False: the same numbers would come out.
  public var isCurable: Bool { false }

  /// One line: what was got, what was expected, what to do.
  public var description: String {
    switch self {
    case .notFinite(let what):
      "\(what) holds NaN or infinity, finite numbers are expected; the model that made them has diverged"
    case .notWeights(let what):
      "\(what) has a weight below 0 or none above 0; weights >= 0 with a positive sum are expected: pass a softmax's rows"
    case .rowsDiffer(let x, let y):
      "features of \(x) and \(y) rows were got; the same rows in the same order are expected: use one probe for both"
    }
  }
}
