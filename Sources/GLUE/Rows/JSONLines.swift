import Foundation

extension SourceFile {
  /// The rows of a file with one JSON object per line.
  func jsonRows(_ columns: Columns, labelOptional: Bool) throws(GLUEError) -> Table {
    let decoder = JSONDecoder()
    var table = Table()
    var position = start
    var line = 0
    while !bytes.isBlank(from: position) {
      let text = bytes[position...].prefix { $0 != Byte.lineFeed }
      position = min(text.endIndex + 1, bytes.count)
      line += 1
      guard String(validating: text, as: UTF8.self) != nil else { throw .invalidUTF8(path: path, line: line) }
      do {
        let configuration = JSONRow.DecodingConfiguration(columns: columns, labelOptional: labelOptional)
        let row = try decoder.decode(JSONRow.self, from: Data(text), configuration: configuration)
        table.rows.append(Row(line: line, text: row.text, pair: row.pair, label: row.label))
      } catch JSONRow.Problem.missing(let column, let found) {
        throw .missingColumn(path: path, line: line, column: column, found: found)
      } catch JSONRow.Problem.type(let column, let expected) {
        throw .malformedJSON(path: path, line: line, problem: "\(column.debugDescription) is not \(expected)")
      } catch {
        throw .malformedJSON(path: path, line: line, problem: "the line is not a JSON object")
      }
    }
    return table
  }
}

/// The columns of one JSON object.
private struct JSONRow: DecodableWithConfiguration {
  struct DecodingConfiguration {
    let columns: Columns
    let labelOptional: Bool
  }

  enum Problem: Error {
    case missing(column: String, found: [String])
    case type(column: String, expected: String)
  }

  let text: String
  let pair: String?
  let label: String?

  init(from decoder: any Decoder, configuration: DecodingConfiguration) throws {
    let object = try decoder.container(keyedBy: Key.self)
    let columns = configuration.columns
    text = try Self.string(columns.text, in: object)
    pair = try columns.pair.map { try Self.string($0, in: object) }
    let hasLabel = object.contains(Key(stringValue: columns.label))
    label = configuration.labelOptional && !hasLabel ? nil : try Self.stringOrNumber(columns.label, in: object)
  }

  private static func string(_ column: String, in object: KeyedDecodingContainer<Key>) throws -> String {
    let key = try existing(column, in: object)
    guard let text = try? object.decode(String.self, forKey: key) else {
      throw Problem.type(column: column, expected: "a string")
    }
    return text
  }

  /// Whole numbers become text without a point, so that label 1 is the class `1`.
  private static func stringOrNumber(_ column: String, in object: KeyedDecodingContainer<Key>) throws -> String {
    let key = try existing(column, in: object)
    if let text = try? object.decode(String.self, forKey: key) { return text }
    if let number = try? object.decode(Int.self, forKey: key) { return String(number) }
    if let number = try? object.decode(Double.self, forKey: key) { return String(number) }
    throw Problem.type(column: column, expected: "a string or a number")
  }

  private static func existing(_ column: String, in object: KeyedDecodingContainer<Key>) throws -> Key {
    let key = Key(stringValue: column)
    guard object.contains(key) else {
      throw Problem.missing(column: column, found: object.allKeys.map(\.stringValue).sorted())
    }
    return key
  }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}
