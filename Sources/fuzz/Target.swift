import Diagnostics

/// A reader of external bytes, as a fuzzing target.
struct Target: Sendable {
  let name: String
  /// Makes the reader; its files are in the scratch folder.
  let prepare: @Sendable (Scratch) throws -> Reader

  static let all =
    tensorTargets + tokenizationTargets + rowTargets + modelTargets + stateTargets + sweepTargets + runTargets
    + ledgerTargets
}

/// A reader that is ready to run.
struct Reader {
  /// Inputs that the program makes itself, so that they always have its newest form.
  var seeds: [[UInt8]] = []
  /// Reads an input as far as the program would. Errors of the project are as acceptable as success; see
  /// ``attempt(_:)``.
  let read: ([UInt8]) throws -> Void
}

/// Does something that may throw an error for the program's user. Any other error ends the process, which libFuzzer
/// counts as a crash.
///
/// - Parameter isOwn: whether only the program writes such bytes. Then the error may also be an internal one.
func attempt(isOwn: Bool = false, _ body: () throws -> Void) {
  do {
    try body()
  } catch {
    let type = String(reflecting: Swift.type(of: error))
    expect(error is any ProgramError, "an error of the program's own, got \(type): \(error)")
    expect(isOwn || ExitStatus(error) != .internal, "an error of the input, got one of the program: \(type): \(error)")
  }
}

/// Ends the process with a message unless the condition holds, in release builds too.
func expect(_ condition: Bool, _ what: @autoclosure () -> String) {
  if !condition { fatalError("expected \(what())") }
}
