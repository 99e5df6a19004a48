/// Two sums over the places of a vector, in Float64 in a fixed order: `partial` gives those of one block.
///
/// Partial sums of 1024 numbers keep the rounding of millions of additions small. The order is that of ``Axes``, so a
/// length has the same bits wherever it is measured.
func blockSums(over places: Range<Int>, _ partial: (Range<Int>) -> (Double, Double)) -> (Double, Double) {
  var (first, second) = (0.0, 0.0)
  for block in stride(from: places.lowerBound, to: places.upperBound, by: 1024) {
    let (a, b) = partial(block..<min(block + 1024, places.upperBound))
    first += a
    second += b
  }
  return (first, second)
}
