internal import Randomness

/// What random vectors of parameter space are for. The raw values are part of every result: append, never renumber.
enum RandomField: UInt32 {
  case direction = 0
  case lanczosStart = 1
  case traceProbe = 2

  /// The Gaussian numbers of a seed and an index; the number at a place depends on the place alone.
  func numbers(seed: UInt64, index: UInt32 = 0) -> NormalField {
    NormalField(Philox(seed: seed, purpose: .direction), index, rawValue)
  }
}
