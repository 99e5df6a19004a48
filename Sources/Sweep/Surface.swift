/// A curve or surface of the loss: the directions that span it, and what is evaluated there (METHODS, section 2).
///
///     surface: f(alpha, beta) = J(theta0 + alpha d1 + beta s d2)        curve: f(alpha) = J(theta0 + alpha d1)
///
/// with d1 = theta1 - theta0, d2 = theta2 - theta0, s = |d1| / |d2|, both restricted to a layer group where there is one. A
/// curve between two final models of one task has the first in place of theta0, and its head moves too.
public struct Surface: Sendable, Hashable, Codable {
  /// The cell whose final model is theta1, and whose task and head are evaluated.
  public let cell: Cell
  /// The cell whose final model is theta2; nil for a curve.
  public let other: Cell?
  /// The cell whose final model a curve starts at, of the same task; nil: it starts at theta0.
  public let start: Cell?
  /// The parameters that move; nil: all of the encoder.
  public let group: LayerGroup?
  /// Where the others are.
  public let elsewhere: Elsewhere
  /// The examples that every point is evaluated on.
  public let subset: Subset

  /// Where the parameters outside a layer group are.
  public enum Elsewhere: String, Sendable, Hashable, Codable, CaseIterable {
    /// At the initial parameters.
    case theta0
    /// At the fine-tuned ones.
    case theta1
  }

  /// A surface, or a curve, from its parts.
  public init(
    cell: Cell, other: Cell?, start: Cell? = nil, group: LayerGroup? = nil, elsewhere: Elsewhere = .theta1,
    subset: Subset = Subset()
  ) {
    self.cell = cell
    self.other = other
    self.start = start
    self.group = group
    self.elsewhere = elsewhere
    self.subset = subset
  }

  /// What a person calls it, such as `MRPC-s0 x SST-2-s0`, `MRPC-s0 curve` or `MRPC-s0 curve (low, rest at theta1)`.
  public var name: String {
    let part = group.map { " (\($0.name), rest at \(elsewhere.rawValue))" } ?? ""
    let line = start.map { "\($0.name) to \(cell.name)" } ?? "\(cell.name) curve"
    return (other.map { "\(cell.name) x \($0.name)" } ?? line) + part
  }
}

/// A point of a curve or surface.
public enum SurfacePoint: Sendable, Hashable, Codable {
  /// A checkpoint itself, with exactly its bits.
  case exact(ExactPoint)
  /// Row `i` of the alpha axis and column `j` of the beta axis, from 0, with their coordinates; a curve has column 0 at
  /// beta 0.
  case grid(i: Int, j: Int, alpha: Double, beta: Double)
}

/// A point of a curve or surface that is a checkpoint, as far as its parameters move.
public enum ExactPoint: String, Sendable, Hashable, Codable, CaseIterable {
  /// The initial parameters, or the model that a curve starts at, at (0, 0).
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
