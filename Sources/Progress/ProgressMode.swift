/// How a program tells how far it is.
public enum ProgressMode: String, Sendable, CaseIterable {
  /// Bars on a terminal, otherwise a log.
  case auto
  /// Bars on standard error, redrawn in place.
  case bar
  /// Lines on standard error, now and then.
  case log
  /// JSON objects on standard output, one a line.
  case json
  /// Nothing but errors.
  case none
}
