import FineTuning
import LinearAlgebra
import MPI

extension Gang {
  /// The ranks of a communicator; rank r computes the r-th of as many runs of consecutive shares. Every step is
  /// collective.
  ///
  /// A rank other than 0 keeps a copy of each of its shares' gradients until the step ends.
  ///
  /// - Parameters:
  ///   - shares: of a step; at least as many as ranks.
  ///   - team: the threads that add, at rank 0.
  init(_ communicator: Communicator, shares: Int, team: ThreadTeam) {
    let (rank, size) = (communicator.rank, communicator.size)
    let own = shares * rank / size..<shares * (rank + 1) / size
    guard size > 1 else {
      self = .alone(shares: shares, team: team)
      return
    }
    var kept: [AlignedBuffer<Float>] = []
    var next = 0
    self.init(
      shares: own,
      collect: { gradient, total, count in
        guard rank > 0 else {
          team.run { thread in Gang.add(gradient, to: total, in: team.part(thread, of: count, unit: 16)) }
          return
        }
        if kept.count < own.count { kept.append(AlignedBuffer(count: count)) }
        kept[next].pointer.update(from: gradient, count: count)
        next += 1
      },
      complete: { figures, total, count in
        next = 0
        try communicator.sumInOrder(
          UnsafeMutableBufferPointer(start: total, count: count),
          adding: kept.map { UnsafeBufferPointer(start: $0.pointer, count: count) })
        let own: [Double] = figures.flatMap { [$0.loss, Double($0.right), $0.stops ? 1 : 0] }
        let numbers = Array(try communicator.allgather(own).joined())
        return stride(from: 0, to: numbers.count, by: 3).map { first in
          ShareFigures(loss: numbers[first], right: Int(numbers[first + 1]), stops: numbers[first + 2] != 0)
        }
      })
  }
}
