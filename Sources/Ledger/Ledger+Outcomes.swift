public import Foundation
internal import GRDB
internal import POSIX
public import Sweep

extension Ledger {
  /// Records outcomes: each payload as a file, then all rows in one transaction. A unit's earlier record is replaced;
  /// interrupted units are not recorded.
  ///
  /// If the program ends in between, files without rows remain. The next record of their units replaces them.
  ///
  /// - Throws: ``LedgerError``, `SystemError`; no row has changed then.
  public func record(_ outcomes: [RecordedOutcome]) throws {
    let recorded = outcomes.filter { $0.outcome.status != .interrupted }
    var seen: Set<Identity> = []
    for record in recorded {
      guard seen.insert(record.unit.id).inserted else {
        throw LedgerError.duplicateOutcome(unit: record.unit.name)
      }
      if let payload = record.outcome.payload { try writePayload(payload, of: record.unit) }
    }
    guard !recorded.isEmpty else { return }
    try write { database in
      for record in recorded { try insert(record, into: database) }
    }
  }

  /// All recorded outcomes, without measurements and payloads.
  ///
  /// - Throws: ``LedgerError``
  public func outcomes() throws -> [Identity: StoredOutcome] {
    try read { database in
      // Texts are cut, so that a damaged file cannot fill memory.
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT substr(id, 1, 100) AS id, substr(name, 1, 4000) AS name, substr(kind, 1, 100) AS kind,
            substr(status, 1, 100) AS status, substr(message, 1, \(Self.longestMessage)) AS message, attempts, seconds, rank,
            substr(host, 1, 1000) AS host, substr(recorded_at, 1, 100) AS recorded_at, may_pass
          FROM unit
          """)
      var outcomes: [Identity: StoredOutcome] = [:]
      while let row = try rows.next().map({ CheckedRow($0, path: path) }) {
        outcomes[try row.identity("id")] = StoredOutcome(
          name: try row.text("name"), kind: try kind(row.text("kind")),
          status: try status(row.text("status"), row.optionalText("message")),
          mayPass: try row.integer("may_pass") != 0,
          attempts: try row.integer("attempts"), seconds: try row.number("seconds"), rank: try row.integer("rank"),
          host: try row.text("host"), time: try row.date("recorded_at"))
      }
      return outcomes
    }
  }

  /// What is recorded of every unit that ended: its status, numbers and payload, read in one pass.
  ///
  /// - Throws: ``LedgerError``
  public func results() throws -> [Identity: RecordedResult] {
    let payloads = try payloads()
    return try read { database in
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT substr(id, 1, 100) AS id, substr(kind, 1, 100) AS kind, substr(status, 1, 100) AS status,
            substr(message, 1, \(Self.longestMessage)) AS message, substr(names, 1, \(Self.longestNames)) AS names,
            substr(numbers, 1, \(Self.longestNames)) AS numbers
          FROM unit
          """)
      var reader = MeasurementColumns.Reader()
      var results: [Identity: RecordedResult] = [:]
      results.reserveCapacity(try Int.fetchOne(database, sql: "SELECT min(count(*), 1000000) FROM unit") ?? 0)
      while let row = try rows.next().map({ CheckedRow($0, path: path) }) {
        let id = try row.identity("id")
        let (names, numbers) = (try row.text("names"), try row.data("numbers"))
        guard let measurements = reader.read(names: names, numbers: numbers) else {
          throw LedgerError.invalidRecord(
            path: path, reason: "got a row with \(numbers.count) bytes of numbers for the names '\(names.prefix(80))'")
        }
        results[id] = RecordedResult(
          kind: try kind(row.text("kind")), status: try status(row.text("status"), row.optionalText("message")),
          measurements: measurements,
          payload: payloads[id]?.file)
      }
      return results
    }
  }

  /// A unit's measurements, each with exactly the bits that were recorded (but one NaN for all).
  ///
  /// - Returns: none for a unit without measurements or without a record.
  /// - Throws: ``LedgerError``
  public func measurements(of unit: Identity) throws -> Measurements {
    try read { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT substr(names, 1, \(Self.longestNames)) AS names, substr(numbers, 1, \(Self.longestNames)) AS numbers
          FROM unit WHERE id = ?
          """, arguments: [unit.hex])
      guard let row = row.map({ CheckedRow($0, path: path) }) else { return Measurements() }
      var reader = MeasurementColumns.Reader()
      guard let measurements = reader.read(names: try row.text("names"), numbers: try row.data("numbers")) else {
        throw LedgerError.invalidRecord(path: path, reason: "got a row whose numbers do not fit its names")
      }
      return measurements
    }
  }

  /// The file of a unit's payload; nil if it has none.
  ///
  /// - Throws: ``LedgerError``
  public func payloadURL(of unit: Identity) throws -> URL? {
    try read { database in
      try Row.fetchOne(
        database, sql: "SELECT substr(path, 1, 4000) AS path FROM payload WHERE unit = ?", arguments: [unit.hex]
      ).map { try payloadURL(CheckedRow($0, path: path)) }
    }
  }

  /// The files of all payloads, each with its size in bytes when it was recorded.
  ///
  /// - Throws: ``LedgerError``
  public func payloads() throws -> [Identity: (file: URL, bytes: Int)] {
    try read { database in
      let rows = try Row.fetchCursor(
        database, sql: "SELECT substr(unit, 1, 100) AS unit, substr(path, 1, 4000) AS path, bytes FROM payload")
      var payloads: [Identity: (file: URL, bytes: Int)] = [:]
      while let row = try rows.next().map({ CheckedRow($0, path: path) }) {
        payloads[try row.identity("unit")] = (try payloadURL(row), try row.integer("bytes"))
      }
      return payloads
    }
  }

  /// A path from a damaged file must not lead outside the run directory.
  private func payloadURL(_ row: CheckedRow) throws -> URL {
    let place = try row.text("path")
    let parts = place.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, ["results", "activations"].contains(parts[0]), !["", ".", ".."].contains(parts[1]),
      !place.utf8.contains(0)
    else {
      throw LedgerError.invalidRecord(path: path, reason: "got '\(place.prefix(80))' as the file of a unit")
    }
    return run.root.appending(path: place)
  }

  /// Removes the records of failed and blocked units, so that they are tried again.
  ///
  /// - Returns: the number of records removed.
  /// - Throws: ``LedgerError``
  @discardableResult
  public func forgetFailures() throws -> Int {
    try write { database in
      try database.execute(sql: "DELETE FROM unit WHERE status <> 'done'")
      return database.changesCount
    }
  }

  /// Removes the records of failures that were caused by a file or disk and not by the unit, so that they may pass, and
  /// those of all blocked units. Those are blocked again if the cause remains.
  ///
  /// - Returns: the number of failures removed.
  /// - Throws: ``LedgerError``
  @discardableResult
  public func forgetPassingFailures() throws -> Int {
    try write { database in
      try database.execute(sql: "DELETE FROM unit WHERE status = 'failed' AND may_pass <> 0")
      let count = database.changesCount
      if count > 0 { try database.execute(sql: "DELETE FROM unit WHERE status = 'blocked'") }
      return count
    }
  }

  /// Removes the records of these units, so that they are done again.
  ///
  /// - Throws: ``LedgerError``
  public func forget(_ units: [Identity]) throws {
    guard !units.isEmpty else { return }
    try write { database in
      for unit in units { try database.execute(sql: "DELETE FROM unit WHERE id = ?", arguments: [unit.hex]) }
    }
  }

  /// Bytes of a unit's names, and of its numbers: a trajectory of the most snapshots has 700 000 of these.
  private static let longestNames = 16_000_000
  /// Characters of a message that are kept.
  private static let longestMessage = 4000

  private func writePayload(_ payload: [UInt8], of unit: WorkUnit) throws {
    let url = run.root.appending(path: RunDirectory.payloadPath(of: unit))
    try System.makeFolder(url.deletingLastPathComponent().path)
    try AtomicFile.write(to: url) { try $0.append(payload.span.bytes) }
  }

  private func insert(_ record: RecordedOutcome, into database: Database) throws {
    let id = record.unit.id.hex
    let status = record.outcome.status.columns
    let columns = MeasurementColumns(Measurements(record.outcome.measurements))
    // Takes its payload with it.
    try database.execute(sql: "DELETE FROM unit WHERE id = ?", arguments: [id])
    try database.execute(
      sql: """
        INSERT INTO unit (
          id, name, kind, status, message, attempts, seconds, rank, host, recorded_at, may_pass, names, numbers)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        id, record.unit.name, record.unit.kind.rawValue, status.word,
        status.message.map { String($0.prefix(Self.longestMessage)) }, record.attempts, record.outcome.seconds,
        record.rank, record.host, record.time, record.outcome.mayPass, columns.names, columns.numbers,
      ])
    if let payload = record.outcome.payload {
      try database.execute(
        sql: "INSERT INTO payload (unit, path, bytes) VALUES (?, ?, ?)",
        arguments: [id, RunDirectory.payloadPath(of: record.unit), payload.count])
    }
  }
}

// The text values in the table `unit`.
extension Ledger {
  private func status(_ word: String, _ message: String?) throws -> Outcome.Status {
    switch word {
    case "done": return .done
    case "failed": return .failed(message ?? "")
    case "blocked": return .blocked(message ?? "")
    default: throw LedgerError.invalidRecord(path: path, reason: "got a row in which a unit's status is '\(word)'")
    }
  }

  private func kind(_ word: String) throws -> Work.Kind {
    guard let kind = Work.Kind(rawValue: word) else {
      throw LedgerError.invalidRecord(path: path, reason: "got a row in which a unit's kind is '\(word)'")
    }
    return kind
  }
}

extension Outcome.Status {
  fileprivate var columns: (word: String, message: String?) {
    switch self {
    case .done: ("done", nil)
    case .failed(let message): ("failed", message)
    case .blocked(let message): ("blocked", message)
    case .interrupted: preconditionFailure("an interrupted unit has no row")
    }
  }
}
