internal import Randomness

/// Which items each step takes: every pass over the data has a permutation of its own, in pieces of the batch size.
struct StepOrder {
  /// How many items there are.
  let count: Int
  /// Items of a step; the last of a pass may have fewer.
  let batchSize: Int
  private let generator: Philox
  private var current: (pass: Int, items: [Int])?

  /// - Parameter seed: keys the permutations.
  init(count: Int, batchSize: Int, seed: UInt64) {
    (self.count, self.batchSize) = (count, batchSize)
    generator = Philox(seed: seed, purpose: .dataOrder)
  }

  /// How many steps a pass has.
  var stepsPerPass: Int { (count + batchSize - 1) / batchSize }

  /// The pass to which a step belongs, from 0.
  func pass(of step: Int) -> Int { step / stepsPerPass }

  /// Which places of its pass's permutation a step takes.
  func places(of step: Int) -> Range<Int> {
    let first = step % stepsPerPass * batchSize
    return first..<min(first + batchSize, count)
  }

  /// The items of a step.
  mutating func items(of step: Int) -> [Int] {
    let pass = pass(of: step)
    if let current, current.pass == pass { return Array(current.items[places(of: step)]) }
    var stream = RandomStream(generator, UInt32(pass))
    let items = stream.permutation(of: count)
    current = (pass, items)
    return Array(items[places(of: step)])
  }
}
