import Randomness

/// The gradient of a scalar function by central differences, one coordinate at a time.
///
/// With values and third derivatives of order 1 and a step of 1e-5, both the truncation (h^2 / 6) and the rounding of
/// Float64 (1e-16 / h) stay below 1e-10: exact beside Float32.
func differences(_ x: [Double], _ function: ([Double]) -> Double) -> [Double] {
  let h = 1e-5
  var moved = x
  return x.indices.map { i in
    moved[i] = x[i] + h
    let above = function(moved)
    moved[i] = x[i] - h
    let below = function(moved)
    moved[i] = x[i]
    return (above - below) / (2 * h)
  }
}

/// The scalar projection <w, y>, whose gradient by an op's input is what its backward pass makes of dY = w.
func dot(_ w: [Double], _ y: [Double]) -> Double {
  precondition(w.count == y.count)
  return zip(w, y).reduce(0) { $0 + $1.0 * $1.1 }
}

/// Normal numbers that Float32 holds exactly, so that op and twin start from the same; the same on every run.
struct Draws {
  private var stream: RandomStream

  init(_ seed: UInt64 = 1) { stream = RandomStream(Philox(seed: seed, purpose: .direction)) }

  mutating func normal(_ count: Int, scale: Double = 1) -> [Double] {
    (0..<count).map { _ in Double(Float(scale * stream.normal())) }
  }
}

/// Numbers as an op takes them.
func floats(_ x: [Double]) -> [Float] { x.map { Float($0) } }

/// x + y.
func sum(_ x: [Double], _ y: [Double]) -> [Double] { zip(x, y).map { $0 + $1 } }
