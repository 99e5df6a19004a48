/// The path of a fine-tuning through its snapshots, and what is looked at along it (METHODS, section 3).
public struct TrajectoryWork: Sendable, Hashable, Codable {
  /// Whose snapshots; its final model is theta1.
  public let cell: Cell
  /// The cell whose final model is theta2, for coordinates on a plane; nil: the line of d1 alone.
  public let other: Cell?
  /// The examples that losses are taken on.
  public let subset: Subset

  /// A trajectory from its parts.
  public init(cell: Cell, other: Cell?, subset: Subset = Subset()) {
    self.cell = cell
    self.other = other
    self.subset = subset
  }

  /// What a person calls it, such as `MRPC-s0 trajectory` or `MRPC-s0 trajectory x SST-2-s0`.
  public var name: String { "\(cell.name) trajectory" + (other.map { " x \($0.name)" } ?? "") }
}
