/// A reader of RFC 4180 that takes nothing else: quoted fields end where the format says, unquoted ones hold no quote, every row
/// has as many fields. Lines end with LF alone, as the tables are written.
enum StrictCSV {
  enum Problem: Error, Equatable {
    case quoteInPlainField(at: Int), textAfterQuote(at: Int), openQuote, noNewlineAtEnd, carriageReturn(at: Int)
    case width(row: Int), nul(at: Int)
  }

  /// The rows, header included, as bytes.
  static func rows(_ bytes: [UInt8]) throws -> [[[UInt8]]] {
    var rows: [[[UInt8]]] = []
    var (row, field): ([[UInt8]], [UInt8]) = ([], [])
    var place = 0
    while place < bytes.count {
      let isQuoted = bytes[place] == 0x22
      if isQuoted {
        place += 1
        while true {
          guard place < bytes.count else { throw Problem.openQuote }
          if bytes[place] == 0 { throw Problem.nul(at: place) }
          if bytes[place] != 0x22 {
            field.append(bytes[place])
            place += 1
          } else if place + 1 < bytes.count, bytes[place + 1] == 0x22 {
            field.append(0x22)
            place += 2
          } else {
            place += 1
            break
          }
        }
      } else {
        while place < bytes.count, bytes[place] != 0x2C, bytes[place] != 0x0A {
          switch bytes[place] {
          case 0x22: throw Problem.quoteInPlainField(at: place)
          case 0x0D: throw Problem.carriageReturn(at: place)
          case 0: throw Problem.nul(at: place)
          default: field.append(bytes[place])
          }
          place += 1
        }
      }
      row.append(field)
      field = []
      guard place < bytes.count else { throw Problem.noNewlineAtEnd }
      switch bytes[place] {
      case 0x2C:
        if place + 1 == bytes.count { throw Problem.noNewlineAtEnd }
        if bytes[place + 1] == 0x0A {
          row.append([])
          place += 1
          fallthrough
        }
      case 0x0A:
        rows.append(row)
        row = []
      default: throw Problem.textAfterQuote(at: place)
      }
      place += 1
    }
    for (index, row) in rows.enumerated() where row.count != rows[0].count { throw Problem.width(row: index) }
    return rows
  }
}
