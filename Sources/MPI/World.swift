import CMPI
import Foundation
import Synchronization

/// MPI from `MPI_Init_thread` to `MPI_Finalize`: a value that a process creates once and that ``finalize()`` consumes.
///
/// ```swift
/// let world = try World()
/// do { try work(world.communicator) } catch { World.abort(code: 70, because: "\(error)") }
/// try world.finalize()
/// ```
///
/// Without `mpirun` the world has one rank. Any thread may use the world's communicators; ``Communicator`` says what
/// threads must not share.
public struct World: ~Copyable, Sendable {
  /// All ranks (`MPI_COMM_WORLD`).
  public let communicator: Communicator
  /// The name of the host this rank runs on (`MPI_Get_processor_name`; MPI 3.1, section 8.1.2).
  public let host: String
  /// The library's name and version on one line (`MPI_Get_library_version`; MPI 3.1, section 8.1.1).
  public let libraryVersion: String
  /// Settings that were changed so that MPI works on this system, as a line to show to the user; nil if there were
  /// none.
  public let notice: String?

  /// Starts MPI with full thread support (`MPI_Init_thread`; MPI 3.1, section 12.4.3) and makes it return errors
  /// instead of ending the process (section 8.3). Collective over all ranks of the job. Once per process: MPI cannot be
  /// restarted.
  ///
  /// An error inside `MPI_Init_thread` itself ends the process with MPI's own text.
  ///
  /// - Throws: ``MPIError/startedBySrunWithoutPMIx(step:)`` before MPI is called,
  ///   ``MPIError/unknownLauncher(variable:value:)``, ``MPIError/threadLevel(granted:)``, or
  ///   ``MPIError/failed(routine:code:errorClass:text:)``.
  public init() throws {
    // Read first, because Open MPI adds variables.
    let environment = ProcessInfo.processInfo.environment
    try Launch.check(environment: environment)
    precondition(!World.hasStarted, "MPI is started once per process")
    let notice = SingleCopy.avoidIfForbidden()
    let wanted = Int32(MPI_THREAD_MULTIPLE)
    var granted: Int32 = 0
    try check(MPI_Init_thread(nil, nil, wanted, &granted), "MPI_Init_thread")
    guard granted >= wanted else { throw MPIError.threadLevel(granted: granted) }
    // Errors of calls without a communicator are raised on MPI_COMM_SELF in MPI 4 and on MPI_COMM_WORLD in MPI 3: both
    // must return errors.
    try check(MPI_Comm_set_errhandler(CMPI_COMM_SELF(), CMPI_ERRORS_RETURN()), "MPI_Comm_set_errhandler")
    let communicator = try Communicator(adopting: CMPI_COMM_WORLD())
    if communicator.size == 1 { try Launch.checkAlone(environment: environment) }
    let host = try text(capacity: MPI_MAX_PROCESSOR_NAME, "MPI_Get_processor_name") { MPI_Get_processor_name($0, $1) }
    let version = try text(capacity: MPI_MAX_LIBRARY_VERSION_STRING, "MPI_Get_library_version") {
      MPI_Get_library_version($0, $1)
    }
    // A noncopyable value must be initialized as a whole, after everything that can throw.
    self.communicator = communicator
    self.host = host
    self.notice = notice
    libraryVersion = version
  }

  /// This process's rank in the job, in `0..<size`.
  public var rank: Int { communicator.rank }

  /// The number of ranks of the job, at least 1.
  public var size: Int { communicator.size }

  /// Waits for all ranks, then ends MPI (`MPI_Finalize`; MPI 3.1, section 8.7). Sleeps while waiting. Collective;
  /// called by the thread that created the world, after all requests are complete and all other threads have made their
  /// last MPI call.
  ///
  /// - Throws: ``MPIError/failed(routine:code:errorClass:text:)``.
  public consuming func finalize() throws {
    // MPI_Finalize itself would spin until the last rank arrives.
    try communicator.barrier()
    try check(MPI_Finalize(), "MPI_Finalize")
  }

  /// Ends all ranks at once (`MPI_Abort`; MPI 3.1, section 8.7). An uncaught error must end here; otherwise the other
  /// ranks wait forever. Under `mpirun` the code becomes the exit status of the job. If MPI is not running, only this
  /// process ends. Any thread may call it; only the first call takes effect.
  ///
  /// - Parameters:
  ///   - code: the exit status, in `1...255`.
  ///   - reason: one line for standard error, unless empty.
  public static func abort(code: Int32, because reason: String = "") -> Never {
    // Open MPI crashes if two threads of a process call MPI_Abort.
    while isEnding.exchange(true, ordering: .relaxed) { Thread.sleep(forTimeInterval: 1) }
    if !reason.isEmpty { FileHandle.standardError.write(Data("\(reason)\n".utf8)) }
    fflush(nil)
    // If MPI_Abort fails, no other rank can be reached; all that is left is to exit with the code.
    if isRunning { _ = MPI_Abort(CMPI_COMM_WORLD(), code) }
    exit(code)
  }

  /// Whether a thread has called ``abort(code:because:)``, which never returns.
  private static let isEnding = Atomic(false)

  /// Whether `MPI_Init_thread` was called (`MPI_Initialized`, allowed at any time; MPI 3.1, section 8.7).
  private static var hasStarted: Bool {
    var flag: Int32 = 0
    return MPI_Initialized(&flag) == MPI_SUCCESS && flag != 0
  }

  /// Whether MPI may be called: started and not yet finalized (`MPI_Finalized`; MPI 3.1, section 8.7.1).
  static var isRunning: Bool {
    var flag: Int32 = 0
    return hasStarted && MPI_Finalized(&flag) == MPI_SUCCESS && flag == 0
  }
}
