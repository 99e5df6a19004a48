import CMPI

extension Communicator {
  /// Sums arrays in the order of the ranks, ((a0 + a1) + a2) + ..., so that the sum has the same bits whatever the
  /// number of ranks that hold the arrays. Collective.
  ///
  /// Each piece passes from rank to rank, and each rank adds its part. The last rank sends the result to all. While one
  /// rank adds a piece, the rank before it adds the next piece. Every rank sends and receives the array about twice
  /// (`MPI_Send`, `MPI_Recv`, `MPI_Bcast`; MPI 3.1, sections 3.2 and 5.4).
  ///
  /// - Parameters:
  ///   - total: on rank 0 the sum of its arrays so far; on other ranks a buffer of the same length. Afterwards the full
  ///     sum on every rank.
  ///   - own: this rank's arrays in order, each as long as the total. On rank 0, only those not yet in the total.
  public func sumInOrder(_ total: UnsafeMutableBufferPointer<Float>, adding own: [UnsafeBufferPointer<Float>]) throws {
    for array in own { precondition(array.count == total.count, "arrays to be added have the same length") }
    // One mebibyte: small enough to keep all ranks busy, large enough to need few calls.
    for range in Pieces(of: total.count, size: min(max(1, pieceBytes / 4), 1 << 18)) {
      let piece = UnsafeMutableBufferPointer(rebasing: total[range])
      let (count, address) = (Int32(piece.count), piece.baseAddress)
      if rank > 0 {
        let code = MPI_Recv(
          address, count, Float.datatype, Int32(rank - 1), Self.sumTag, pieceHandle, CMPI_STATUS_IGNORE())
        try check(code, "MPI_Recv")
      }
      for array in own { for i in range { total[i] += array[i] } }
      if rank + 1 < size {
        try check(MPI_Send(address, count, Float.datatype, Int32(rank + 1), Self.sumTag, pieceHandle), "MPI_Send")
      }
    }
    try broadcast(total, from: Int32(size - 1))
  }

  /// `PieceTag` never returns it.
  private static let sumTag: Int32 = 0
}
