/// The plane that a loss surface lies in, and what is evaluated there (METHODS, section 2).
///
/// f(alpha, beta) = J(theta0 + alpha d1 + beta s d2), d1 = theta1 - theta0, d2 = theta2 - theta0, s = |d1| / |d2|.
public struct Surface: Sendable, Hashable, Codable {
  /// The cell whose final model is theta1, and whose task and head are evaluated.
  public let cell: Cell
  /// The cell whose final model is theta2.
  public let other: Cell
  /// The examples that every point is evaluated on.
  public let subset: Subset

  /// A plane from its parts.
  public init(cell: Cell, other: Cell, subset: Subset = Subset()) {
    self.cell = cell
    self.other = other
    self.subset = subset
  }

  /// What a person calls it, such as `MRPC-s0 x SST-2-s0`.
  public var name: String { "\(cell.name) x \(other.name)" }
}

/// A point of a surface.
public enum SurfacePoint: Sendable, Hashable, Codable {
  /// A checkpoint itself, with exactly its bits.
  case exact(ExactPoint)
  /// Row `i` of the alpha axis and column `j` of the beta axis, from 0, with their coordinates.
  case grid(i: Int, j: Int, alpha: Double, beta: Double)
}

/// A point of a surface that is a checkpoint.
public enum ExactPoint: String, Sendable, Hashable, Codable, CaseIterable {
  /// The initial parameters, at (0, 0).
  case theta0
  /// The target task's final model, at (1, 0).
  case theta1
  /// The other task's final model, at (0, 1/s).
  case theta2
}

/// The fixed examples that points are evaluated on.
public struct Subset: Sendable, Hashable, Codable {
  /// Training examples, at least 1; in a plan's units not more than the cell trains on.
  public var train = 256
  /// Dev examples, at least 1; in a plan's units not more than there are.
  public var dev = 256
  /// Keys which examples are taken.
  public var seed = 7
  /// Examples per forward pass, 1 to 65 536; the last may have fewer.
  public var batch = 32

  /// The default subset.
  public init() {}

  enum CodingKeys: String, CodingKey, CaseIterable {
    case train, dev, seed, batch
  }
}
