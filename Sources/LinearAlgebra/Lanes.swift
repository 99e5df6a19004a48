/// Sixteen Float32 lanes, the width in which kernels process columns: one AVX-512 register or two AVX2 registers.
public typealias Lanes = SIMD16<Float>

extension UnsafePointer<Float> {
  /// Loads sixteen numbers starting at `offset`, at any alignment.
  @inlinable @inline(__always)
  public func lanes(at offset: Int) -> Lanes {
    UnsafeRawPointer(self + offset).loadUnaligned(as: Lanes.self)
  }

  /// Loads the numbers from `offset` up to `end`, at most sixteen, followed by zeros: the incomplete end of a row.
  @inlinable @inline(__always)
  public func lanes(at offset: Int, end: Int) -> Lanes {
    end - offset >= 16 ? lanes(at: offset) : part(at: offset, count: end - offset)
  }

  @inlinable @inline(__always)
  func part(at offset: Int, count: Int) -> Lanes {
    var lanes = Lanes.zero
    withUnsafeMutableBytes(of: &lanes) { copy(count, from: self + offset, to: $0) }
    return lanes
  }
}

extension UnsafeMutablePointer<Float> {
  /// Loads sixteen numbers starting at `offset`, at any alignment.
  @inlinable @inline(__always)
  public func lanes(at offset: Int) -> Lanes {
    UnsafeRawPointer(self + offset).loadUnaligned(as: Lanes.self)
  }

  /// Stores sixteen numbers starting at `offset`, at any alignment.
  @inlinable @inline(__always)
  public func store(_ value: Lanes, at offset: Int) {
    UnsafeMutableRawPointer(self + offset).storeBytes(of: value, as: Lanes.self)
  }

  /// Loads the numbers from `offset` up to `end`, at most sixteen, followed by zeros.
  @inlinable @inline(__always)
  public func lanes(at offset: Int, end: Int) -> Lanes {
    UnsafePointer(self).lanes(at: offset, end: end)
  }

  /// Stores the numbers from `offset` up to `end`, at most sixteen.
  @inlinable @inline(__always)
  public func store(_ value: Lanes, at offset: Int, end: Int) {
    if end - offset >= 16 { store(value, at: offset) } else { storePart(value, at: offset, count: end - offset) }
  }

  @inlinable @inline(__always)
  func storePart(_ value: Lanes, at offset: Int, count: Int) {
    let target = UnsafeMutableRawBufferPointer(start: self + offset, count: count * MemoryLayout<Float>.size)
    withUnsafeBytes(of: value) { copy(count, from: $0.baseAddress, to: target) }
  }
}

/// Copies `count` numbers through memory. A function that returned the lanes would return them in four small registers,
/// and the compiler would then use small registers wherever the result goes: 7 times slower.
@usableFromInline @inline(never)
func copy(_ count: Int, from source: UnsafeRawPointer?, to target: UnsafeMutableRawBufferPointer) {
  target.copyMemory(from: UnsafeRawBufferPointer(start: source, count: count * MemoryLayout<Float>.size))
}

extension SIMD16<Float> {
  /// The first `count` lanes, with `filler` in the others; all lanes if `count` >= 16.
  @inlinable @inline(__always)
  public func prefix(_ count: Int, filler: Float = 0) -> Lanes {
    if count >= 16 { return self }
    let index = SIMD16<Int32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    return replacing(with: filler, where: index .>= SIMD16<Int32>(repeating: Int32(count)))
  }

  /// The sum of the lanes, pairing the halves first: a fixed order, so the bits are the same on every processor.
  @inlinable @inline(__always)
  public var laneSum: Float {
    let eight = lowHalf + highHalf
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }

  /// The largest lane.
  @inlinable @inline(__always)
  public var laneMaximum: Float {
    let eight = lowHalf.replacing(with: highHalf, where: highHalf .> lowHalf)
    let four = eight.lowHalf.replacing(with: eight.highHalf, where: eight.highHalf .> eight.lowHalf)
    return Swift.max(Swift.max(four.x, four.y), Swift.max(four.z, four.w))
  }
}

/// e^x to within 1.26 units in the last place for x in -87 ... 88; x outside is clamped to that range.
///
/// The range reduction of Cody and Waite to |r| <= ln 2 / 2 and the polynomial of degree 6 from Cephes.
@inlinable @inline(__always)
public func exponential(_ x: Lanes) -> Lanes {
  var x = x.replacing(with: 88, where: x .> 88)
  x = x.replacing(with: -87, where: x .< -87)
  // Adding 1.5 * 2^23 rounds to an integer, whose bits are then the low end of the mantissa.
  let rounder = Lanes(repeating: 12_582_912)
  let shifted = rounder.addingProduct(x, Lanes(repeating: 1.442_695_04))
  let n = shifted - rounder
  var r = x.addingProduct(n, Lanes(repeating: -0.693_359_375))
  r = r.addingProduct(n, Lanes(repeating: 2.121_944_4e-4))
  var p = Lanes(repeating: 1.987_569_15e-4)
  p = Lanes(repeating: 1.398_199_95e-3).addingProduct(p, r)
  p = Lanes(repeating: 8.333_451_9e-3).addingProduct(p, r)
  p = Lanes(repeating: 4.166_579_6e-2).addingProduct(p, r)
  p = Lanes(repeating: 1.666_666_55e-1).addingProduct(p, r)
  p = Lanes(repeating: 0.5).addingProduct(p, r)
  let e = (r + 1).addingProduct(p, r * r)
  let exponent = (unsafeBitCast(shifted, to: SIMD16<UInt32>.self) &- 0x4B40_0000 &+ 127) &<< 23
  return e * unsafeBitCast(exponent, to: Lanes.self)
}

/// The error function to within 5e-7: the rational minimax approximation of Eigen and XLA on [-4, 4], +-1 outside.
@inlinable @inline(__always)
public func errorFunction(_ x: Lanes) -> Lanes {
  var x = x.replacing(with: 4, where: x .> 4)
  x = x.replacing(with: -4, where: x .< -4)
  let s = x * x
  var p = Lanes(repeating: -2.726_142_3e-10)
  p = Lanes(repeating: 2.770_681_4e-8).addingProduct(p, s)
  p = Lanes(repeating: -2.101_024_0e-6).addingProduct(p, s)
  p = Lanes(repeating: -5.692_506_4e-5).addingProduct(p, s)
  p = Lanes(repeating: -7.349_906_3e-4).addingProduct(p, s)
  p = Lanes(repeating: -2.954_599_8e-3).addingProduct(p, s)
  p = Lanes(repeating: -1.609_603_33e-2).addingProduct(p, s)
  var q = Lanes(repeating: -1.456_607_18e-5)
  q = Lanes(repeating: -2.133_740_55e-4).addingProduct(q, s)
  q = Lanes(repeating: -1.682_826_97e-3).addingProduct(q, s)
  q = Lanes(repeating: -7.373_329_16e-3).addingProduct(q, s)
  q = Lanes(repeating: -1.426_473_90e-2).addingProduct(q, s)
  return x * p / q
}
