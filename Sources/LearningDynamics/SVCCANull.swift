/// The SVCCA distance of unrelated features. The rows of one side are permuted by whole sequences, so that each side
/// keeps its spectrum and the similarity of tokens within a sentence. [METHODS 6]
public struct SVCCANull: Sendable, Equatable {
  /// The mean of `distances`, in 0 ... 1; nil if it does not exist, see `reason`.
  public let distance: Double?
  /// Why there is no distance.
  public let reason: Missing?
  /// The SVCCA distance under each permutation, each in 0 ... 1.
  public let distances: [Double]

  /// Permutes the rows of `y` against those of `x`.
  ///
  /// - Parameters:
  ///   - x: the basis of one model, over the rows of `sequences`.
  ///   - y: the basis of the other, over the same rows.
  ///   - sequences: which rows belong together.
  ///   - seed: the key of the permutations, together with their number.
  ///   - permutations: the number of permutations, at least 1. Each costs as much as one comparison.
  /// - Throws: ``DynamicsError/rowsDiffer(_:_:)``, `LinearAlgebraError`.
  public init(
    _ x: FeatureBasis, _ y: FeatureBasis, sequences: SequenceRows, seed: UInt64, permutations: Int = 1
  ) throws {
    precondition(permutations > 0, "at least one permutation")
    guard y.rows == sequences.count else { throw DynamicsError.rowsDiffer(y.rows, sequences.count) }
    guard x.rows == y.rows else { throw DynamicsError.rowsDiffer(x.rows, y.rows) }
    let orders = (0..<permutations).compactMap { sequences.permutation(seed: seed, number: $0) }
    reason = Missing.comparing(rows: x.rows, x.kept, y.kept) ?? (orders.isEmpty ? .oneSequence : nil)
    guard reason == nil else {
      distance = nil
      distances = []
      return
    }
    distances = try orders.compactMap { try SVCCA(x, y.reordered($0)).distance }
    distance = distances.reduce(0, +) / Double(distances.count)
  }
}
