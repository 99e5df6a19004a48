import CMPI

/// Collectives. Every rank of the communicator calls them in the same order (MPI 3.1, chapter 5).
extension Communicator {
  /// Returns when all ranks have called it (`MPI_Ibarrier`; MPI 3.1, section 5.12.1). Sleeps while waiting.
  ///
  /// - Parameter polling: how to wait.
  public func barrier(polling: Polling = .worker) throws {
    var requests = Requests()
    try requests.start("MPI_Ibarrier") { MPI_Ibarrier(handle, $0) }
    try polling.wait { try requests.test() }
  }

  /// Gives every rank the root's array. Its length may differ from call to call; it is sent first (`MPI_Bcast`; MPI
  /// 3.1, section 5.4).
  ///
  /// - Parameters:
  ///   - values: at the root, the array to send; on other ranks, replaced by it.
  ///   - root: the rank that has the array.
  public func broadcast<Scalar: MPIScalar>(_ values: inout [Scalar], from root: Int) throws {
    let root = checked(root)
    var count = Int64(values.count)
    try check(MPI_Bcast(&count, 1, Int64.datatype, root, handle), "MPI_Bcast")
    if rank == Int(root) {
      try values.withUnsafeMutableBufferPointer { try broadcast($0, from: root) }
    } else {
      values = try [Scalar](receiving: Int(count)) { try broadcast($0, from: root) }
    }
  }

  /// Brings the ranks' arrays, which may differ in length, to one rank (`MPI_Gatherv`; MPI 3.1, section 5.5).
  ///
  /// - Parameters:
  ///   - values: this rank's array.
  ///   - root: the rank that gets them.
  /// - Returns: at the root the arrays by rank; nil elsewhere.
  /// - Throws: ``MPIError/tooManyElements(routine:count:)`` on every rank if there are more than `Int32.max` in total.
  public func gather<Scalar: MPIScalar>(_ values: [Scalar], to root: Int) throws -> [[Scalar]]? {
    let target = checked(root)
    let shares = try Shares(of: values.count, in: self, routine: "MPI_Gatherv")
    let all = try [Scalar](receiving: rank == root ? shares.total : 0) { buffer in
      let code = values.withUnsafeBufferPointer {
        MPI_Gatherv(
          $0.baseAddress, Int32($0.count), Scalar.datatype, buffer.baseAddress, shares.counts, shares.offsets,
          Scalar.datatype, target, handle)
      }
      try check(code, "MPI_Gatherv")
    }
    return rank == root ? shares.split(all) : nil
  }

  /// Collects the ranks' arrays, which may differ in length, on every rank (`MPI_Allgatherv`; MPI 3.1, section 5.7).
  ///
  /// - Parameter values: this rank's array.
  /// - Returns: the arrays by rank.
  /// - Throws: ``MPIError/tooManyElements(routine:count:)`` on every rank if there are more than `Int32.max` in total.
  public func allgather<Scalar: MPIScalar>(_ values: [Scalar]) throws -> [[Scalar]] {
    let shares = try Shares(of: values.count, in: self, routine: "MPI_Allgatherv")
    let all = try [Scalar](receiving: shares.total) { buffer in
      let code = values.withUnsafeBufferPointer {
        MPI_Allgatherv(
          $0.baseAddress, Int32($0.count), Scalar.datatype, buffer.baseAddress, shares.counts, shares.offsets,
          Scalar.datatype, handle)
      }
      try check(code, "MPI_Allgatherv")
    }
    return shares.split(all)
  }

  func broadcast<Scalar: MPIScalar>(_ buffer: UnsafeMutableBufferPointer<Scalar>, from root: Int32) throws {
    for piece in pieces(of: buffer) {
      try check(MPI_Bcast(piece.baseAddress, Int32(piece.count), Scalar.datatype, root, handle), "MPI_Bcast")
    }
  }

  /// The parts of a buffer that each fit one call.
  private func pieces<Scalar: MPIScalar>(
    of buffer: UnsafeMutableBufferPointer<Scalar>
  ) -> some Sequence<UnsafeMutableBufferPointer<Scalar>> {
    Pieces(of: buffer.count, size: max(1, pieceBytes / MemoryLayout<Scalar>.stride)).lazy.map {
      UnsafeMutableBufferPointer(rebasing: buffer[$0])
    }
  }
}

/// How many elements each rank contributes to a gather, and where they are placed.
private struct Shares {
  /// Elements by rank.
  let counts: [Int32]
  /// For each rank, the total count of the ranks before it.
  let offsets: [Int32]
  /// The total number of elements, at most `Int32.max`.
  let total: Int

  /// Collective, so that all ranks see the same counts and throw together.
  init(of count: Int, in communicator: Communicator, routine: String) throws {
    var all = [Int64](repeating: 0, count: communicator.size)
    var own = Int64(count)
    let code = MPI_Allgather(&own, 1, Int64.datatype, &all, 1, Int64.datatype, communicator.handle)
    try check(code, "MPI_Allgather")
    total = Int(all.reduce(0, +))
    guard total <= Int(Int32.max) else { throw MPIError.tooManyElements(routine: routine, count: total) }
    counts = all.map { Int32($0) }
    var end: Int32 = 0
    offsets = counts.map { count in
      defer { end += count }
      return end
    }
  }

  /// The gathered elements by rank.
  func split<Scalar>(_ all: [Scalar]) -> [[Scalar]] {
    zip(offsets, counts).map { Array(all[Int($0)..<Int($0 + $1)]) }
  }
}
