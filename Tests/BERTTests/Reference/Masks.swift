import BERT
import Randomness

/// The multipliers of dropout in the layouts that twins take.
extension Dropout {
  /// One matrix, [rows, columns], each row from a new group of 16; ones where nothing is dropped.
  func multipliers(
    _ place: Sublayer, sequence: Int, layer: Int = 0, part: Int = 0, rows: Int, columns: Int
  ) -> [Double] {
    guard let mask = mask(place, sequence: sequence, layer: layer, part: part) else {
      return [Double](repeating: 1, count: rows * columns)
    }
    let groups = (columns + 15) / 16
    var padded = [Float](repeating: .nan, count: groups * 16)
    return (0..<rows).flatMap { row in
      mask.fill(&padded, firstGroup: row * groups, count: groups)
      return padded[..<columns].map { Double($0) }
    }
  }

  /// Every token of a batch, [T, C], or the first `rows` of each sequence.
  func multipliers(
    _ place: Sublayer, of batch: PackedBatch, layer: Int = 0, rows: Int? = nil, channels: Int
  ) -> [Double] {
    batch.lengths.enumerated().flatMap { sequence, length in
      multipliers(place, sequence: sequence, layer: layer, rows: rows ?? length, columns: channels)
    }
  }

  /// Every head of every sequence of a batch, L x L each.
  func attentionMultipliers(of batch: PackedBatch, layer: Int = 0, heads: Int) -> [Double] {
    batch.lengths.enumerated().flatMap { sequence, length in
      (0..<heads).flatMap { head in
        multipliers(.attention, sequence: sequence, layer: layer, part: head, rows: length, columns: length)
      }
    }
  }
}
