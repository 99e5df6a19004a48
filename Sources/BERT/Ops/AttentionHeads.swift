/// How many heads attention has, and of how many channels: C = `count` x `size`.
package struct AttentionHeads {
  package let count: Int
  /// D.
  package let size: Int

  package init(count: Int, size: Int) { (self.count, self.size) = (count, size) }

  var channels: Int { count * size }

  /// What scores are multiplied by, 1 / sqrt(D).
  var scale: Float { 1 / Float(size).squareRoot() }

  /// What of a head lies side by side in [T, 3 C].
  enum Side: Int {
    case query, key, value
  }

  /// The columns of a head in [T, C].
  func columns(_ head: Int) -> Range<Int> { head * size..<(head + 1) * size }

  /// The columns of a side of a head in [T, 3 C], and its outputs in the dense layer that makes them.
  func columns(_ side: Side, _ head: Int) -> Range<Int> {
    let start = side.rawValue * channels + head * size
    return start..<start + size
  }

  /// The columns of a head in [T, H C].
  func wideColumns(_ head: Int) -> Range<Int> { head * channels..<(head + 1) * channels }
}

/// The attention rows of one head in one sequence: for each query its weights over the sequence's own keys.
public struct AttentionRows {
  /// The layer, from 0.
  public let layer: Int
  /// The sequence in its batch.
  public let sequence: Int
  /// The head, from 0.
  public let head: Int
  /// L: queries and keys.
  public let length: Int
  /// Numbers from row to row, >= L.
  public let stride: Int
  /// The first row; valid only while the observer runs.
  public let first: UnsafePointer<Float>
}

/// Sees attention rows as they are made.
public typealias AttentionObserver = (AttentionRows) -> Void
