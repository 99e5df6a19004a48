/// A table as comma-separated text (RFC 4180, lines ended by 0x0A): the same rows give the same bytes.
///
/// Whatever texts the fields hold, a reader gets the same fields back, byte for byte, but for NUL, which the format has no place
/// for: it becomes U+2400, the picture of it.
package struct CSV {
  /// The table in UTF-8, in pieces: a table of a million rows is never copied to grow.
  package private(set) var pieces: [[UInt8]] = [[]]
  /// The table in UTF-8.
  package var bytes: [UInt8] { Array(pieces.joined()) }
  private static let pieceSize = 1 << 20
  /// The columns.
  package let columns: [Column]

  /// A table with its header.
  package init(_ columns: [Column]) {
    self.columns = columns
    append(columns.map(\.name))
  }

  /// A column: its name, and what its fields are, the empty field apart, which is for what does not exist.
  package struct Column: Sendable, Equatable {
    /// What fields are.
    package enum Form: String, Sendable {
      /// A text.
      case text
      /// A whole number.
      case count
      /// A number; `nan`, `inf` and `-inf` are results.
      case number
      /// 1 or 0: yes or no.
      case flag
    }

    package let name: String
    package let type: Form

    package static func text(_ name: String) -> Column { Column(name: name, type: .text) }
    package static func count(_ name: String) -> Column { Column(name: name, type: .count) }
    package static func number(_ name: String) -> Column { Column(name: name, type: .number) }
    package static func flag(_ name: String) -> Column { Column(name: name, type: .flag) }
  }

  /// Adds a row.
  ///
  /// - Precondition: it has the header's columns.
  package mutating func append(_ fields: [String]) {
    precondition(fields.count == columns.count, "every row has the header's columns")
    if pieces[pieces.count - 1].count > Self.pieceSize { pieces.append([]) }
    for (index, field) in fields.enumerated() {
      if index > 0 { add(0x2C) }
      append(field: field)
    }
    add(0x0A)
  }

  private mutating func add(_ byte: UInt8) { pieces[pieces.count - 1].append(byte) }

  /// By bytes, not characters: a quote before a combining accent is one character with it, and a quote all the same.
  private mutating func append(field: String) {
    let text = field.utf8
    var (isQuoted, isPlain) = (false, true)
    for byte in text {
      switch byte {
      case 0x2C, 0x22, 0x0A, 0x0D: isQuoted = true
      case 0x00: isPlain = false
      default: break
      }
    }
    // Some readers strip blanks round what is not quoted.
    for end in [text.first, text.last] where end == 0x20 || end == 0x09 { isQuoted = true }
    guard isQuoted || !isPlain else { return pieces[pieces.count - 1].append(contentsOf: text) }
    if isQuoted { add(0x22) }
    for byte in text {
      switch byte {
      case 0x22: pieces[pieces.count - 1] += [0x22, 0x22]
      case 0x00: pieces[pieces.count - 1] += Array("\u{2400}".utf8)
      default: add(byte)
      }
    }
    if isQuoted { add(0x22) }
  }

  /// A number as the shortest text that reads back as the same value, whole numbers without a fraction; NaN and infinity
  /// as `nan`, `inf`, `-inf`; a number that does not exist as nothing.
  static func number(_ value: Double?) -> String {
    guard let value else { return "" }
    // A NaN may have a sign, which says nothing.
    if value.isNaN { return "nan" }
    return Int(exactly: value).map { "\($0)" } ?? "\(value)"
  }
}

/// A column of a table.
package typealias Column = CSV.Column
