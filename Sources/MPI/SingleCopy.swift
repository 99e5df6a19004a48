import CMPI
import Glibc

/// How ranks of one host pass long messages. Open MPI lets the receiver read the sender's memory (`process_vm_readv`),
/// which containers often forbid, like ptrace. It finds out message by message and prints a line each time.
enum SingleCopy {
  private static let variable = "OMPI_MCA_btl_vader_single_copy_mechanism"

  /// Makes Open MPI copy messages through shared memory if reading memory is forbidden, unless the environment already
  /// chooses a way. Called before `MPI_Init`.
  ///
  /// - Returns: a line to show to the user; nil if nothing was changed.
  static func avoidIfForbidden() -> String? {
    guard getenv(variable) == nil, CMPI_may_read_processes() == 0, setenv(variable, "none", 0) == 0 else { return nil }
    return
      "this system does not let processes read each other's memory (process_vm_readv), as is usual in containers, so "
      + "messages within a host are copied twice (\(variable)=none was set); docker run --cap-add=SYS_PTRACE allows it"
  }
}
