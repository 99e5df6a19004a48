import CMPI
import Glibc

/// How ranks of one host pass long messages: Open MPI has the receiver read the sender's memory (`process_vm_readv`), which
/// containers often forbid as they forbid ptrace. It finds out message by message and prints a line each time.
enum SingleCopy {
  private static let variable = "OMPI_MCA_btl_vader_single_copy_mechanism"

  /// Has Open MPI copy messages through shared memory where the other way is forbidden, unless the environment says how.
  /// Called before `MPI_Init`.
  ///
  /// - Returns: a line for people, nil where nothing was changed.
  static func avoidIfForbidden() -> String? {
    guard getenv(variable) == nil, CMPI_may_read_processes() == 0, setenv(variable, "none", 0) == 0 else { return nil }
    return
      "this system forbids processes to read each other's memory, as containers do (process_vm_readv), so messages "
      + "within a host are copied twice (\(variable)=none was set); docker run --cap-add=SYS_PTRACE allows it"
  }
}
