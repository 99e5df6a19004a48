/// The first different reasons of failures, counted: enough to see what to mend, however many units failed.
public struct FailureReasons: Sendable {
  /// The first three, in the order in which they came.
  public private(set) var first: [RunStatus.Failures] = []

  /// No failures.
  public init() {}

  /// Counts a failure; one for a fourth reason is left out.
  public mutating func add(_ reason: String, unit: String) {
    // One line each, however much an error says.
    let line = String(reason.split(whereSeparator: \.isNewline).joined(separator: " ").prefix(400))
    if let place = first.firstIndex(where: { $0.reason == line }) {
      first[place].count += 1
    } else if first.count < 3 {
      first.append(RunStatus.Failures(reason: line, unit: unit, count: 1))
    }
  }
}
