/// ln x in Float64 to within 0.9 units in the last place, for positive normal x.
///
/// x = 2^k (1 + f) with 1 + f in sqrt(1/2) ..< sqrt(2), and ln(1 + f) = f - f^2/2 + s (f^2/2 + R(s^2)) from fdlibm,
/// where s = f / (2 + f). Multiply-adds are fused on every processor, so the bits do not depend on it. The logarithm of
/// 0 is some finite number, so that 0 ln 0 is 0. The result is undefined for subnormal, infinite and negative numbers
/// and NaN.
@inlinable @inline(__always)
public func logarithm(_ x: SIMD8<Double>) -> SIMD8<Double> {
  typealias Lanes = SIMD8<Double>
  let rootOfHalf = SIMD8<UInt64>(repeating: 0x3FE6_A09E_667F_3BCD)
  let bits = unsafeBitCast(x, to: SIMD8<UInt64>.self) &+ (SIMD8(repeating: 0x3FF0_0000_0000_0000) &- rootOfHalf)
  // An integer below 2^52 in the low end of 2^52's mantissa, because AVX2 cannot convert 64-bit integers.
  let k = unsafeBitCast(bits &>> 52 | 0x4330_0000_0000_0000, to: Lanes.self) - (0x1p52 + 1023)
  let f = unsafeBitCast((bits & 0xF_FFFF_FFFF_FFFF) &+ rootOfHalf, to: Lanes.self) - 1
  let s = f / (f + 2)
  let z = s * s
  let w = z * z
  var even = Lanes(repeating: 2.222_219_843_214_978_396e-01).addingProduct(
    w, Lanes(repeating: 1.531_383_769_920_937_332e-01))
  even = Lanes(repeating: 3.999_999_999_940_941_908e-01).addingProduct(w, even)
  var odd = Lanes(repeating: 1.818_357_216_161_805_012e-01).addingProduct(
    w, Lanes(repeating: 1.479_819_860_511_658_591e-01))
  odd = Lanes(repeating: 2.857_142_874_366_239_149e-01).addingProduct(w, odd)
  odd = Lanes(repeating: 6.666_666_666_666_735_130e-01).addingProduct(w, odd)
  let r = (w * even).addingProduct(z, odd)
  let half = f * f * 0.5
  // ln 2 in two parts; the first has so few bits that k times it is exact.
  let low = (s * (half + r)).addingProduct(k, Lanes(repeating: 1.908_214_929_270_587_700_02e-10))
  return (k * 6.931_471_803_691_238_164_90e-01) - ((half - low) - f)
}
