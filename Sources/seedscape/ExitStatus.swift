import ArgumentParser
import BERT
import FineTuning
import Foundation
import GLUE
import LinearAlgebra
import TensorFiles
import Tokenization

/// The program's exit codes, after BSD's sysexits.h.
enum ExitStatus: Int32 {
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

  /// The code that an error ends the program with.
  init(_ error: any Error) {
    switch error {
    case let error as TensorFileError:
      // A file that is not there, or not to be read, is bad input; everything else the system refuses is not.
      let isMissing = [ENOENT, ENOTDIR, EISDIR, EACCES].contains(error.systemErrorNumber ?? ENOENT)
      self = isMissing ? .badInput : .inputOutput
    case is ModelError, is GLUEError, is TokenizationError, is InputError: self = .badInput
    case FineTuningError.notFinite: self = .failed
    case is FineTuningError: self = .badInput
    case is CocoaError, is POSIXError: self = .inputOutput
    default: self = .internal
    }
  }

  /// Prints an error and ends the program.
  static func leave(with error: any Error) -> Never {
    let code = Seedscape.exitCode(for: error)
    if code == .success || code == .validationFailure || error is ExitCode { Seedscape.exit(withError: error) }
    standardError("seedscape: \(error is CocoaError ? error.localizedDescription : "\(error)")")
    exit(ExitStatus(error).rawValue)
  }
}

/// What is wrong with something the user gave, where no module has an error of its own.
struct InputError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// Prints a line on standard error.
func standardError(_ line: String) {
  FileHandle.standardError.write(Data((line + "\n").utf8))
}

/// Prints a line on standard output.
func standardOutput(_ line: String) throws {
  try FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
}
