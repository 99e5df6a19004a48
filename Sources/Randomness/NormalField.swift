/// Standard normal numbers by position: the number at a position depends only on (generator, a, b, c, position).
///
/// So a vector of any length can be filled in parts, in any order, by any thread or rank. Positions are counted in
/// groups of 32, each from one Philox block of 8 counters: 16 pairs of numbers by the method of Box and Muller (1958),
/// in Float32. The largest possible magnitude is 6.8; a true normal number exceeds it once in 10^11 draws.
public struct NormalField: Sendable {
  /// Numbers per group.
  static let groupSize = 32

  private let generator: Philox
  private let counter: SIMD4<UInt32>

  /// The field of `generator` at three indices. A stream at the same indices uses the same bits.
  public init(_ generator: Philox, _ a: UInt32 = 0, _ b: UInt32 = 0, _ c: UInt32 = 0) {
    self.generator = generator
    counter = SIMD4(0, a, b, c)
  }

  /// Writes the numbers at `places`, within 0 ..< 2^34, to the `places.count` elements starting at `target`.
  public func fill(_ target: UnsafeMutablePointer<Float>, places: Range<Int>) {
    precondition(places.lowerBound >= 0 && places.upperBound <= 1 << 34, "places lie in 0 ..< 2^34")
    guard !places.isEmpty else { return }
    for index in places.lowerBound / Self.groupSize...(places.upperBound - 1) / Self.groupSize {
      let start = index * Self.groupSize
      let (x, y) = group(index)
      if start >= places.lowerBound && start + Self.groupSize <= places.upperBound {
        let raw = UnsafeMutableRawPointer(target + (start - places.lowerBound))
        raw.storeBytes(of: x, as: SIMD16<Float>.self)
        raw.storeBytes(of: y, toByteOffset: 64, as: SIMD16<Float>.self)
      } else {
        withUnsafeTemporaryAllocation(byteCount: 128, alignment: 64) { whole in
          whole.storeBytes(of: x, as: SIMD16<Float>.self)
          whole.storeBytes(of: y, toByteOffset: 64, as: SIMD16<Float>.self)
          let numbers = whole.assumingMemoryBound(to: Float.self)
          for place in places.clamped(to: start..<start + Self.groupSize) {
            target[place - places.lowerBound] = numbers[place - start]
          }
        }
      }
    }
  }

  /// The numbers of one group.
  ///
  /// With r = sqrt(-2 ln u) and an angle a = pi/4 + t in the first quadrant, r cos a = sqrt(-ln u) (cos t - sin t) and
  /// r sin a = sqrt(-ln u) (cos t + sin t). Two more bits give the signs, which choose the quadrant.
  @inline(__always)
  private func group(_ index: Int) -> (SIMD16<Float>, SIMD16<Float>) {
    var position = counter
    position[0] = UInt32(truncatingIfNeeded: index * 8)
    let words = generator.eightBlocks(position)
    let u = unsafeBitCast(words.0 | words.1 &<< 32, to: SIMD16<UInt32>.self)
    let v = unsafeBitCast(words.2 | words.3 &<< 32, to: SIMD16<UInt32>.self)
    let radius = (-logarithm((SIMD16<Float>(u) + 0.5) * 0x1p-32)).squareRoot()
    let t = SIMD16<Float>(unsafeBitCast(v &<< 2, to: SIMD16<Int32>.self)) * (.pi / 4 * 0x1p-31)
    let (sine, cosine) = sineAndCosine(t)
    let sign = SIMD16<UInt32>(repeating: 0x8000_0000)
    let x = unsafeBitCast(radius * (cosine - sine), to: SIMD16<UInt32>.self) ^ (v & sign)
    let y = unsafeBitCast(radius * (cosine + sine), to: SIMD16<UInt32>.self) ^ ((v &<< 1) & sign)
    return (unsafeBitCast(x, to: SIMD16<Float>.self), unsafeBitCast(y, to: SIMD16<Float>.self))
  }
}

/// ln x for positive normal x.
///
/// x = m 2^e with m in sqrt(1/2) ..< sqrt(2), and the polynomial of Cephes in m - 1. Products and sums are written
/// separately, so that the bits do not depend on whether the processor fuses them.
@inline(__always)
private func logarithm(_ x: SIMD16<Float>) -> SIMD16<Float> {
  let rootOfHalf = SIMD16<Int32>(repeating: 0x3F35_04F3)
  let bits = unsafeBitCast(x, to: SIMD16<Int32>.self) &- rootOfHalf
  let e = SIMD16<Float>(bits &>> 23)
  let f = unsafeBitCast((bits & 0x7F_FFFF) &+ rootOfHalf, to: SIMD16<Float>.self) - 1
  var p = f * 7.037_683_6e-2 - 1.151_461_0e-1
  p = p * f + 1.167_699_87e-1
  p = p * f - 1.242_014_08e-1
  p = p * f + 1.424_932_28e-1
  p = p * f - 1.666_805_77e-1
  p = p * f + 2.000_071_48e-1
  p = p * f - 2.499_999_4e-1
  p = p * f + 3.333_333_1e-1
  let square = f * f
  let tail = p * f * square - e * 2.121_944_4e-4 - square * 0.5
  return f + tail + e * 0.693_359_375
}

/// sin t and cos t for t in -pi/4 ... pi/4: Cephes' polynomials.
@inline(__always)
private func sineAndCosine(_ t: SIMD16<Float>) -> (SIMD16<Float>, SIMD16<Float>) {
  let z = t * t
  let sine = ((z * -1.951_529_6e-4 + 8.332_160_9e-3) * z - 1.666_665_46e-1) * z * t + t
  let cosine = ((z * 2.443_315_7e-5 - 1.388_731_6e-3) * z + 4.166_664_57e-2) * z * z - z * 0.5 + 1
  return (sine, cosine)
}
