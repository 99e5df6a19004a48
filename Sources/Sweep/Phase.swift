/// A part of a sweep as a researcher sees it, by which progress is told; kinds of units that serve one purpose are one.
public enum Phase: String, Sendable, Hashable, Codable, CaseIterable {
  /// Fine-tunings.
  case fineTuning = "fine-tuning"
  /// Axes and points of curves and surfaces.
  case points
  /// Trajectories and the values of their snapshots.
  case trajectories
  /// Final models with a layer group put back.
  case rollback
  /// The Hessian at final models.
  case curvature
  /// Comparisons of attention.
  case attention
  /// Features of models on probes, decomposed.
  case features
  /// Comparisons of features, at rank 0.
  case comparisons
}
