internal import LinearAlgebra

/// A score of predictions against targets, by its name in reports.
public enum Metric: String, Sendable, Codable, Hashable, CaseIterable {
  /// The fraction of rows whose class is predicted correctly.
  case accuracy
  /// F1 of the positive class.
  case f1
  /// Matthews correlation.
  case matthews
  /// Pearson's correlation.
  case pearson
  /// Spearman's rank correlation.
  case spearman
}

/// The formulas of GLUE's metrics, in Float64.
///
/// Every function takes one prediction and one target per row, in the same order; different counts are a programming
/// error. A result is nil if the metric is undefined (each function says when), except for ``matthews(_:_:)``, which
/// GLUE defines as 0 in that case.
public enum Metrics {
  /// The fraction of equal entries, 0 to 1; nil without rows.
  public static func accuracy(_ predictions: [Int], _ targets: [Int]) -> Double? {
    precondition(predictions.count == targets.count, "one prediction per target")
    guard !targets.isEmpty else { return nil }
    return Double(zip(predictions, targets).count { $0 == $1 }) / Double(targets.count)
  }

  /// F1 of one class against all others, 2 TP / (2 TP + FP + FN), 0 to 1; nil if no row is of the class and none is
  /// predicted to be.
  ///
  /// - Parameter positive: the class, 1 by default.
  public static func f1(_ predictions: [Int], _ targets: [Int], positive: Int = 1) -> Double? {
    precondition(predictions.count == targets.count, "one prediction per target")
    let truePositives = zip(predictions, targets).count { $0 == positive && $1 == positive }
    let predictedAndActual = predictions.count { $0 == positive } + targets.count { $0 == positive }
    guard predictedAndActual > 0 else { return nil }
    return 2 * Double(truePositives) / Double(predictedAndActual)
  }

  /// Matthews correlation, -1 to 1; 0 if undefined (no rows, or only one class among predictions or targets).
  ///
  /// With n rows, c of them correct, and p_k predictions and t_k targets of class k: (c n - sum p_k t_k) / sqrt((n^2 -
  /// sum p_k^2) (n^2 - sum t_k^2)). For two classes this is the usual formula. Source: Gorodkin, "Comparing two
  /// K-category assignments by a K-category correlation coefficient", 2004.
  public static func matthews(_ predictions: [Int], _ targets: [Int]) -> Double {
    precondition(predictions.count == targets.count, "one prediction per target")
    let predicted = counts(predictions)
    let actual = counts(targets)
    let rows = targets.count
    let right = zip(predictions, targets).count { $0 == $1 }
    // Sums of integers are exact, so the order (of a dictionary) does not matter.
    let chance = predicted.reduce(0) { $0 + $1.value * actual[$1.key, default: 0] }
    let predictedSpread = rows * rows - predicted.reduce(0) { $0 + $1.value * $1.value }
    let actualSpread = rows * rows - actual.reduce(0) { $0 + $1.value * $1.value }
    guard predictedSpread > 0, actualSpread > 0 else { return 0 }
    // One root of the product: the root of a square is exact, so a perfect score is exactly 1.
    let value = Double(right * rows - chance) / (Double(predictedSpread) * Double(actualSpread)).squareRoot()
    return min(1, max(-1, value))
  }

  /// ``Correlation/pearson(_:_:)``
  public static func pearson(_ predictions: [Double], _ targets: [Double]) -> Double? {
    Correlation.pearson(predictions, targets)
  }

  /// ``Correlation/spearman(_:_:)``
  public static func spearman(_ predictions: [Double], _ targets: [Double]) -> Double? {
    Correlation.spearman(predictions, targets)
  }

  /// The number of occurrences of each class.
  static func counts(_ classes: [Int]) -> [Int: Int] {
    classes.reduce(into: [:]) { $0[$1, default: 0] += 1 }
  }
}
