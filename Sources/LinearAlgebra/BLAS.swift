internal import COpenBLAS

/// The linear-algebra library in use. Its settings affect the last bits of results.
public enum BLAS {
  /// Sets the number of threads for all later calls in this process, and reads it back.
  ///
  /// - Throws: ``LinearAlgebraError/threadsRefused(asked:got:)`` if the library sets a different number.
  public static func setThreads(_ count: Int) throws(LinearAlgebraError) {
    openblas_set_num_threads(Int32(clamping: count))
    let got = Int(openblas_get_num_threads())
    guard got == count else { throw .threadsRefused(asked: count, got: got) }
  }

  /// The name of the kernels in use, such as "SkylakeX". Different kernels round differently.
  public static var coreName: String { String(cString: openblas_get_corename()) }

  /// The library and its version, such as "OpenBLAS 0.3.21".
  public static var version: String { configuration.split(separator: " ").prefix(2).joined(separator: " ") }

  /// The library's own description: version, options, kernels.
  public static var configuration: String { String(cString: openblas_get_config()) }
}
