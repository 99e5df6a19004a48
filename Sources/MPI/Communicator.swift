import CMPI

/// A group of ranks that talk among themselves (MPI 3.1, chapter 6).
///
/// Messages may be sent and received by any number of threads at once. Collectives (everything marked so) are called by
/// all ranks of the communicator, in the same order, and by one thread at a time: a thread that needs its own takes a
/// ``duplicate()``. Collectives wait spinning, except ``barrier(polling:)``; a rank that may have to wait long for the
/// others calls that first.
///
/// A rank outside `0..<size` is a programmer's mistake and traps; all else that MPI refuses is thrown as
/// ``MPIError/failed(routine:code:errorClass:text:)``, after which the ranks can only end.
public struct Communicator: @unchecked Sendable {
  // Unchecked: the handles are pointers that only MPI follows, and it has granted MPI_THREAD_MULTIPLE.

  /// Where messages and collectives travel.
  let handle: MPI_Comm?
  /// Where the pieces of long messages travel, so that no probe takes one for a message.
  let pieceHandle: MPI_Comm?
  /// This process's rank, in `0..<size`.
  public let rank: Int
  /// The number of ranks, at least 1.
  public let size: Int

  /// The most bytes given to one MPI call, in `1...Int32.max`; more are sent as several pieces. A receiver learns it from
  /// the message; for collectives it is the same on all ranks. It can change the last bits of a large sum.
  public var pieceBytes = 1 << 30 {
    didSet { precondition((1...Int(Int32.max)).contains(pieceBytes), "a piece has 1...Int32.max bytes") }
  }

  /// Takes over a communicator of MPI's: errors are returned from now on (MPI 3.1, section 8.3.1). Collective.
  init(adopting handle: MPI_Comm?) throws {
    try check(MPI_Comm_set_errhandler(handle, CMPI_ERRORS_RETURN()), "MPI_Comm_set_errhandler")
    var rank: Int32 = 0
    var size: Int32 = 0
    try check(MPI_Comm_rank(handle, &rank), "MPI_Comm_rank")
    try check(MPI_Comm_size(handle, &size), "MPI_Comm_size")
    // A duplicate inherits the error handler.
    pieceHandle = try Self.make("MPI_Comm_dup") { MPI_Comm_dup(handle, $0) }
    self.handle = handle
    self.rank = Int(rank)
    self.size = Int(size)
  }

  /// The same ranks on a channel of their own (`MPI_Comm_dup`; MPI 3.1, section 6.4.2). Collective.
  public func duplicate() throws -> Communicator {
    try adopt("MPI_Comm_dup") { MPI_Comm_dup(handle, $0) }
  }

  /// The ranks that share memory with this one, in their old order (`MPI_Comm_split_type` with `MPI_COMM_TYPE_SHARED`; MPI
  /// 3.1, section 6.4.2). Collective.
  public func splitByNode() throws -> Communicator {
    try adopt("MPI_Comm_split_type") {
      MPI_Comm_split_type(handle, Int32(MPI_COMM_TYPE_SHARED), Int32(rank), CMPI_INFO_NULL(), $0)
    }
  }

  /// Gives the communicator's two of MPI's back (`MPI_Comm_free`; MPI 3.1, section 6.4.3). Collective; no copy may be used
  /// afterwards. Needed where communicators are made again and again; the world's cannot be freed.
  public func free() throws {
    for handle in [handle, pieceHandle] {
      var freed: MPI_Comm? = handle
      try check(MPI_Comm_free(&freed), "MPI_Comm_free")
    }
  }

  /// The rank as MPI counts, checked.
  func checked(_ rank: Int) -> Int32 {
    precondition((0..<size).contains(rank), "rank \(rank) is not in 0..<\(size)")
    return Int32(rank)
  }

  /// A communicator made from this one, cut in pieces as this one is.
  private func adopt(_ routine: StaticString, _ call: (UnsafeMutablePointer<MPI_Comm?>) -> Int32) throws -> Communicator
  {
    var made = try Communicator(adopting: Self.make(routine, call))
    made.pieceBytes = pieceBytes
    return made
  }

  /// What a constructor of MPI's writes through its last argument.
  private static func make(
    _ routine: StaticString, _ call: (UnsafeMutablePointer<MPI_Comm?>) -> Int32
  ) throws -> MPI_Comm? {
    var made: MPI_Comm?
    try check(call(&made), routine)
    return made
  }
}
