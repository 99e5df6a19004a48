/// The program's exit codes, based on BSD's sysexits.h.
public enum ExitStatus: Int32, Sendable, Hashable, Codable {
  /// Some units failed, or a check found a difference.
  case failed = 1
  /// The command line is wrong.
  case usage = 64
  /// Input is missing or malformed.
  case badInput = 65
  /// A defect in the program.
  case `internal` = 70
  /// Reading or writing failed, for example because the disk is full.
  case inputOutput = 74
  /// Stopped on request; the same command resumes.
  case interrupted = 75

  /// The exit status after an error: the error's own status, or ``internal`` if it has none.
  public init(_ error: any Error) {
    self = (error as? any ProgramError)?.exitStatus ?? .internal
  }
}

/// An error that is reported to the user. Its description is one line: what was got, what was expected, what to do.
public protocol ProgramError: Error, CustomStringConvertible {
  /// The exit status of a program that ends because of this error.
  var exitStatus: ExitStatus { get }
  /// Whether the cause is a file or device that someone can fix, so that trying again makes sense. By default true of
  /// bad input and of input and output errors.
  var isCurable: Bool { get }
}

extension ProgramError {
  /// True of bad input and of input and output errors.
  public var isCurable: Bool { exitStatus == .badInput || exitStatus == .inputOutput }
}
