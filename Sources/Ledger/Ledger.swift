internal import Foundation
internal import GRDB
public import Sweep

/// The SQLite file that records outcomes; what has no row is not done.
///
/// A rollback journal and full synchronisation, so that it may live on a network file system: one process at a time
/// opens the ledger of a live run, which ``Lease`` sees to. Payloads are files beside it, each named by a row.
public struct Ledger: Sendable {
  /// The run directory whose outcomes these are.
  public let run: RunDirectory
  let path: String
  let queue: DatabaseQueue

  /// Opens the ledger of a run directory.
  ///
  /// - Parameters:
  ///   - run: the run directory; it exists.
  ///   - create: whether to make a ledger that is not there; readers do not.
  /// - Throws: ``LedgerError``: `noLedger`, `newerFile`, `database`.
  public init(at run: RunDirectory, create: Bool = true) throws {
    let path = run.ledgerFile.path
    guard create || FileManager.default.fileExists(atPath: path) else { throw LedgerError.noLedger(path: path) }
    self.run = run
    self.path = path
    queue = try Self.translating(path) { try DatabaseQueue(path: path, configuration: Self.configuration) }
    try migrate()
  }

  /// A ledger in memory, for tests and trials; payloads are files of the run directory all the same.
  ///
  /// - Throws: ``LedgerError``
  public init(inMemoryFor run: RunDirectory) throws {
    let path = ":memory:"
    self.run = run
    self.path = path
    queue = try Self.translating(path) { try DatabaseQueue(configuration: Self.configuration) }
    try migrate()
  }

  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = true
    configuration.busyMode = .timeout(10)
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL")
    }
    return configuration
  }

  private func migrate() throws {
    let unknown = try read { database in
      let applied = try Migrations.all.appliedIdentifiers(database)
      return applied.subtracting(Migrations.all.migrations).sorted()
    }
    guard unknown.isEmpty else { throw LedgerError.newerFile(path: path, migrations: unknown) }
    try Self.translating(path) { try Migrations.all.migrate(queue) }
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

// Facts about the run.
extension Ledger {
  /// The text that was recorded under a key; nil when none was.
  ///
  /// - Throws: ``LedgerError``
  public func meta(_ key: String) throws -> String? {
    try read { try String.fetchOne($0, sql: "SELECT value FROM meta WHERE key = ?", arguments: [key]) }
  }

  /// Records a text under a key, in the place of one that is there.
  ///
  /// - Throws: ``LedgerError``
  public func setMeta(_ key: String, _ value: String) throws {
    try write { database in
      try database.execute(
        sql: "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        arguments: [key, value])
    }
  }
}
