import Foundation
import GRDB
import Ledger
import Results
import Sweep
import TensorFiles

/// The ledger, and exports from it.
let ledgerTargets = [
  // The bytes of the file.
  Target(name: "ledger") { scratch in
    let run = try scratch.run()
    try scratch.record(in: run)
    let seed = Array(try Data(contentsOf: run.ledgerFile))
    return Reader(seeds: [seed]) { input in
      unlink(run.ledgerFile.path + "-journal")
      scratch.write(input, to: "run/ledger.sqlite")
      try readAll(run, units: [])
    }
  },

  // Rows that no program writes, in an intact file: the input says what each column gets.
  Target(name: "ledger-rows") { scratch in
    let run = try scratch.run()
    try scratch.record(in: run)
    let tables = try Tables(of: run.ledgerFile)
    let file = Array(try Data(contentsOf: run.ledgerFile))
    return Reader(seeds: [[0], [0, 3, 1, 2], Array(0..<64)]) { input in
      scratch.write(file, to: "run/ledger.sqlite")
      try readAll(run, units: try tables.damage(run.ledgerFile, by: input))
    }
  },

  // The numbers and arrays of units, which an export does not check again.
  Target(name: "export") { scratch in
    let run = try scratch.run()
    let sweep = try run.sweep()
    try run.writeRecord(of: sweep)
    let results = ExportedResults(plan: try Plan(sweep: sweep, inputs: facts(for: sweep)))
    return Reader(seeds: try results.seeds()) { input in
      for file in [run.ledgerFile.path, run.ledgerFile.path + "-journal"] { unlink(file) }
      try results.record(Sections(input, first: "numbers"), in: run)
      let results = try RunResults(run)
      attempt { _ = try results.exportCSV() }
      attempt { _ = try results.exportVTK() }
      attempt { _ = try results.exportNumPy() }
    }
  },
]

extension Scratch {
  /// A ledger with a row of each kind. Its pages are small, so that inputs stay small enough to mutate.
  fileprivate func record(in run: RunDirectory) throws {
    let queue = try DatabaseQueue(path: run.ledgerFile.path)
    try queue.inDatabase { try $0.execute(sql: "PRAGMA page_size = 512; VACUUM") }
    try queue.close()
    let sweep = try SweepFile(yaml: smallSweep, path: "small.yaml")
    let units = try Plan(sweep: sweep, inputs: facts(for: sweep)).units.prefix(3)
    let statuses: [Outcome.Status] = [.done, .failed("why"), .blocked("a")]
    let ledger = try Ledger(at: run)
    try ledger.record(
      zip(units, statuses).map { unit, status in
        RecordedOutcome(
          unit: unit,
          outcome: Outcome(
            unit: unit.id, status: status, measurements: ["a": 1.5, "b": .nan], payload: [1], seconds: 2),
          rank: 0, host: "host", time: Date(timeIntervalSince1970: 1_700_000_000))
      })
  }
}

/// Reads everything in a ledger.
private func readAll(_ run: RunDirectory, units: [Identity]) throws {
  let ledger = try Ledger(reading: run)
  attempt { _ = try ledger.results() }
  var known = units
  attempt { known += try ledger.outcomes().keys }
  for unit in known {
    attempt { _ = try ledger.measurements(of: unit) }
    attempt { _ = try ledger.payloadURL(of: unit) }
  }
  attempt { _ = try ledger.payloads() }
  attempt { _ = try Ledger(at: run).forgetFailures() }
}

/// The tables of a ledger, to be filled with any values.
private struct Tables {
  private var columns: [(table: String, names: [String])] = []

  init(of file: URL) throws {
    let queue = try DatabaseQueue(path: file.path)
    try queue.inDatabase { database in
      for table in try String.fetchAll(
        database, sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'grdb%'")
      {
        columns.append((table, try database.columns(in: table).map(\.name)))
      }
      // A damaged file may hold what its constraints forbid, so the constraints are removed.
      try database.execute(
        sql: """
          PRAGMA writable_schema = ON;
          UPDATE sqlite_master SET sql = replace(sql, ' NOT NULL', '') WHERE type = 'table' AND name NOT LIKE 'grdb%';
          PRAGMA writable_schema = OFF;
          """)
    }
    try queue.close()
  }

  /// Adds rows to the file as the input says, and returns the units that it invented.
  ///
  /// A row is a byte that selects the table, then a value for each column: a byte that selects its type, then the
  /// value.
  func damage(_ file: URL, by input: [UInt8]) throws -> [Identity] {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    let queue = try DatabaseQueue(path: file.path, configuration: configuration)
    var units: [Identity] = []
    try queue.inDatabase { database in
      try database.execute(sql: "PRAGMA ignore_check_constraints = ON; PRAGMA synchronous = OFF")
      try database.inTransaction {
        var input = Bytes(input)
        while let choice = input.next() {
          let (table, names) = columns[Int(choice) % columns.count]
          let values = names.map { _ in input.value() }
          if case .string(let text) = values[0].storage { units.append(Identity(hex: text)) }
          let places = names.map { _ in "?" }.joined(separator: ", ")
          // Values that SQLite itself rejects, such as a row without a key, occur in no file.
          try? database.execute(
            sql: "INSERT OR REPLACE INTO \(table) VALUES (\(places))", arguments: StatementArguments(values))
        }
        return .commit
      }
    }
    try queue.close()
    return units
  }
}

/// A cursor over an input.
private struct Bytes {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  mutating func next() -> UInt8? { rest.popFirst() }

  private mutating func take(_ count: Int) -> ArraySlice<UInt8> {
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  /// A value of any SQLite type, often one that a ledger uses.
  mutating func value() -> DatabaseValue {
    let known = ["done", "failed", "blocked", "nan", "inf", "point", "probe", "2026-01-01 00:00:00.000", "a"]
    switch (next() ?? 0) % 8 {
    case 0: return .null
    case 1: return Int64(next() ?? 0).databaseValue
    case 2: return take(8).reduce(Int64(0)) { $0 << 8 | Int64($1) }.databaseValue
    case 3: return Double(bitPattern: take(8).reduce(0) { $0 << 8 | UInt64($1) }).databaseValue
    case 4: return Data(take(Int(next() ?? 0))).databaseValue
    case 5: return String(decoding: take(Int(next() ?? 0)), as: UTF8.self).databaseValue
    default: return known[Int(next() ?? 0) % known.count].databaseValue
    }
  }
}
