import Diagnostics
import Foundation
import GRDB
import Ledger
import Sweep
import Testing

/// Readers write nothing, and read a ledger in any state.
@Suite struct ReadingTests {
  let temporary: TemporaryRun
  let run: RunDirectory

  init() throws {
    temporary = try TemporaryRun()
    run = temporary.run
  }

  /// Changes the file as another program might.
  private func damage(_ sql: String) throws {
    try DatabaseQueue(path: run.ledgerFile.path).writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA ignore_check_constraints = 1; PRAGMA writable_schema = 1; \(sql)")
    }
  }

  private func bytes() throws -> [String: Data] {
    try Dictionary(
      uniqueKeysWithValues: temporary.files().map { ($0, try Data(contentsOf: run.root.appending(path: $0))) })
  }

  /// As it was before the migrations 2 and 3: a row a measurement, words for what SQLite does not keep.
  @Test func anOlderFileIsReadAndStaysOne() throws {
    let id = unit("a").id
    try Ledger(at: run).record([recorded(unit("a")), recorded(unit("b"))])
    try damage(
      """
      ALTER TABLE unit DROP COLUMN may_pass; ALTER TABLE unit DROP COLUMN names; ALTER TABLE unit DROP COLUMN numbers;
      CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);
      CREATE TABLE measurement (
        unit TEXT NOT NULL REFERENCES unit (id) ON DELETE CASCADE, name TEXT NOT NULL, value REAL, special TEXT,
        PRIMARY KEY (unit, name)) WITHOUT ROWID;
      INSERT INTO measurement VALUES ('\(id.hex)', 'loss', 1.5, NULL), ('\(id.hex)', 'b', NULL, 'nan'),
        ('\(id.hex)', 'c', NULL, '-inf'), ('\(id.hex)', 'd', NULL, '-0');
      DELETE FROM grdb_migrations WHERE identifier NOT LIKE '1 %'; VACUUM
      """)
    let before = try bytes()
    let ledger = try Ledger(reading: run)
    #expect(try ledger.outcomes()[id]?.mayPass == false)
    let measurements = try ledger.measurements(of: id)
    #expect(measurements.names == ["b", "c", "d", "loss"])
    #expect(measurements.numbers[0].isNaN && measurements["c"] == -.infinity && measurements["loss"] == 1.5)
    #expect(measurements["d"]?.sign == .minus)
    #expect(try ledger.measurements(of: unit("b").id) == [:])
    #expect(try bytes() == before)
    // Whoever records brings it up to date.
    #expect(try Ledger(at: run).outcomes().count == 2)
    #expect(try bytes() != before)
  }

  /// A job was killed while SQLite wrote: half of a transaction is in the file, and the journal undoes it.
  @Test func aWriteThatWasCutOffIsReadWithoutIt() throws {
    try Ledger(at: run).record(
      (0..<200).map { recorded(unit("before \($0)"), .failed(String(repeating: "x", count: 900))) })
    let other = try TemporaryRun()
    try DatabaseQueue(path: run.ledgerFile.path).writeWithoutTransaction { database in
      // The cache is so small that most pages are written to the file before the end.
      try database.execute(sql: "PRAGMA cache_size = 2; BEGIN IMMEDIATE; UPDATE unit SET message = message || 'y'")
      for suffix in ["", "-journal"] {
        try FileManager.default.copyItem(
          atPath: run.ledgerFile.path + suffix, toPath: other.run.ledgerFile.path + suffix)
      }
      try database.execute(sql: "ROLLBACK")
    }
    let before = try other.files()
    #expect(before == ["ledger.sqlite", "ledger.sqlite-journal"])
    let file = try Data(contentsOf: other.run.ledgerFile)
    #expect(try file != Data(contentsOf: run.ledgerFile))
    let outcomes = try Ledger(reading: other.run).outcomes()
    #expect(outcomes.count == 200)
    #expect(outcomes.values.allSatisfy { $0.status == .failed(String(repeating: "x", count: 900)) })
    #expect(try other.files() == before)
    #expect(try Data(contentsOf: other.run.ledgerFile) == file)
  }

  @Test func anEmptyFileHasNoOutcomes() throws {
    try Data().write(to: run.ledgerFile)
    #expect(try Ledger(reading: run).outcomes().isEmpty)
    #expect(try Data(contentsOf: run.ledgerFile).isEmpty)
  }

  @Test func aDatabaseOfAnotherProgramIsLeftAlone() throws {
    try DatabaseQueue(path: run.ledgerFile.path).write { try $0.execute(sql: "CREATE TABLE cookies (a)") }
    let before = try bytes()
    for open in [{ try Ledger(at: run) }, { try Ledger(reading: run) }] {
      let error = try #require(throws: LedgerError.self) { try open() }
      #expect(error.description.contains("a database of another program"))
    }
    #expect(try bytes() == before)
  }

  /// A column may hold anything: each case is an error with the path, never a trap.
  @Test(arguments: [
    "UPDATE unit SET id = 'short'", "UPDATE unit SET id = upper(id)", "UPDATE unit SET id = x'00'",
    "UPDATE unit SET kind = 'unknown'", "UPDATE unit SET kind = 7", "UPDATE unit SET status = x'ff'",
    "UPDATE unit SET attempts = 'three'", "UPDATE unit SET attempts = 1.5", "UPDATE unit SET attempts = 1e300",
    "UPDATE unit SET seconds = 'long'", "UPDATE unit SET seconds = x'0102'", "UPDATE unit SET rank = 'none'",
    "UPDATE unit SET recorded_at = 'yesterday'", "UPDATE unit SET recorded_at = ''", "UPDATE unit SET name = x'00ff'",
    "UPDATE unit SET may_pass = 'x'", "UPDATE unit SET numbers = 'x'", "UPDATE unit SET numbers = x'00'",
    "UPDATE unit SET names = 'b' || char(10) || 'a'", "UPDATE unit SET names = x'ff'", "UPDATE payload SET path = 7.5",
    "UPDATE payload SET path = '../../etc/passwd'", "UPDATE payload SET path = '/etc/passwd'",
    "UPDATE payload SET path = 'results/..'", "UPDATE payload SET bytes = 'many'", "UPDATE payload SET unit = 'x'",
    "ALTER TABLE unit DROP COLUMN numbers", "ALTER TABLE unit DROP COLUMN host", "DROP TABLE payload",
    "UPDATE grdb_migrations SET identifier = x'ff' WHERE identifier LIKE '1 %'", "DELETE FROM grdb_migrations",
  ])
  func aDamagedRowIsAnError(_ sql: String) throws {
    let a = unit("a")
    try Ledger(at: run).record([recorded(a, .done, ["loss": 1], payload: [1])])
    try damage("PRAGMA foreign_keys = 0; \(sql)")
    let error = try #require(throws: LedgerError.self) {
      let ledger = try Ledger(reading: run)
      _ = try ledger.outcomes()
      _ = try ledger.results()
      _ = try ledger.payloads()
      _ = try ledger.payloadURL(of: a.id)
      _ = try ledger.measurements(of: a.id)
    }
    #expect(error.description.hasPrefix(run.ledgerFile.path))
    #expect(error.exitStatus == .badInput, "\(error)")
  }

  @Test func damagedFilesAreErrors() throws {
    let a = unit("a")
    try Ledger(at: run).record([recorded(a, .done, ["loss": 1])])
    let whole = try Data(contentsOf: run.ledgerFile)
    var random = SystemRandomNumberGenerator()
    for round in 0..<200 {
      var damaged = whole
      if round % 4 == 0 {
        damaged = whole.prefix(Int.random(in: 1..<whole.count, using: &random))
      } else {
        for _ in 0..<(1 << (round % 9)) {
          damaged[Int.random(in: 0..<whole.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
      }
      try damaged.write(to: run.ledgerFile)
      // The result is an outcome or an error; a trap would end the test.
      do {
        let ledger = try Ledger(reading: run)
        _ = try ledger.outcomes()
        _ = try ledger.results()
        _ = try ledger.payloads()
        _ = try ledger.measurements(of: a.id)
      } catch {
        #expect(error is LedgerError, "\(error)")
      }
    }
  }

  @Test func hugeTextsAreCut() throws {
    try Ledger(at: run).record([recorded(unit("a"), .failed(String(repeating: "x", count: 1 << 20)))])
    try damage("UPDATE unit SET host = printf('%.*c', 50000000, 'h')")
    let stored = try #require(try Ledger(reading: run).outcomes()[unit("a").id])
    #expect(stored.host.count == 1000)
    #expect(stored.status == .failed(String(repeating: "x", count: 4000)))
  }

  @Test func failuresThatMayPassAreForgottenWithWhatTheyBlock() throws {
    let ledger = try Ledger(at: run)
    let (a, b, c, d) = (unit("a"), unit("b"), unit("c"), unit("d"))
    let lacked = RecordedOutcome(
      unit: b, outcome: Outcome(unit: b.id, status: .failed("no such file"), mayPass: true), rank: 0, host: "h")
    try ledger.record([recorded(a), recorded(c, .failed("loss is NaN")), recorded(d, .blocked("b"))])
    #expect(try ledger.forgetPassingFailures() == 0)
    #expect(try ledger.outcomes().count == 3)
    try ledger.record([lacked])
    #expect(try ledger.outcomes()[b.id]?.mayPass == true)
    #expect(try ledger.forgetPassingFailures() == 1)
    #expect(try Set(ledger.outcomes().keys) == [a.id, c.id])
  }
}
