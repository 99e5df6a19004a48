internal import Randomness

/// Which rows of a probe belong to the same sequence. Tokens of a sentence are correlated, so rows are split and
/// reordered by whole sequences.
public struct SequenceRows: Sendable, Equatable {
  /// The rows of each sequence in order; sequences in order of their first row.
  private let sequences: [[Int]]
  /// N: the number of rows.
  public let count: Int

  /// Groups rows by sequence.
  ///
  /// - Parameter sequenceOfRow: for each row, any number that identifies its sequence, [N].
  public init(sequenceOfRow: [Int]) {
    var places: [Int: Int] = [:]
    var sequences: [[Int]] = []
    for (row, sequence) in sequenceOfRow.enumerated() {
      if let place = places[sequence] {
        sequences[place].append(row)
      } else {
        places[sequence] = sequences.count
        sequences.append([row])
      }
    }
    self.sequences = sequences
    count = sequenceOfRow.count
  }

  /// Two random halves of the sequences, keyed by `seed`, as ascending rows. One half is empty if there is only one
  /// sequence.
  public func halves(seed: UInt64) -> [[Int]] {
    var stream = Draw.halves.stream(seed: seed)
    let order = stream.permutation(of: sequences.count)
    let middle = (order.count + 1) / 2
    return [order.prefix(middle), order.dropFirst(middle)].map { half in half.flatMap { sequences[$0] }.sorted() }
  }

  /// All rows, with the sequences in a random order keyed by `seed` and `number`, and each sequence's rows in order.
  /// Nil if there are fewer than two sequences.
  func permutation(seed: UInt64, number: Int) -> [Int]? {
    guard sequences.count > 1 else { return nil }
    var stream = Draw.permutation.stream(seed: seed, number)
    return stream.permutation(of: sequences.count).flatMap { sequences[$0] }
  }
}

/// The uses of random numbers in this module. The raw values are part of every result: append, never renumber.
enum Draw: UInt32 {
  case halves = 0
  case permutation = 1
  case bootstrap = 2

  /// The random numbers of one draw.
  func stream(seed: UInt64, _ number: Int = 0) -> RandomStream {
    RandomStream(Philox(seed: seed, purpose: .resampling), rawValue, UInt32(number))
  }
}
