internal import Foundation
internal import GRDB
internal import POSIX
public import Sweep

/// The SQLite file that records outcomes. A unit without a row is not done.
///
/// Uses a rollback journal and full synchronisation, so that the file may be on a network file system. Only one process
/// at a time opens the ledger of a live run; ``Lease`` ensures that. Payloads are files beside it, each named by a row.
/// Values are checked when they are read, because the file may be damaged.
public struct Ledger: Sendable {
  /// The run directory of these outcomes.
  public let run: RunDirectory
  let path: String
  let queue: DatabaseQueue
  /// The copy from which rows are read, if they are not read from the file itself.
  private let copy: LedgerCopy?

  /// Opens the ledger of a run directory to record outcomes; creates it if it does not exist.
  ///
  /// - Parameter run: an existing run directory whose lease the caller holds.
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

  /// Opens the ledger of a run directory for reading. Nothing in the directory is written, whatever the state of the
  /// file. A ledger whose last write was interrupted, or that SQLite cannot lock, is read from a private copy. One of
  /// an older version is migrated in memory.
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

  /// A ledger in memory, for tests and trials. Payloads are still files in the run directory.
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
    // SQLite repairs a copy when it is first read, so a copy must be writable.
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

  /// Whether SQLite can lock the file for reading. If it cannot, SQLite would only say that the file is busy.
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

  /// Whether a reader that may not write gets this code although a copy could be read: there is a journal to roll back,
  /// or a write-ahead log.
  private static func wantsCopy(_ code: Int32) -> Bool {
    let primary = ResultCode(rawValue: code).primaryResultCode
    return primary == .SQLITE_READONLY || primary == .SQLITE_CANTOPEN || primary == .SQLITE_BUSY
  }

  private func hasAllMigrations() throws -> Bool { try Self.hasAllMigrations(queue, path) }

  /// Whether the file has all migrations; false for an empty file.
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

  /// A setting of the connection, as reported by SQLite.
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
