public import Diagnostics
package import GRDB
internal import Glibc
public import POSIX

/// Why the records of a run directory could not be read or written. Each message says what was got, what was expected
/// and what to do.
public enum LedgerError: ProgramError {
  /// An SQLite error: `code` is the extended result code, `sql` the statement, if any.
  case database(code: Int32, message: String, sql: String?, path: String)
  /// There is no ledger.
  case noLedger(path: String)
  /// A newer version of the program wrote the file; its `migrations` are unknown to this version.
  case newerFile(path: String, migrations: [String])
  /// A record holds something that this version does not understand.
  case invalidRecord(path: String, reason: String)
  /// The same unit occurs twice among outcomes to record.
  case duplicateOutcome(unit: String)
  /// Another job uses the run directory.
  case leaseHeld(path: String, holder: String)
  /// Another job took over the lease and now uses the run directory.
  case leaseLost(path: String)
  /// The file system has no locks. Without them two jobs could write to one ledger.
  case noLocks(SystemError)
  /// The last write was interrupted. Reading the ledger needs a copy that SQLite can repair, but the copy could not be
  /// made.
  case noCopy(path: String, SystemError)

  /// Whether a disk or a quota is full.
  public var isOutOfSpace: Bool {
    if case .database(let code, _, _, _) = self {
      ResultCode(rawValue: code).primaryResultCode == .SQLITE_FULL
    } else {
      false
    }
  }

  /// Bad input for a damaged or foreign file and for a run directory in use.
  public var exitStatus: ExitStatus {
    switch self {
    case .database(let code, _, _, _):
      switch ResultCode(rawValue: code).primaryResultCode {
      case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR, .SQLITE_TOOBIG, .SQLITE_FORMAT: .badInput
      default: .inputOutput
      }
    case .leaseLost, .noLocks, .noCopy: .inputOutput
    case .duplicateOutcome: .internal
    case .noLedger, .newerFile, .invalidRecord, .leaseHeld: .badInput
    }
  }

  /// One line: what was got, what was expected, what to do.
  public var description: String {
    switch self {
    case .database(let code, let message, let sql, let path):
      let statement = sql.map { " in \"\($0.split(whereSeparator: \.isNewline).joined(separator: " "))\"" } ?? ""
      return "\(path): SQLite error \(code): \(message)\(statement); \(advice(code))"
    case .noLedger(let path):
      return "\(path) does not exist, expected the ledger of a run directory; check the path or run the sweep first"
    case .newerFile(let path, let migrations):
      return "\(path) has migrations unknown to this version (\(migrations.joined(separator: ", "))), expected a file "
        + "of this version or an older one; use the program that wrote it"
    case .invalidRecord(let path, let reason):
      return "\(path): \(reason), expected what this program writes; restore the file or remove it"
    case .duplicateOutcome(let unit):
      return "unit \(unit) has two outcomes in one record, expected one; please report this as a defect"
    case .leaseHeld(let path, let holder):
      return "the run directory is in use by \(holder), expected it free; wait for that job, "
        + "or remove \(path) if that job no longer exists"
    case .leaseLost(let path):
      return "\(path) now belongs to another job, expected this one; this job stops, "
        + "run it again when the other has ended"
    case .noLocks(let error):
      return
        "\(error.path): \(error.call) failed: \(error.reason): locks do not work on this file system, and a ledger needs "
        + "them; mount it with locks (NFS: lockd, without nolock; Lustre: flock), or choose an --output elsewhere"
    case .noCopy(let path, let error):
      return "\(path): its last write was interrupted, so it must be copied to be read, but copying failed "
        + "(\(error.path): \(error.call) failed: \(error.reason)); set TMPDIR to a writable folder, or run the sweep again"
    }
  }

  private func advice(_ code: Int32) -> String {
    switch ResultCode(rawValue: code).primaryResultCode {
    case .SQLITE_FULL: "free some space and run again"
    case .SQLITE_BUSY, .SQLITE_LOCKED: "another process holds the file: end it and run again"
    case .SQLITE_NOTADB, .SQLITE_CORRUPT, .SQLITE_ERROR, .SQLITE_TOOBIG, .SQLITE_FORMAT:
      "the file is damaged: restore it, or remove it to recompute everything"
    case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM: "check the path and the permissions"
    default: "check the file system"
    }
  }
}

extension LedgerError {
  /// An error of the database library.
  package init(_ error: DatabaseError, path: String) {
    self = .database(
      code: error.extendedResultCode.rawValue, message: error.message ?? "no message", sql: error.sql, path: path)
  }
}

extension LedgerError {
  /// Calls `body` and turns errors about missing locks into ``noLocks(_:)``.
  static func naming<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as SystemError where [ENOLCK, EOPNOTSUPP, ENOSYS].contains(error.number) {
      throw LedgerError.noLocks(error)
    }
  }
}
