import Foundation

/// Random numbers drawn one after another from the counters (0, a, b, c), (1, a, b, c), ... of a Philox generator.
///
/// For sampling in a fixed order (initial weights, permutations). Two streams of one generator with different indices
/// are independent.
public struct RandomStream: Sendable {
  private let generator: Philox
  private var counter: SIMD4<UInt32>
  private var block = SIMD4<UInt32>()
  private var used = 4

  /// The stream of `generator` at three indices, for example (epoch, 0, 0).
  public init(_ generator: Philox, _ a: UInt32 = 0, _ b: UInt32 = 0, _ c: UInt32 = 0) {
    self.generator = generator
    counter = SIMD4(0, a, b, c)
  }

  /// The next 32 random bits. A stream holds 2^34 of these words.
  public mutating func word() -> UInt32 {
    if used == 4 {
      block = generator.block(counter)
      counter[0] &+= 1
      used = 0
    }
    defer { used += 1 }
    return block[used]
  }

  /// An integer, uniform in 0 ..< `bound`, without bias (rejection, Lemire 2019).
  ///
  /// - Parameter bound: 1 ... 2^32 - 1.
  public mutating func uniform(below bound: Int) -> Int {
    precondition(bound > 0 && bound <= Int(UInt32.max), "a bound lies in 1 ... 2^32 - 1")
    let bound = UInt64(bound)
    let threshold = (UInt64(1) << 32) % bound
    while true {
      let product = UInt64(word()) * bound
      if product & 0xFFFF_FFFF >= threshold { return Int(product >> 32) }
    }
  }

  /// A number uniform in the open interval (0, 1): one of the 2^52 midpoints of intervals of length 2^-52, never an end
  /// point.
  public mutating func uniform() -> Double {
    let bits = UInt64(word()) << 20 ^ UInt64(word()) >> 12
    return (Double(bits & 0xF_FFFF_FFFF_FFFF) + 0.5) * 0x1p-52
  }

  /// A number from the standard normal distribution (Box and Muller). The second number of the pair is dropped, so that
  /// each draw uses the same number of words.
  public mutating func normal() -> Double {
    let radius = (-2 * log(uniform())).squareRoot()
    return radius * cos(2 * .pi * uniform())
  }

  /// A number from the standard normal distribution, redrawn until its magnitude is at most `limit`.
  public mutating func truncatedNormal(limit: Double) -> Double {
    while true {
      let draw = normal()
      if abs(draw) <= limit { return draw }
    }
  }

  /// A uniform random permutation of 0 ..< `count` (Fisher and Yates).
  public mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, uniform(below: last + 1))
    }
    return order
  }
}
