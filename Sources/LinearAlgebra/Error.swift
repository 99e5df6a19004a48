public import Diagnostics

/// What can go wrong in a decomposition or in setting up the linear-algebra library.
public enum LinearAlgebraError: ProgramError, Equatable {
  /// OpenBLAS, or the system, grants another number of threads than asked for.
  case threadsRefused(asked: Int, got: Int)
  /// A LAPACK routine did not converge or refused an argument.
  case decompositionFailed(routine: String, info: Int)
  /// Work wants more memory than there is, in bytes.
  case memory(what: String, wanted: Int, limit: Int, source: String)
  /// A matrix holds NaN or infinity.
  case notFinite(what: String)

  /// Of a system that refuses threads or memory, of numbers that are none, or of the program.
  public var exitStatus: ExitStatus {
    switch self {
    case .threadsRefused, .memory: .inputOutput
    case .notFinite: .badInput
    case .decompositionFailed: .internal
    }
  }

  /// Of the same numbers the same would come out.
  public var isCurable: Bool { exitStatus == .inputOutput }

  /// One line: what was got, what was expected, what to do.
  public var description: String {
    switch self {
    case .threadsRefused(let asked, let got):
      "\(got) threads were got instead of the \(asked) asked for; ask for fewer, or see what the system allows (ulimit -u)"
    case .decompositionFailed(let routine, let info):
      "LAPACK's \(routine) answered \(info) instead of 0: the decomposition did not converge; look at the matrix's values"
    case .memory(let what, let wanted, let limit, let source):
      "\(what) wants \(shownBytes(wanted)) of memory, \(source) \(shownBytes(limit)); choose a smaller model, smaller "
        + "batches or shorter sequences"
    case .notFinite(let what):
      "\(what) holds NaN or infinity where finite numbers are expected; look at how it was made"
    }
  }
}
