import FineTuning
import Foundation

/// Processes of one program as threads, whose gradients meet in memory.
final class MemoryGang: @unchecked Sendable {
  // Unchecked: all that threads share is guarded by `condition`.
  private let ranks: Int
  private let shares: Int
  private let condition = NSCondition()
  private var gradients: [[Float]]
  private var figures: [ShareFigures?]
  private var total: [Float] = []
  /// The figures of the last step, while those of the next arrive.
  private var lastFigures: [ShareFigures] = []
  private var arrived = 0
  private var steps = 0

  init(ranks: Int, shares: Int) {
    (self.ranks, self.shares) = (ranks, shares)
    gradients = [[Float]](repeating: [], count: shares)
    figures = [ShareFigures?](repeating: nil, count: shares)
  }

  /// The part of a rank: consecutive shares, none where there are more ranks than shares.
  func part(of rank: Int) -> Gang {
    let own = shares * rank / ranks..<shares * (rank + 1) / ranks
    var next = own.lowerBound
    return Gang(
      shares: own,
      collect: { [self] gradient, _, count in
        let copy = Array(UnsafeBufferPointer(start: gradient, count: count))
        condition.withLock { gradients[next] = copy }
        next += 1
      },
      complete: { [self] own, total, count in
        condition.lock()
        defer { condition.unlock() }
        for (index, figures) in own.enumerated() { self.figures[next - own.count + index] = figures }
        next -= own.count
        arrived += 1
        if arrived == ranks {
          add(count)
          lastFigures = figures.compactMap { $0 }
          arrived = 0
          steps += 1
          condition.broadcast()
        } else {
          let step = steps
          while steps == step { condition.wait() }
        }
        total.update(from: self.total, count: count)
        return lastFigures
      })
  }

  private func add(_ count: Int) {
    total = [Float](repeating: 0, count: count)
    for gradient in gradients {
      total.withUnsafeMutableBufferPointer { sum in
        guard let base = sum.baseAddress else { return }
        Gang.add(gradient, to: base, in: 0..<count)
      }
    }
  }
}
