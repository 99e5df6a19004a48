/// Inner products in Float64: eight running sums, then their sum. A fixed order, so the same bits wherever it runs.
func dot(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, count: Int) -> Double {
  sum(count, eight: { x.eight(at: $0) * y.eight(at: $0) }, one: { Double(x[$0]) * Double(y[$0]) })
}

func dot(_ x: UnsafePointer<Double>, _ y: UnsafePointer<Float>, count: Int) -> Double {
  sum(count, eight: { x.eight(at: $0) * y.eight(at: $0) }, one: { x[$0] * Double(y[$0]) })
}

func dot(_ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, count: Int) -> Double {
  sum(count, eight: { x.eight(at: $0) * y.eight(at: $0) }, one: { x[$0] * y[$0] })
}

@inline(__always)
private func sum(_ count: Int, eight: (Int) -> SIMD8<Double>, one: (Int) -> Double) -> Double {
  var sums = SIMD8<Double>.zero
  let whole = count / 8 * 8
  for i in stride(from: 0, to: whole, by: 8) { sums += eight(i) }
  let four = sums.lowHalf + sums.highHalf
  var total = (four.x + four.z) + (four.y + four.w)
  for i in whole..<count { total += one(i) }
  return total
}

extension UnsafePointer<Float> {
  @inline(__always)
  fileprivate func eight(at offset: Int) -> SIMD8<Double> {
    SIMD8<Double>(UnsafeRawPointer(self + offset).loadUnaligned(as: SIMD8<Float>.self))
  }
}

extension UnsafePointer<Double> {
  @inline(__always)
  fileprivate func eight(at offset: Int) -> SIMD8<Double> {
    UnsafeRawPointer(self + offset).loadUnaligned(as: SIMD8<Double>.self)
  }
}
