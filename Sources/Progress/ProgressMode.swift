/// How a program shows its progress.
public enum ProgressMode: String, Sendable, CaseIterable {
  /// Bars on a terminal, a log otherwise.
  case auto
  /// Bars on standard error, redrawn in place.
  case bar
  /// Lines on standard error, now and then.
  case log
  /// JSON objects on standard output, one per line.
  case json
  /// Only errors.
  case none
}
