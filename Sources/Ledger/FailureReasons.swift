/// The first distinct reasons for failures, with counts: enough to see what to fix, however many units failed.
public struct FailureReasons: Sendable {
  /// The first three, in order of occurrence.
  public private(set) var first: [RunStatus.Failures] = []

  /// No failures.
  public init() {}

  /// Counts a failure. A fourth reason is ignored.
  public mutating func add(_ reason: String, unit: String) {
    // Each on one line and cut to a limited length.
    let line = String(reason.split(whereSeparator: \.isNewline).joined(separator: " ").prefix(400))
    if let place = first.firstIndex(where: { $0.reason == line }) {
      first[place].count += 1
    } else if first.count < 3 {
      first.append(RunStatus.Failures(reason: line, unit: unit, count: 1))
    }
  }
}
