/// The Hessian of a final model's training loss, its greatest eigenvalues and its trace (METHODS, section 4).
public struct CurvatureWork: Sendable, Hashable, Codable {
  /// Whose final model.
  public let cell: Cell
  /// The parameters that the Hessian is restricted to; nil: all of the encoder.
  public let group: LayerGroup?
  /// How much is asked for.
  public let effort: Effort
  /// The examples of the loss: the training part.
  public let subset: Subset

  /// How many numbers are asked for, and how many products with the Hessian they may take.
  public struct Effort: Sendable, Hashable, Codable {
    /// The greatest eigenvalues, 0 to 100.
    public var eigenvalues = 1
    /// Lanczos stops after so many products at the latest, at least `eigenvalues`, at most 1000.
    public var steps = 20
    /// Random vectors for the trace, 0 to 10 000.
    public var probes = 4
    /// Keys them.
    public var seed = 0

    /// One eigenvalue and a rough trace.
    public init() {}
  }

  /// Work from its parts.
  public init(cell: Cell, group: LayerGroup?, effort: Effort, subset: Subset) {
    self.cell = cell
    self.group = group
    self.effort = effort
    self.subset = subset
  }

  /// What a person calls it, such as `MRPC-s0 curvature` or `MRPC-s0 curvature (low)`.
  public var name: String { "\(cell.name) curvature" + (group.map { " (\($0.name))" } ?? "") }
}
