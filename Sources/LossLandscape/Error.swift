public import Diagnostics

/// What can be wrong with a landscape.
public enum LandscapeError: ProgramError, Equatable {
  /// A direction between two checkpoints has length zero.
  case zeroDirection(name: String)
  /// Checkpoints of different sizes span no plane.
  case sizesDiffer(got: Int, expected: Int)
  /// Two directions are one line: `sine` is that of the angle between them.
  case parallelDirections(sine: Double)
  /// A number that everything depends on is NaN or infinite.
  case notFinite(what: String)
  /// Fewer `what` than a figure needs.
  case tooFew(what: String, got: Int, needed: Int)
  /// The coordinate at `index` is not finite or not greater than the one before.
  case notAscending(index: Int)
  /// A tolerance that is negative, infinite or NaN.
  case invalidTolerance(got: Double)
  /// A direction cannot be made.
  case noDirection(reason: String)
  /// A Hessian-vector product depends on the step of its differences.
  case unstableProduct(norm: Double, normAtHalfStep: Double, difference: Double)

  /// Bad input.
  public var exitStatus: ExitStatus { .badInput }

  /// False: the same numbers would come out.
  public var isCurable: Bool { false }

  /// One line: what was got, what was expected, what to do.
  public var description: String {
    switch self {
    case .zeroDirection(let name):
      "the direction \(name) has length zero: its end points are the same model; choose a model that was trained"
    case .sizesDiffer(let got, let expected):
      "checkpoints of \(got) and \(expected) parameters were got; a plane needs checkpoints of one model"
    case .parallelDirections(let sine):
      "theta1 - theta0 and theta2 - theta0 are parallel (sine \(sine)); a plane needs two directions: choose another theta2"
    case .notFinite(let what):
      "\(what) is NaN or infinite where a finite number is expected; look for the step at which the run diverged"
    case .tooFew(let what, let got, let needed):
      "\(got) \(what) were got, at least \(needed) are needed; record or evaluate more of them"
    case .notAscending(let index):
      "the coordinate at index \(index) is not greater than the one before, or not finite; give points in ascending order"
    case .invalidTolerance(let got):
      "a tolerance of \(got) was got, a finite number >= 0 is expected; correct it"
    case .noDirection(let reason):
      "a direction cannot be made (\(reason)); look at the models, or choose other directions"
    case .unstableProduct(let norm, let normAtHalfStep, let difference):
      "a Hessian-vector product has the norm \(norm), and \(normAtHalfStep) with half the step, and the two differ by "
        + "\(difference), at most \(HessianProduct.tolerance) of the first is expected: the loss bends within the step, or Float32 "
        + "gradients are too coarse for it; take more examples, or a layer group"
    }
  }
}
