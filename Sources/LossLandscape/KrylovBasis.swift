internal import LinearAlgebra

/// Orthonormal vectors, stored in Float32 and worked with in Float64.
struct KrylovBasis {
  /// Numbers of a block that stays in the processor's cache while all vectors pass by.
  private static let block = 4096

  /// The vectors, [vectors][count].
  private(set) var vectors: [AlignedBuffer<Float>] = []
  private let count: Int
  private let team: ThreadTeam
  private let blocks: Int

  /// - Parameter team: who shares the work; changes no bit.
  init(count: Int, team: ThreadTeam) {
    self.count = count
    self.team = team
    blocks = (count + Self.block - 1) / Self.block
  }

  /// Adds `factor` w, which should have length 1.
  mutating func append(_ w: UnsafePointer<Double>, times factor: Double) {
    let vector = AlignedBuffer<Float>(count: count)
    for i in 0..<count { vector.pointer[i] = Float(factor * w[i]) }
    vectors.append(vector)
  }

  /// Takes out of w all that lies along the vectors.
  ///
  /// Twice: the first time leaves rounding errors of w's length, the second of what is left ("twice is enough", Giraud et
  /// al. 2005).
  ///
  /// - Returns: how much was taken along each vector.
  func orthogonalise(_ w: UnsafeMutablePointer<Double>) -> [Double] {
    let first = takeOut(w)
    let second = takeOut(w)
    return zip(first, second).map { $0 + $1 }
  }

  private func takeOut(_ w: UnsafeMutablePointer<Double>) -> [Double] {
    let partial = AlignedBuffer<Double>(count: blocks * vectors.count)
    inBlocks { block, range in
      for (j, vector) in vectors.enumerated() {
        partial.pointer[block * vectors.count + j] = dot(
          w + range.lowerBound, vector.pointer + range.lowerBound, count: range.count)
      }
    }
    let shares = vectors.indices.map { j in
      (0..<blocks).reduce(0.0) { $0 + partial.pointer[$1 * vectors.count + j] }
    }
    inBlocks { _, range in
      for (share, vector) in zip(shares, vectors) {
        let q = vector.pointer
        for i in range { w[i] -= share * Double(q[i]) }
      }
    }
    return shares
  }

  private func inBlocks(_ body: (Int, Range<Int>) -> Void) {
    team.run { thread in
      for block in team.part(thread, of: blocks) {
        body(block, block * Self.block..<min((block + 1) * Self.block, count))
      }
    }
  }
}
