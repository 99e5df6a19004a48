public import Diagnostics

/// Errors of decompositions and of setting up the linear-algebra library.
public enum LinearAlgebraError: ProgramError, Equatable {
  /// OpenBLAS or the system provides a different number of threads than requested.
  case threadsRefused(asked: Int, got: Int)
  /// A LAPACK routine did not converge or rejected an argument.
  case decompositionFailed(routine: String, info: Int)
  /// Work needs more memory than there is, in bytes.
  case memory(what: String, wanted: Int, limit: Int, source: String)
  /// A matrix holds NaN or infinity.
  case notFinite(what: String)

  /// An input or output error if the system refuses threads or memory, bad input if numbers are not finite, otherwise
  /// an internal error.
  public var exitStatus: ExitStatus {
    switch self {
    case .threadsRefused, .memory: .inputOutput
    case .notFinite: .badInput
    case .decompositionFailed: .internal
    }
  }

  /// Only failures of the system: the same numbers would fail again.
  public var isCurable: Bool { exitStatus == .inputOutput }

  /// One line: what was got, what was expected, what to do.
  public var description: String {
    switch self {
    case .threadsRefused(let asked, let got):
      "got \(got) threads, expected \(asked); ask for fewer, or check what the system allows (ulimit -u)"
    case .decompositionFailed(let routine, let info):
      "LAPACK's \(routine) returned \(info), expected 0: the decomposition did not converge; check the matrix's values"
    case .memory(let what, let wanted, let limit, let source):
      "\(what) needs \(shownBytes(wanted)) of memory, \(source) \(shownBytes(limit)); choose a smaller model, smaller "
        + "batches or shorter sequences"
    case .notFinite(let what):
      "\(what) holds NaN or infinity, expected finite numbers; check how it was made"
    }
  }
}
