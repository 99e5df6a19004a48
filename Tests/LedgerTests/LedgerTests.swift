import Foundation
import GRDB
import Ledger
import Sweep
import Testing

@Suite struct LedgerTests {
  let temporary: TemporaryRun
  let run: RunDirectory

  init() throws {
    temporary = try TemporaryRun()
    run = temporary.run
  }

  @Test func outcomesComeBack() throws {
    let (a, b, c, d) = (unit("a"), unit("b", kind: .probe), unit("c"), unit("d"))
    try Ledger(at: run).record([
      recorded(a), recorded(b, .failed("loss is NaN"), attempts: 2), recorded(c, .blocked("b failed")),
      recorded(d, .interrupted),
    ])
    let outcomes = try Ledger(at: run).outcomes()
    #expect(outcomes.count == 3)
    #expect(outcomes[a.id]?.status == .done && outcomes[c.id]?.status == .blocked("b failed"))
    let stored = try #require(outcomes[b.id])
    #expect(stored.name == "b" && stored.kind == .probe && stored.status == .failed("loss is NaN"))
    #expect(stored.attempts == 2 && stored.seconds == 2.5 && stored.rank == 3 && stored.host == "node7")
    #expect(stored.time == Date(timeIntervalSince1970: 1_700_000_000.125))
  }

  @Test func numbersKeepTheirBits() throws {
    let numbers: [String: Double] = [
      "zero": 0, "negative zero": -0.0, "infinity": .infinity, "negative infinity": -.infinity, "integer": 3,
      "tenth": 0.1, "least": .leastNonzeroMagnitude, "subnormal": -0x1p-1040, "normal": .leastNormalMagnitude,
      "greatest": .greatestFiniteMagnitude, "2^53 + 2": 9_007_199_254_740_994, "2^63": 0x1p63, "next to 1": 1.0.nextUp,
    ]
    let a = unit("a")
    try Ledger(at: run).record([recorded(a, .done, numbers.merging(["nan": .nan]) { first, _ in first })])
    let back = try Ledger(at: run).measurements(of: a.id)
    #expect(back.names.count == numbers.count + 1)
    #expect(back["nan"]?.isNaN == true)
    for (name, number) in numbers { #expect(back[name]?.bitPattern == number.bitPattern, "\(name)") }
    #expect(try Ledger(at: run).measurements(of: unit("unknown").id) == [:])
  }

  @Test func payloadsAreFiles() throws {
    let (a, b) = (unit("a", kind: .probe), unit("b"))
    let ledger = try Ledger(at: run)
    try ledger.record([recorded(a, payload: [1, 2, 3]), recorded(b)])
    let url = try #require(try ledger.payloadURL(of: a.id))
    #expect(url.path == run.root.appending(path: RunDirectory.payloadPath(of: a)).path)
    #expect(try Array(Data(contentsOf: url)) == [1, 2, 3])
    #expect(try ledger.payloadURL(of: b.id) == nil)
    #expect(try temporary.files() == ["activations", "ledger.sqlite"])
  }

  @Test func aLaterRecordReplacesAnEarlierOne() throws {
    let (ledger, a) = (try Ledger(at: run), unit("a"))
    try ledger.record([recorded(a, .failed("once"), ["loss": 1, "only before": 2], payload: [1])])
    try ledger.record([recorded(a, .done, ["loss": 3], attempts: 2)])
    #expect(try ledger.outcomes()[a.id]?.status == .done)
    #expect(try ledger.measurements(of: a.id) == ["loss": 3])
    #expect(try ledger.payloadURL(of: a.id) == nil)
  }

  @Test func failuresAreForgotten() throws {
    let (ledger, a, b, c) = (try Ledger(at: run), unit("a"), unit("b"), unit("c"))
    try ledger.record([recorded(a), recorded(b, .failed("x"), ["loss": 1]), recorded(c, .blocked("b"))])
    #expect(try ledger.forgetFailures() == 2)
    #expect(try Set(ledger.outcomes().keys) == [a.id])
    #expect(try ledger.measurements(of: b.id) == [:])
    #expect(try ledger.forgetFailures() == 0)
  }

  @Test func aRecordIsAllOrNothing() throws {
    let (ledger, a, b) = (try Ledger(at: run), unit("a"), unit("b"))
    // SQLite cannot store NaN, and the column does not allow NULL.
    let broken = RecordedOutcome(
      unit: b, outcome: Outcome(unit: b.id, status: .done, seconds: .nan), rank: 0, host: "h")
    let error = try #require(throws: LedgerError.self) { try ledger.record([recorded(a), broken]) }
    #expect(error.description.contains("NOT NULL constraint failed: unit.seconds in \"INSERT INTO unit"))
    #expect(error.description.hasPrefix(run.ledgerFile.path) && !error.description.contains("\n"))
    #expect(!error.isOutOfSpace)
    #expect(try ledger.outcomes().isEmpty)
    #expect(throws: LedgerError.self) { try ledger.record([recorded(a), recorded(a)]) }
    #expect(try ledger.outcomes().isEmpty)
  }

  @Test func aLedgerInMemoryIsOneToo() throws {
    let (ledger, a) = (try Ledger(inMemoryFor: run), unit("a"))
    try ledger.record([recorded(a, .done, ["loss": 1], payload: [7])])
    #expect(try ledger.measurements(of: a.id) == ["loss": 1])
    #expect(try ledger.payloadURL(of: a.id).map { try Array(Data(contentsOf: $0)) } == [7])
    #expect(!FileManager.default.fileExists(atPath: run.ledgerFile.path))
  }

  @Test func readersMakeNoLedger() throws {
    let error = try #require(throws: LedgerError.self) { try Ledger(reading: run) }
    #expect(error.description.contains("does not exist, expected the ledger of a run directory"))
    #expect(try temporary.files().isEmpty)
    let a = unit("a")
    try Ledger(at: run).record([recorded(a, .done, ["loss": 1])])
    #expect(try Ledger(reading: run).measurements(of: a.id) == ["loss": 1])
  }

  @Test func filesOfNewerProgramsAndOtherFilesAreRefused() throws {
    _ = try Ledger(at: run)
    try DatabaseQueue(path: run.ledgerFile.path).write { database in
      try database.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('9 from the future')")
    }
    let error = try #require(throws: LedgerError.self) { try Ledger(at: run) }
    #expect(error.description.contains("has migrations unknown to this version (9 from the future)"))

    try Data("This is no database, however long it is.".utf8).write(to: run.ledgerFile)
    let other = try #require(throws: LedgerError.self) { try Ledger(at: run) }
    #expect(other.description.contains("SQLite error 26"))
  }

  @Test func theJournalIsARollbackJournalAndWritesAreFull() throws {
    let ledger = try Ledger(at: run)
    #expect(try ledger.pragma("journal_mode") == "delete")
    #expect(try ledger.pragma("synchronous") == "2")
    #expect(try ledger.pragma("foreign_keys") == "1")
    #expect(try ledger.pragma("busy_timeout") == "10000")
  }

  @Test func aFullDatabaseIsToldFromOtherErrors() throws {
    let queue = try DatabaseQueue()
    let full = try #require(throws: DatabaseError.self) {
      try queue.write { database in
        try database.execute(sql: "CREATE TABLE t (b BLOB); PRAGMA max_page_count = 3")
        for _ in 0..<10 { try database.execute(sql: "INSERT INTO t VALUES (zeroblob(4000))") }
      }
    }
    let error = LedgerError(full, path: "ledger.sqlite")
    #expect(error.isOutOfSpace)
    #expect(error.description.hasPrefix("ledger.sqlite: SQLite error 13: "))
    #expect(error.description.hasSuffix("free some space and run again"))
  }
}
