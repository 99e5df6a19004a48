/// The program's exit codes, after BSD's sysexits.h.
public enum ExitStatus: Int32, Sendable, Hashable, Codable {
  /// Some units failed, or a check found a difference.
  case failed = 1
  /// The command line is wrong.
  case usage = 64
  /// Input is missing or malformed.
  case badInput = 65
  /// A mistake of the program.
  case `internal` = 70
  /// Reading or writing failed, such as a full disk.
  case inputOutput = 74
  /// Asked to stop; the same command goes on.
  case interrupted = 75

  /// What the program ends with after an error: the error's own status; ``internal`` where it states none.
  public init(_ error: any Error) {
    self = (error as? any ProgramError)?.exitStatus ?? .internal
  }
}

/// An error that the program tells its user. Its description is one line: what was got, what was expected, what to do.
public protocol ProgramError: Error, CustomStringConvertible {
  /// What the program ends with because of it.
  var exitStatus: ExitStatus { get }
  /// Whether its cause lies in files or devices, which someone can put in order: then trying the same again makes sense. So it
  /// is of bad input and of input and output, unless an error says otherwise.
  var isCurable: Bool { get }
}

extension ProgramError {
  /// True of bad input and of input and output.
  public var isCurable: Bool { exitStatus == .badInput || exitStatus == .inputOutput }
}
