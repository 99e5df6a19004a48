public import Diagnostics

/// Errors between ranks. Each description is one line.
public enum MPIError: ProgramError, Equatable {
  /// An MPI call did not return `MPI_SUCCESS`. `errorClass` is the portable class of the implementation's `code`;
  /// `text` is what `MPI_Error_string` says about the code (MPI 3.1, sections 8.3 to 8.5).
  case failed(routine: String, code: Int32, errorClass: Int32, text: String)
  /// The library was built without `MPI_THREAD_MULTIPLE`; `granted` is the level it offers (MPI 3.1, section 12.4.3).
  case threadLevel(granted: Int32)
  /// The process is a task of Slurm step `step`, and `srun` provided no PMIx server through which it could find the
  /// other ranks.
  case startedBySrunWithoutPMIx(step: String)
  /// A launcher that this MPI library does not know started several processes, each of which is alone. `variable` is an
  /// environment variable that the launcher set.
  case unknownLauncher(variable: String, value: String)
  /// A message does not begin with a valid envelope: its sender runs a different build of this program.
  case foreignMessage(source: Int, tag: Int, byteCount: Int)
  /// A collective was asked for more elements in total than an MPI count can hold (`Int32.max`).
  case tooManyElements(routine: String, count: Int)

  /// A wrong way to start the program counts as a wrong command line.
  public var exitStatus: ExitStatus {
    switch self {
    case .startedBySrunWithoutPMIx, .unknownLauncher: .usage
    default: .internal
    }
  }

  /// One line: what was got, what was expected, what to do.
  public var description: String {
    switch self {
    case .failed(let routine, let code, let errorClass, let text):
      "\(routine) returned code \(code), class \(errorClass) (\(text)), expected MPI_SUCCESS: the ranks can no longer "
        + "work together; end the job, check hosts and network, and start it again"
    case .threadLevel(let granted):
      "MPI_Init_thread granted \(Self.threadLevelName(granted)), expected MPI_THREAD_MULTIPLE: use an MPI library built "
        + "with full thread support"
    case .startedBySrunWithoutPMIx(let step):
      "started by srun (SLURM_STEP_ID=\(step)) without PMIx (PMIX_RANK is not set), so the ranks cannot find each other: "
        + "use srun --mpi=pmix, or mpirun inside the allocation"
    case .unknownLauncher(let variable, let value):
      "started by a launcher that this MPI library does not know (\(variable)=\(value)), so the ranks cannot find each other "
        + "and each would do all of the work: use Open MPI's mpirun (mpirun --version names it), or a launcher with PMIx"
    case .foreignMessage(let source, let tag, let byteCount):
      "a message of \(byteCount) bytes from rank \(source) with tag \(tag) does not begin with a valid envelope: run the "
        + "same build of the program on every host"
    case .tooManyElements(let routine, let count):
      "\(routine) was asked for \(count) elements in all, expected at most \(Int32.max): send large arrays as messages"
    }
  }

  /// The standard's name for a level of thread support.
  private static func threadLevelName(_ level: Int32) -> String {
    let names = ["MPI_THREAD_SINGLE", "MPI_THREAD_FUNNELED", "MPI_THREAD_SERIALIZED", "MPI_THREAD_MULTIPLE"]
    return names.indices.contains(Int(level)) ? names[Int(level)] : "thread level \(level)"
  }
}
