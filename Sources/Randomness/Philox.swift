/// Philox4x32-10, the counter-based generator of Salmon et al. 2011 ("Parallel random numbers: as easy as 1, 2, 3").
///
/// A block of random bits is a pure function of a 64-bit key and a 128-bit counter. There is no state to carry, so the
/// numbers do not depend on which rank draws them, in which order, or how often a run was interrupted.
public struct Philox: Sendable, Hashable {
  /// The 64-bit key, low word first.
  public let key: SIMD2<UInt32>

  /// A generator with a given key, for tests against published vectors.
  public init(key: SIMD2<UInt32>) {
    self.key = key
  }

  /// The generator for `seed` and `purpose`; two purposes with the same seed share no numbers.
  public init(seed: UInt64, purpose: Purpose) {
    let seedKey = SIMD2<UInt32>(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    let block = Philox(key: seedKey).block(SIMD4(purpose.rawValue, 0, 0, 0))
    key = SIMD2(block[0], block[1])
  }

  /// The uses of random numbers. The raw values are part of every result: append, never renumber.
  public enum Purpose: UInt32, Sendable {
    case dataOrder = 1
    case dropout = 2
    case headInitialisation = 3
    case encoderInitialisation = 4
    case subset = 5
    case direction = 6
    /// Split halves, permutations and bootstraps of measured values.
    case resampling = 7
    /// Which tokens a masked language model is to predict, and what replaces them.
    case masking = 8
  }

  static let multipliers = (UInt64(0xD251_1F53), UInt64(0xCD9E_8D57))
  static let keyIncrement = SIMD2<UInt32>(0x9E37_79B9, 0xBB67_AE85)
  static let rounds = 10

  /// The four random words at `counter`.
  public func block(_ counter: SIMD4<UInt32>) -> SIMD4<UInt32> {
    var counter = counter
    var key = key
    for _ in 0..<Self.rounds {
      let p0 = UInt64(counter[0]) * Self.multipliers.0
      let p1 = UInt64(counter[2]) * Self.multipliers.1
      counter = SIMD4(
        UInt32(truncatingIfNeeded: p1 >> 32) ^ counter[1] ^ key[0], UInt32(truncatingIfNeeded: p1),
        UInt32(truncatingIfNeeded: p0 >> 32) ^ counter[3] ^ key[1], UInt32(truncatingIfNeeded: p0))
      key &+= Self.keyIncrement
    }
    return counter
  }

  /// The eight blocks at `counter`, `counter + 1`, ... `counter + 7` (counted in the first word, which must not wrap),
  /// word by word: lane `i` of word `w` is word `w` of block `i`, in the low half of a 64-bit lane.
  ///
  /// Lanes have 64 bits because a round multiplies 32 bits by 32 bits.
  @inline(__always)
  func eightBlocks(
    _ counter: SIMD4<UInt32>
  ) -> (SIMD8<UInt64>, SIMD8<UInt64>, SIMD8<UInt64>, SIMD8<UInt64>) {
    let low = SIMD8<UInt64>(repeating: 0xFFFF_FFFF)
    let m0 = SIMD8<UInt64>(repeating: Self.multipliers.0)
    let m1 = SIMD8<UInt64>(repeating: Self.multipliers.1)
    var c0 = SIMD8<UInt64>(repeating: UInt64(counter[0])) &+ SIMD8<UInt64>(0, 1, 2, 3, 4, 5, 6, 7)
    var c1 = SIMD8<UInt64>(repeating: UInt64(counter[1]))
    var c2 = SIMD8<UInt64>(repeating: UInt64(counter[2]))
    var c3 = SIMD8<UInt64>(repeating: UInt64(counter[3]))
    var key = key
    for _ in 0..<Self.rounds {
      let p0 = (c0 & low) &* m0
      let p1 = (c2 & low) &* m1
      c0 = (p1 &>> 32) ^ c1 ^ SIMD8<UInt64>(repeating: UInt64(key[0]))
      c1 = p1 & low
      c2 = (p0 &>> 32) ^ c3 ^ SIMD8<UInt64>(repeating: UInt64(key[1]))
      c3 = p0 & low
      key &+= Self.keyIncrement
    }
    return (c0, c1, c2, c3)
  }
}
