import Diagnostics

/// A reader of outside bytes to feed.
struct Target: Sendable {
  let name: String
  /// Makes the reader, with files of its own in the folder.
  let prepare: @Sendable (Scratch) throws -> Reader

  static let all =
    tensorTargets + tokenizationTargets + rowTargets + modelTargets + stateTargets + sweepTargets + runTargets
    + ledgerTargets
}

/// A reader that is ready.
struct Reader {
  /// Inputs that the program makes itself, so that they are always of its newest form.
  var seeds: [[UInt8]] = []
  /// Reads an input as far as the program would. Errors of the project's own are as good as success; see
  /// ``attempt(_:)``.
  let read: ([UInt8]) throws -> Void
}

/// Does something that may throw, provided that the error is one for the program's user. Everything else ends the process,
/// which libFuzzer takes for a crash.
///
/// - Parameter isOwn: whether the program alone makes such bytes: then the error may be about a mistake of the program.
func attempt(isOwn: Bool = false, _ body: () throws -> Void) {
  do {
    try body()
  } catch {
    let type = String(reflecting: Swift.type(of: error))
    expect(error is any ProgramError, "an error of the program's own, got \(type): \(error)")
    expect(isOwn || ExitStatus(error) != .internal, "an error of the input, got one of the program: \(type): \(error)")
  }
}

/// Ends the process, with a message in release builds too, unless the condition holds.
func expect(_ condition: Bool, _ what: @autoclosure () -> String) {
  if !condition { fatalError("expected \(what())") }
}
