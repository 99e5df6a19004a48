/// The mask of one dropout. Each element of a matrix gets 0 with probability p, otherwise 1 / (1 - p).
///
/// An element's value depends only on (generator, step, example, layer, place, part, row, column). So the backward pass
/// generates the mask of the forward pass again instead of storing it.
///
/// Columns are counted in groups of 16 lanes, and each row starts a new group. Four groups come from one Philox block
/// of 8 counters, with 16 random bits per element. The drop probability is therefore p rounded to a multiple of 2^-16.
/// The scale uses the rounded p, so the mask's mean is exactly 1.
public struct DropoutMask: Sendable {
  /// Lanes per group, the unit in which columns are counted.
  public static let lanes = 16

  private let generator: Philox
  private let counter: SIMD4<UInt32>
  private let threshold: UInt32
  private let scale: Float

  /// The mask of one matrix.
  ///
  /// - Parameters:
  ///   - probability: p, in 0 ..< 1.
  ///   - step: the optimiser step, counted from 0.
  ///   - example: the example's index in the batch, 0 ..< 2^16.
  ///   - layer: 0 ..< 2^8.
  ///   - place: the dropout within the layer, 0 ..< 2^8.
  ///   - part: the matrix within the place (the attention head), 0 ..< 2^32.
  public init(
    _ generator: Philox, probability: Double, step: Int, example: Int, layer: Int, place: Int, part: Int = 0
  ) {
    precondition(probability >= 0 && probability < 1 && example < 1 << 16 && layer < 1 << 8 && place < 1 << 8)
    self.generator = generator
    counter = SIMD4(
      0, UInt32(truncatingIfNeeded: part), UInt32(example << 16 | layer << 8 | place),
      UInt32(truncatingIfNeeded: step))
    threshold = UInt32((probability * 65536).rounded())
    scale = 1 / (1 - Float(threshold) / 65536)
  }

  /// Writes the multipliers of `count` consecutive groups: 16 `count` numbers, each 0 or 1 / (1 - p).
  ///
  /// Row r of a matrix with g groups per row starts at group r g.
  public func fill(_ multipliers: UnsafeMutablePointer<Float>, firstGroup: Int, count: Int) {
    let keep = SIMD16<Float>(repeating: scale)
    let limit = SIMD16<UInt32>(repeating: threshold)
    let raw = UnsafeMutableRawPointer(multipliers)
    let end = firstGroup + count
    var block = firstGroup / 4
    while block * 4 < end {
      var position = counter
      position[0] = UInt32(truncatingIfNeeded: block * 8)
      let words = generator.eightBlocks(position)
      let pairs = (
        unsafeBitCast(words.0 | words.1 &<< 32, to: SIMD16<UInt32>.self),
        unsafeBitCast(words.2 | words.3 &<< 32, to: SIMD16<UInt32>.self)
      )
      let draws = (pairs.0 & 0xFFFF, pairs.0 &>> 16, pairs.1 & 0xFFFF, pairs.1 &>> 16)
      func store(_ draw: SIMD16<UInt32>, _ group: Int) {
        guard group >= firstGroup && group < end else { return }
        let kept = SIMD16<Float>(repeating: 0).replacing(with: keep, where: draw .>= limit)
        raw.storeBytes(of: kept, toByteOffset: (group - firstGroup) * 64, as: SIMD16<Float>.self)
      }
      store(draws.0, block * 4)
      store(draws.1, block * 4 + 1)
      store(draws.2, block * 4 + 2)
      store(draws.3, block * 4 + 3)
      block += 1
    }
  }
}
