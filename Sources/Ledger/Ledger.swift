internal import Foundation
internal import GRDB
internal import POSIX
public import Sweep

/// The SQLite file that records outcomes; what has no row is not done.
///
/// A rollback journal and full synchronisation, so that it may live on a network file system: one process at a time
/// opens the ledger of a live run, which ``Lease`` sees to. Payloads are files beside it, each named by a row. What a row
/// holds is checked when it is read, as the file may be damaged.
public struct Ledger: Sendable {
  /// The run directory whose outcomes these are.
  public let run: RunDirectory
  let path: String
  let queue: DatabaseQueue
  /// Where the rows are read from, if that is not the file itself.
  private let copy: LedgerCopy?

  /// Opens the ledger of a run directory to record outcomes; makes it where it is not there.
  ///
  /// - Parameter run: the run directory; it exists, and the caller holds its lease.
  /// - Throws: ``LedgerError``: `newerFile`, `invalidRecord` for a database of another program, `database`.
  public init(at run: RunDirectory) throws {
    self.run = run
    path = run.ledgerFile.path
    copy = nil
    queue = try Self.translating(path) { [path] in
      try DatabaseQueue(path: path, configuration: Self.writing)
    }
    if try !hasAllMigrations() { try Self.translating(path) { try Migrations.all.migrate(queue) } }
  }

  /// Opens the ledger of a run directory to read it: nothing is written there, whatever state the file is in. One whose last
  /// write was cut off, and one that SQLite cannot lock, is read in a private copy; one of an older version in memory.
  ///
  /// - Throws: ``LedgerError``: `noLedger`, `newerFile`, `invalidRecord` for a database of another program, `noCopy`, `database`;
  ///   `SystemError`.
  public init(reading run: RunDirectory) throws {
    let path = run.ledgerFile.path
    guard try System.exists(path) else { throw LedgerError.noLedger(path: path) }
    do {
      guard try Self.canLock(path) else {
        throw LedgerError.database(code: 5, message: "no locks", sql: nil, path: path)
      }
      try self.init(run, reading: path, copy: nil)
    } catch LedgerError.database(let code, _, _, _) where Self.wantsCopy(code) {
      let copy = try LedgerCopy(of: path)
      try self.init(run, reading: try Self.canLock(copy.path) ? copy.path : copy.unlocked, copy: copy)
    }
  }

  /// A ledger in memory, for tests and trials; payloads are files of the run directory all the same.
  ///
  /// - Throws: ``LedgerError``
  public init(inMemoryFor run: RunDirectory) throws {
    self.run = run
    path = ":memory:"
    copy = nil
    queue = try Self.inMemory()
  }

  private init(_ run: RunDirectory, reading file: String, copy: LedgerCopy?) throws {
    self.run = run
    path = run.ledgerFile.path
    self.copy = copy
    var reading = Configuration()
    // A copy is mended by the first who reads it.
    reading.readonly = copy == nil
    reading.busyMode = .timeout(10)
    let source = try Self.translating(path) { try DatabaseQueue(path: file, configuration: reading) }
    if try Self.hasAllMigrations(source, path) {
      queue = source
    } else {
      queue = try Self.translating(path) {
        let memory = try DatabaseQueue()
        try source.backup(to: memory)
        try Migrations.all.migrate(memory)
        return memory
      }
    }
  }

  private static func inMemory() throws -> DatabaseQueue {
    try translating(":memory:") {
      let queue = try DatabaseQueue(configuration: writing)
      try Migrations.all.migrate(queue)
      return queue
    }
  }

  private static var writing: Configuration {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = true
    configuration.busyMode = .timeout(10)
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL")
    }
    return configuration
  }

  /// Whether SQLite can lock the file for reading, which it would otherwise call busy.
  private static func canLock(_ path: String) throws -> Bool {
    let descriptor = try System.open(reading: path)
    defer { System.close(descriptor) }
    do {
      try LedgerError.naming { try System.proveRecordLocks(descriptor, path, reading: true) }
    } catch LedgerError.noLocks {
      return false
    }
    return true
  }

  /// Whether a reader that may not write meets this where a copy can be read: a journal that is to be rolled back, a
  /// write-ahead log.
  private static func wantsCopy(_ code: Int32) -> Bool {
    let primary = ResultCode(rawValue: code).primaryResultCode
    return primary == .SQLITE_READONLY || primary == .SQLITE_CANTOPEN || primary == .SQLITE_BUSY
  }

  private func hasAllMigrations() throws -> Bool { try Self.hasAllMigrations(queue, path) }

  /// Whether the file has all migrations; false for an empty one.
  private static func hasAllMigrations(_ queue: DatabaseQueue, _ path: String) throws -> Bool {
    let applied: Set<String> = try translating(path) {
      try queue.read { database in
        guard try database.tableExists("grdb_migrations") else {
          let tables = try Row.fetchAll(database, sql: "SELECT 1 FROM sqlite_master LIMIT 1")
          guard tables.isEmpty else {
            throw LedgerError.invalidRecord(path: path, reason: "got a database of another program")
          }
          return []
        }
        return Set(
          try Row.fetchAll(
            database, sql: "SELECT substr(identifier, 1, 100) AS identifier FROM grdb_migrations LIMIT 1000"
          )
          .map { try CheckedRow($0, path: path).text("identifier") })
      }
    }
    let unknown = applied.subtracting(Migrations.all.migrations).sorted()
    guard unknown.isEmpty else { throw LedgerError.newerFile(path: path, migrations: unknown) }
    return applied.count == Migrations.all.migrations.count
  }

  /// A setting of the connection, as SQLite says it.
  package func pragma(_ name: String) throws -> String? {
    try read { try String.fetchOne($0, sql: "PRAGMA \(name)") }
  }

  func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try Self.translating(path) { try queue.read(body) }
  }

  func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try Self.translating(path) { try queue.write(body) }
  }

  private static func translating<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as DatabaseError {
      throw LedgerError(error, path: path)
    }
  }
}
