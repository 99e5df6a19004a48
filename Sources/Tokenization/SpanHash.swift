/// FNV-1a over byte spans, for tables with open addressing: https://datatracker.ietf.org/doc/html/draft-eastlake-fnv
enum SpanHash {
  /// The hash of zero bytes.
  static let empty: UInt64 = 0xCBF2_9CE4_8422_2325

  /// The hash of a span extended by one byte.
  @inline(__always)
  static func extend(_ hash: UInt64, by byte: UInt8) -> UInt64 { (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }

  /// The part of a hash that a slot stores, and the slot where the search starts in a table of `slots`, a power of two.
  @inline(__always)
  static func place(of hash: UInt64, slots: Int) -> (tag: UInt32, slot: Int) {
    let tag = UInt32(hash >> 32)
    return (tag, Int(UInt32(truncatingIfNeeded: hash) ^ tag) & (slots - 1))
  }
}
