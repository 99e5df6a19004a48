import CMPI
import Foundation
import Synchronization

/// MPI, from `MPI_Init_thread` to `MPI_Finalize`: a value of which a process makes one, and which ``finalize()`` uses up.
///
/// ```swift
/// let world = try World()
/// do { try work(world.communicator) } catch { World.abort(code: 70, because: "\(error)") }
/// try world.finalize()
/// ```
///
/// Without `mpirun` the world has one rank. Any thread may use the world's communicators; see ``Communicator`` for what
/// threads must not share.
public struct World: ~Copyable, Sendable {
  /// All ranks (`MPI_COMM_WORLD`).
  public let communicator: Communicator
  /// The name of the host this rank runs on (`MPI_Get_processor_name`; MPI 3.1, section 8.1.2).
  public let host: String
  /// The library's name and version on one line (`MPI_Get_library_version`; MPI 3.1, section 8.1.1).
  public let libraryVersion: String
  /// What was set so that MPI works on this system, as a line for people; nil where nothing was.
  public let notice: String?

  /// Starts MPI with full thread support (`MPI_Init_thread`; MPI 3.1, section 12.4.3) and has every error returned instead
  /// of ending the process (section 8.3). Collective over all ranks of the job. Once per process: MPI cannot be restarted.
  ///
  /// An error inside `MPI_Init_thread` itself ends the process with MPI's own text.
  ///
  /// - Throws: ``MPIError/startedBySrunWithoutPMIx(step:)`` before MPI is touched, ``MPIError/unknownLauncher(variable:value:)``, ``MPIError/threadLevel(granted:)``, or
  ///   ``MPIError/failed(routine:code:errorClass:text:)``.
  public init() throws {
    // Open MPI adds variables of its own.
    let environment = ProcessInfo.processInfo.environment
    try Launch.check(environment: environment)
    precondition(!World.hasStarted, "MPI is started once per process")
    let notice = SingleCopy.avoidIfForbidden()
    let wanted = Int32(MPI_THREAD_MULTIPLE)
    var granted: Int32 = 0
    try check(MPI_Init_thread(nil, nil, wanted, &granted), "MPI_Init_thread")
    guard granted >= wanted else { throw MPIError.threadLevel(granted: granted) }
    // MPI 4 reports errors of calls without a communicator on MPI_COMM_SELF, MPI 3 on MPI_COMM_WORLD: both shall return.
    try check(MPI_Comm_set_errhandler(CMPI_COMM_SELF(), CMPI_ERRORS_RETURN()), "MPI_Comm_set_errhandler")
    let communicator = try Communicator(adopting: CMPI_COMM_WORLD())
    if communicator.size == 1 { try Launch.checkAlone(environment: environment) }
    let host = try text(capacity: MPI_MAX_PROCESSOR_NAME, "MPI_Get_processor_name") { MPI_Get_processor_name($0, $1) }
    let version = try text(capacity: MPI_MAX_LIBRARY_VERSION_STRING, "MPI_Get_library_version") {
      MPI_Get_library_version($0, $1)
    }
    // A noncopyable value is initialized whole, after all that can throw.
    self.communicator = communicator
    self.host = host
    self.notice = notice
    libraryVersion = version
  }

  /// This process's rank in the job, in `0..<size`.
  public var rank: Int { communicator.rank }

  /// The number of ranks of the job, at least 1.
  public var size: Int { communicator.size }

  /// Waits politely for all ranks, then ends MPI (`MPI_Finalize`; MPI 3.1, section 8.7). Collective; called by the thread
  /// that made the world, after all requests are complete and all other threads have done their last MPI call.
  ///
  /// - Throws: ``MPIError/failed(routine:code:errorClass:text:)``.
  public consuming func finalize() throws {
    // MPI_Finalize itself waits for the last rank, spinning.
    try communicator.barrier()
    try check(MPI_Finalize(), "MPI_Finalize")
  }

  /// Ends all ranks at once (`MPI_Abort`; MPI 3.1, section 8.7): what an uncaught error must come to, or the other ranks
  /// wait for ever. Under `mpirun` the code becomes the exit status of the job. Where MPI does not run, only this process
  /// ends. Any thread may call it; of several, the first is heard.
  ///
  /// - Parameters:
  ///   - code: the exit status, in `1...255`.
  ///   - reason: one line for standard error, unless empty.
  public static func abort(code: Int32, because reason: String = "") -> Never {
    // Open MPI crashes when two threads of a process are in MPI_Abort.
    while isEnding.exchange(true, ordering: .relaxed) { Thread.sleep(forTimeInterval: 1) }
    if !reason.isEmpty { FileHandle.standardError.write(Data("\(reason)\n".utf8)) }
    fflush(nil)
    // If MPI_Abort fails there is nobody left to tell; leaving with the code is all that remains.
    if isRunning { _ = MPI_Abort(CMPI_COMM_WORLD(), code) }
    exit(code)
  }

  /// Whether a thread is in ``abort(code:because:)``, from which it does not return.
  private static let isEnding = Atomic(false)

  /// Whether `MPI_Init_thread` was called (`MPI_Initialized`, allowed at any time; MPI 3.1, section 8.7).
  private static var hasStarted: Bool {
    var flag: Int32 = 0
    return MPI_Initialized(&flag) == MPI_SUCCESS && flag != 0
  }

  /// Whether MPI may be called now: started, and not yet finalized (`MPI_Finalized`; MPI 3.1, section 8.7.1).
  static var isRunning: Bool {
    var flag: Int32 = 0
    return hasStarted && MPI_Finalized(&flag) == MPI_SUCCESS && flag == 0
  }
}
