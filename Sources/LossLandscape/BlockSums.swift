/// Sums over places of a vector, in Float64 in a fixed order: `partial` gives those of one block.
///
/// Partial sums of 1024 numbers keep the rounding of millions of additions small.
func blockSums<Sums: SIMD>(
  over places: [Range<Int>], _ partial: (Range<Int>) -> Sums
) -> Sums where Sums.Scalar == Double {
  var sums = Sums.zero
  for range in places {
    for block in stride(from: range.lowerBound, to: range.upperBound, by: 1024) {
      sums += partial(block..<min(block + 1024, range.upperBound))
    }
  }
  return sums
}

/// What axes and trajectories know of two moves a and b: whoever measures a length gets the same bits.
struct MoveProducts {
  /// |a|^2.
  let squares1: Double
  /// |b|^2.
  let squares2: Double
  /// <a, b>.
  let product: Double

  /// Of the moves from `origin` (nil: from 0) to `first` and to `second`, over some places.
  init(
    _ first: UnsafePointer<Float>, _ second: UnsafePointer<Float>, from origin: UnsafePointer<Float>?,
    over places: [Range<Int>]
  ) {
    let sums: SIMD4<Double> = blockSums(over: places) { block in
      var (squares1, squares2, product) = (0.0, 0.0, 0.0)
      for i in block {
        let start = origin.map { Double($0[i]) } ?? 0
        let a = Double(first[i]) - start
        let b = Double(second[i]) - start
        squares1 += a * a
        squares2 += b * b
        product += a * b
      }
      return SIMD4(squares1, squares2, product, 0)
    }
    (squares1, squares2, product) = (sums.x, sums.y, sums.z)
  }
}
