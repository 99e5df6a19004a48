import CMPI

extension Communicator {
  /// Adds up arrays in the order of the ranks, ((a0 + a1) + a2) + ..., so that the sum has the same bits however many
  /// ranks bring the arrays. Collective.
  ///
  /// A piece goes from rank to rank, each adding its own, and then from the last to all; while one rank adds a piece
  /// the one before it adds the next. Every rank sends and receives the array about twice (`MPI_Send`, `MPI_Recv`,
  /// `MPI_Bcast`; MPI 3.1, sections 3.2 and 5.4).
  ///
  /// - Parameters:
  ///   - total: at rank 0 what its arrays add up to; elsewhere of that length; afterwards everybody's sum.
  ///   - own: this rank's arrays in order, each as long as the total; of rank 0 those not yet in the total.
  public func sumInOrder(_ total: UnsafeMutableBufferPointer<Float>, adding own: [UnsafeBufferPointer<Float>]) throws {
    for array in own { precondition(array.count == total.count, "arrays to be added have one length") }
    // A mebibyte: short enough to keep all ranks busy, long enough to cost little in calls.
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

  /// `PieceTag` never gives it.
  private static let sumTag: Int32 = 0
}
