public import Diagnostics
public import POSIX

/// What can go wrong when results are read.
public enum ResultsError: ProgramError, Equatable {
  /// A folder without a run.
  case noRun(path: String)
  /// A file of a run that cannot be read.
  case unreadable(path: String, reason: String)
  /// The run goes on, and its ledger is the job's.
  case running(path: String, holder: String)
  /// A run whose units another version of the program identified in another way: none of its results is a unit's here.
  case otherVersion(path: String, program: String)
  /// A folder that tables cannot be written into.
  case notWritable(SystemError)

  /// Bad input, but for a folder that cannot be written.
  public var exitStatus: ExitStatus {
    if case .notWritable(let error) = self { error.exitStatus } else { .badInput }
  }

  /// One line: what was got, what was expected, what to do.
  public var description: String {
    switch self {
    case .noRun(let path):
      "\(path) holds no run (sweep.yaml and run.json are expected in it); name the folder that `seedscape run` wrote"
    case .unreadable(let path, let reason):
      "\(path) cannot be read (\(reason)); it is a file that `seedscape run` writes: restore it, or run the sweep again"
    case .running(let path, let holder):
      "\(path) is in use by \(holder); wait for the end of the run, or look at it with `seedscape status`"
    case .otherVersion(let path, let program):
      "\(path) names \(program), of whose results this version knows none, as it identifies units in another way; export "
        + "and report it with the version that ran it, or run the sweep again into another folder"
    case .notWritable(let error):
      "\(error.path) cannot be written (\(error.call) failed: \(error.reason)); choose another folder with --output"
    }
  }
}
