public import Foundation
internal import GRDB
internal import POSIX
public import Sweep

extension Ledger {
  /// Records outcomes: each payload as a file, then all rows in one transaction. A unit's earlier record is replaced;
  /// an interrupted unit leaves none.
  ///
  /// After a stop in between, files without rows remain, which the next record of their units replaces.
  ///
  /// - Throws: ``LedgerError``, `SystemError`; then no row has changed.
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
      let rows = try Row.fetchCursor(database, sql: "SELECT * FROM unit")
      var outcomes: [Identity: StoredOutcome] = [:]
      while let row = try rows.next() {
        outcomes[Identity(hex: row["id"])] = StoredOutcome(
          name: row["name"], kind: try kind(row["kind"]), status: try status(row["status"], row["message"]),
          attempts: row["attempts"], seconds: row["seconds"], rank: row["rank"], host: row["host"],
          time: row["recorded_at"])
      }
      return outcomes
    }
  }

  /// A unit's measurements by name, each with exactly the bits that were recorded (but one NaN for all).
  ///
  /// - Returns: an empty dictionary for a unit without measurements or without a record.
  /// - Throws: ``LedgerError``
  public func measurements(of unit: Identity) throws -> [String: Double] {
    try read { database in
      let rows = try Row.fetchCursor(
        database, sql: "SELECT name, value, special FROM measurement WHERE unit = ?", arguments: [unit.hex])
      var measurements: [String: Double] = [:]
      while let row = try rows.next() {
        measurements[row["name"]] = try number(row["value"], row["special"])
      }
      return measurements
    }
  }

  /// The file of a unit's payload; nil when it has none.
  ///
  /// - Throws: ``LedgerError``
  public func payloadURL(of unit: Identity) throws -> URL? {
    let path = try read { database in
      try String.fetchOne(database, sql: "SELECT path FROM payload WHERE unit = ?", arguments: [unit.hex])
    }
    return path.map { run.root.appending(path: $0) }
  }

  /// Removes the records of failed and blocked units, so that they are tried again.
  ///
  /// - Returns: how many there were.
  /// - Throws: ``LedgerError``
  @discardableResult
  public func forgetFailures() throws -> Int {
    try write { database in
      try database.execute(sql: "DELETE FROM unit WHERE status <> 'done'")
      return database.changesCount
    }
  }

  /// Removes the records of some units, so that they are done again.
  ///
  /// - Throws: ``LedgerError``
  public func forget(_ units: [Identity]) throws {
    guard !units.isEmpty else { return }
    try write { database in
      for unit in units { try database.execute(sql: "DELETE FROM unit WHERE id = ?", arguments: [unit.hex]) }
    }
  }

  private func writePayload(_ payload: [UInt8], of unit: WorkUnit) throws {
    let url = run.root.appending(path: run.payloadPath(of: unit))
    try System.makeFolder(url.deletingLastPathComponent().path)
    try AtomicFile.write(to: url) { try $0.append(payload.span.bytes) }
  }

  private func insert(_ record: RecordedOutcome, into database: Database) throws {
    let id = record.unit.id.hex
    let status = record.outcome.status.columns
    // Takes measurements and payload with it.
    try database.execute(sql: "DELETE FROM unit WHERE id = ?", arguments: [id])
    try database.execute(
      sql: """
        INSERT INTO unit (id, name, kind, status, message, attempts, seconds, rank, host, recorded_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        id, record.unit.name, record.unit.work.kind.rawValue, status.word, status.message,
        record.attempts, record.outcome.seconds, record.rank, record.host, record.time,
      ])
    for (name, number) in record.outcome.measurements {
      let special = Self.special(number)
      try database.execute(
        sql: "INSERT INTO measurement (unit, name, value, special) VALUES (?, ?, ?, ?)",
        arguments: [id, name, special == nil ? number : nil, special])
    }
    if let payload = record.outcome.payload {
      try database.execute(
        sql: "INSERT INTO payload (unit, path, bytes) VALUES (?, ?, ?)",
        arguments: [id, run.payloadPath(of: record.unit), payload.count])
    }
  }
}

// Numbers that SQLite does not keep.
extension Ledger {
  private static func special(_ number: Double) -> String? {
    switch number {
    case _ where number.isNaN: "nan"
    case .infinity: "inf"
    case -.infinity: "-inf"
    case 0 where number.sign == .minus: "-0"
    default: nil
    }
  }

  private func number(_ value: Double?, _ special: String?) throws -> Double {
    switch (value, special) {
    case (let value?, nil): return value
    case (nil, "nan"): return .nan
    case (nil, "inf"): return .infinity
    case (nil, "-inf"): return -.infinity
    case (nil, "-0"): return -0.0
    default:
      throw LedgerError.invalidRecord(
        path: path, reason: "got a row in which a measurement is '\(special ?? "nothing")'")
    }
  }
}

// The words of the table `unit`.
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
