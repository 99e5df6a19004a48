/// A table as comma-separated text (RFC 4180, lines ended by 0x0A): the same rows give the same bytes.
struct CSV {
  private(set) var text = ""
  private let columns: Int

  init(_ header: [String]) {
    columns = header.count
    append(header)
  }

  mutating func append(_ fields: [String]) {
    precondition(fields.count == columns, "every row has the header's columns")
    text += fields.map(Self.quoted).joined(separator: ",") + "\n"
  }

  /// A number as the shortest text that reads back as the same value, whole numbers without a fraction; NaN and infinity
  /// as `nan`, `inf`, `-inf`; a number that does not exist as nothing.
  static func number(_ value: Double?) -> String {
    guard let value else { return "" }
    return Int(exactly: value).map { "\($0)" } ?? (value.isNaN ? "nan" : "\(value)")
  }

  private static func quoted(_ field: String) -> String {
    guard field.utf8.contains(where: { [0x2C, 0x22, 0x0A, 0x0D].contains($0) }) else { return field }
    return "\"" + field.replacing("\"", with: "\"\"") + "\""
  }
}
