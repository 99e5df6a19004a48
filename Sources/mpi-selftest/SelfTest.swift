import MPI

/// Asserts what the MPI module promises, on any number of ranks:
///
///     mpirun -n 3 mpi-selftest            all checks; one line and status 0, or a message and status 1
///     mpirun -n 3 mpi-selftest abort      the last rank ends the job with status 3
///     mpirun -n 2 mpi-selftest huge       a message and a broadcast beyond 2^31 bytes; 5 GiB of memory a rank
///     mpirun -n 2 mpi-selftest measure    what waiting costs; prints numbers, asserts nothing
@main
enum SelfTest {
  static func main() {
    do {
      try run(CommandLine.arguments.dropFirst().first ?? "check")
    } catch {
      World.abort(code: 70, because: "mpi-selftest: \(error)")
    }
  }

  private static func run(_ mode: String) throws {
    let world = try World()
    switch mode {
    case "check": try check(world)
    case "abort": try abort(world)
    case "huge": try checkHuge(world.communicator)
    case "measure": try measure(world.communicator)
    default: World.abort(code: 64, because: "mpi-selftest: got \"\(mode)\", expected check, abort, huge or measure")
    }
    try world.finalize()
  }

  private static func check(_ world: borrowing World) throws {
    let all = world.communicator
    expect((0..<world.size).contains(world.rank), "rank \(world.rank) of \(world.size)")
    expect(!world.host.isEmpty, "the host has a name")
    expect(world.libraryVersion.contains("MPI") && !world.libraryVersion.contains("\n"), world.libraryVersion)
    try checkCommunicators(all)
    try checkErrors(all)
    try checkCollectives(all)
    try checkMessages(all)
    try checkPiecesApart(all)
    try checkTwoThreads(all)
    try checkHandOut(all)
    let cleared = try all.immediateProbe() == nil
    expect(cleared, "no message is left over")
    if world.rank == 0 { print("mpi-selftest: \(world.size) ranks on \(world.host): all checks passed") }
  }

  /// The other ranks wait for a message that never arrives; only an abort ends them.
  private static func abort(_ world: borrowing World) throws {
    if world.rank == world.size - 1 { World.abort(code: 3, because: "mpi-selftest: ended as asked") }
    _ = try world.communicator.receive()
  }
}
