internal import Foundation
internal import GRDB
internal import Sweep

/// The database schema. Migrations are only ever appended. A file with an unknown migration is rejected.
enum Migrations {
  /// Numbers that SQLite does not keep, as earlier ledgers had them.
  private static let special = ["nan": Double.nan, "inf": .infinity, "-inf": -.infinity, "-0": -0.0]

  static let all: DatabaseMigrator = {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 units, measurements, payloads") { database in
      try database.execute(
        sql: """
          CREATE TABLE meta (
            key TEXT NOT NULL PRIMARY KEY,
            value TEXT NOT NULL
          ) WITHOUT ROWID;

          CREATE TABLE unit (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            kind TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('done', 'failed', 'blocked')),
            message TEXT,
            attempts INTEGER NOT NULL,
            seconds REAL NOT NULL,
            rank INTEGER NOT NULL,
            host TEXT NOT NULL,
            recorded_at TEXT NOT NULL
          ) WITHOUT ROWID;

          -- SQLite keeps neither NaN nor the sign of zero, so what is not an ordinary number is a word.
          CREATE TABLE measurement (
            unit TEXT NOT NULL REFERENCES unit (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            value REAL,
            special TEXT CHECK (special IN ('nan', 'inf', '-inf', '-0')),
            PRIMARY KEY (unit, name),
            CHECK ((value IS NULL) <> (special IS NULL))
          ) WITHOUT ROWID;

          CREATE TABLE payload (
            unit TEXT NOT NULL PRIMARY KEY REFERENCES unit (id) ON DELETE CASCADE,
            path TEXT NOT NULL,
            bytes INTEGER NOT NULL
          ) WITHOUT ROWID;
          """)
    }
    migrator.registerMigration("2 failures that may pass") { database in
      // 1: the failure was caused by a file or disk, not by the unit. The next start tries it again.
      try database.execute(sql: "ALTER TABLE unit ADD COLUMN may_pass INTEGER NOT NULL DEFAULT 0")
    }
    migrator.registerMigration("3 measurements in the unit's row") { database in
      // Numbers as 8 bytes each, the lowest first: every bit is kept, and a row is read at once.
      try database.execute(
        sql: """
          ALTER TABLE unit ADD COLUMN names TEXT NOT NULL DEFAULT '';
          ALTER TABLE unit ADD COLUMN numbers BLOB NOT NULL DEFAULT x'';
          """)
      // In a damaged file a column may hold anything.
      let units = try DatabaseValue.fetchAll(database, sql: "SELECT DISTINCT unit FROM measurement")
        .compactMap(String.fromDatabaseValue)
      for unit in units {
        let rows = try Row.fetchAll(
          database, sql: "SELECT name, value, special FROM measurement WHERE unit = ?", arguments: [unit])
        let values = rows.reduce(into: [String: Double]()) { values, row in
          guard let name = String.fromDatabaseValue(row["name"]) else { return }
          values[name] =
            Double.fromDatabaseValue(row["value"]) ?? special[String.fromDatabaseValue(row["special"]) ?? ""]
        }
        let columns = MeasurementColumns(Measurements(values))
        try database.execute(
          sql: "UPDATE unit SET names = ?, numbers = ? WHERE id = ?", arguments: [columns.names, columns.numbers, unit])
      }
      try database.execute(sql: "DROP TABLE measurement; DROP TABLE meta")
    }
    return migrator
  }()
}
