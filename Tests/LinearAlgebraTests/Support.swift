import Randomness

/// Numbers uniform in -1 ... 1; the same seed gives the same ones.
func uniform(_ count: Int, seed: UInt32) -> [Float] {
  var stream = RandomStream(Philox(seed: 20, purpose: .direction), seed)
  return (0..<count).map { _ in Float(2 * stream.uniform() - 1) }
}

/// The largest error that a test has seen; NaN is larger than any.
struct Worst {
  private(set) var error = 0.0
  private(set) var place = Float.nan

  mutating func see(_ error: Double, at place: Float) {
    if !(error <= self.error) { (self.error, self.place) = (error, place) }
  }
}
