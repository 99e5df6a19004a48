internal import Foundation
internal import GRDB
internal import Sweep

/// A row of the ledger whose values are checked one by one, because in a damaged file a column may hold anything.
struct CheckedRow {
  private let row: Row
  private let path: String

  init(_ row: Row, path: String) {
    self.row = row
    self.path = path
  }

  func text(_ column: String) throws -> String {
    try optionalText(column) ?? { throw unexpected(column, "a text") }()
  }

  func optionalText(_ column: String) throws -> String? {
    switch storage(column) {
    case .string(let text): return text
    case .null: return nil
    default: throw unexpected(column, "a text")
    }
  }

  func integer(_ column: String) throws -> Int {
    guard case .int64(let number) = storage(column) else { throw unexpected(column, "a whole number") }
    return Int(number)
  }

  func number(_ column: String) throws -> Double {
    switch storage(column) {
    case .double(let number): return number
    case .int64(let number): return Double(number)
    default: throw unexpected(column, "a number")
    }
  }

  /// Bytes; nothing where SQLite cut no bytes out of none.
  func data(_ column: String) throws -> Data {
    switch storage(column) {
    case .blob(let bytes): return bytes
    case .null: return Data()
    default: throw unexpected(column, "bytes")
    }
  }

  func identity(_ column: String) throws -> Identity {
    let hex = try text(column)
    guard hex.utf8.count == 64, hex.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else {
      throw unexpected(column, "64 hexadecimal digits")
    }
    return Identity(hex: hex)
  }

  func date(_ column: String) throws -> Date {
    guard let date = Date.fromDatabaseValue(try text(column).databaseValue) else { throw unexpected(column, "a date") }
    return date
  }

  private func storage(_ column: String) -> DatabaseValue.Storage {
    let value: DatabaseValue? = row[column]
    return value?.storage ?? .null
  }

  private func unexpected(_ column: String, _ expected: String) -> LedgerError {
    let got =
      switch storage(column) {
      case .null: "nothing"
      case .int64(let number): "\(number)"
      case .double(let number): "\(number)"
      case .string(let text): "'\(text.prefix(40))'"
      case .blob(let bytes): "\(bytes.count) bytes"
      }
    return .invalidRecord(path: path, reason: "got \(got) for \(column) in a row, expected \(expected)")
  }
}
