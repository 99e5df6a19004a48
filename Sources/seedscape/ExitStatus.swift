import ArgumentParser
import BERT
import Coordination
import Experiments
import FineTuning
import Foundation
import GLUE
import Ledger
import LossLandscape
import MPI
import Results
import Sweep
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
    case let error as LedgerError:
      switch error {
      case .database, .payload, .system, .leaseLost: self = .inputOutput
      default: self = .badInput
      }
    case is ModelError, is GLUEError, is TokenizationError, is InputError, is SweepError, is ExperimentError,
      is LandscapeError, is ResultsError:
      self = .badInput
    case MPIError.startedBySrunWithoutPMIx, is ValidationError: self = .usage
    case FineTuningError.notFinite: self = .failed
    case is FineTuningError: self = .badInput
    case is CocoaError, is POSIXError: self = .inputOutput
    default: self = .internal
    }
  }

  /// The exit code of an error.
  static func code(_ error: any Error) -> Int32 {
    (error as? any JobEndingError)?.exitCode ?? ExitStatus(error).rawValue
  }

  /// The line that tells of an error.
  static func message(_ error: any Error) -> String {
    error is CocoaError ? error.localizedDescription : "\(error)"
  }

  /// Prints an error and ends the program. Of the ranks of a job that has not begun, the first speaks for all.
  static func leave(with error: any Error) -> Never {
    let usage = Seedscape.exitCode(for: error)
    if usage == .success || error is ExitCode { Seedscape.exit(withError: error) }
    let rank =
      ProcessInfo.processInfo.environment["OMPI_COMM_WORLD_RANK"] ?? ProcessInfo.processInfo.environment["PMIX_RANK"]
    let isUsage = usage == .validationFailure
    if let rank, rank != "0" {
      // mpirun ends all ranks with the first that fails, which is to be the one that says why.
      sleep(3)
      exit(isUsage ? ExitStatus.usage.rawValue : code(error))
    }
    if isUsage { Seedscape.exit(withError: error) }
    standardError("seedscape: \(message(error))")
    exit(code(error))
  }
}

/// What is wrong with something the user gave, where no module has an error of its own.
struct InputError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// Prints a line on standard error, if anybody reads it.
func standardError(_ line: String) {
  try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8))
}

/// Prints a line on standard output.
func standardOutput(_ line: String) throws {
  try FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
}

/// A value as one JSON object on one line, for programs: keys in snake case, sorted.
func jsonLine(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.keyEncodingStrategy = .convertToSnakeCase
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}
