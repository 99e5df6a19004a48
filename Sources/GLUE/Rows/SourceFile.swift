import Foundation

/// One row as text, before its label has a meaning.
struct Row {
  let line: Int
  let text: String
  let pair: String?
  let label: String?
}

/// The rows of a file, and how many were skipped for too few fields.
struct Table {
  var rows: [Row] = []
  var skipped = 0
}

/// The bytes of one split's file.
struct SourceFile {
  let path: String
  let bytes: [UInt8]
  /// Where the text begins: behind a byte order mark.
  let start: Int
  private let file: TaskFile

  init(_ file: TaskFile, of task: Task, in folder: URL) throws(GLUEError) {
    self.file = file
    path = file.path.hasPrefix("/") ? file.path : folder.appending(path: file.path).path
    guard FileManager.default.fileExists(atPath: path) else {
      throw .missingFile(path: path, task: task.name, folder: folder.path, layout: task.files.map(\.path))
    }
    do {
      bytes = try [UInt8](Data(contentsOf: URL(filePath: path)))
    } catch {
      throw .unreadableFile(path: path, reason: error.localizedDescription)
    }
    start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    if bytes.isBlank(from: start) { throw .emptyFile(path: path) }
  }

  /// The rows with the given columns; at least one.
  ///
  /// - Parameter labelOptional: whether the label column may be missing.
  func rows(columns: Columns, raggedRows: RaggedRows, labelOptional: Bool) throws(GLUEError) -> Table {
    let table =
      switch file.format {
      case .tsv: try rows(TabSeparatedParser(self), columns, raggedRows, labelOptional: labelOptional)
      case .csv: try rows(CommaSeparatedParser(self), columns, raggedRows, labelOptional: labelOptional)
      case .jsonLines: try jsonRows(columns, labelOptional: labelOptional)
      }
    if table.rows.isEmpty { throw .noRows(path: path, skipped: table.skipped) }
    return table
  }

  private func rows(
    _ records: some RecordParser, _ columns: Columns, _ raggedRows: RaggedRows, labelOptional: Bool
  ) throws(GLUEError) -> Table {
    var records = records
    var fields: [Range<Int>] = []
    let places = try places(of: columns, header: header(&records), labelOptional: labelOptional)
    var table = Table()
    while let line = try records.next(into: &fields) {
      let isShort = fields.count < places.count
      if isShort, raggedRows == .shortSkipped {
        table.skipped += 1
        continue
      }
      if isShort || (fields.count > places.count && raggedRows == .refused) {
        throw .raggedRow(path: path, line: line, got: fields.count, expected: places.count)
      }
      guard
        let text = records.text(fields[places.text]),
        let pair = records.text(places.pair.map { fields[$0] }),
        let label = records.text(places.label.map { fields[$0] })
      else { throw .invalidUTF8(path: path, line: line) }
      table.rows.append(Row(line: line, text: text, pair: pair, label: label))
    }
    return table
  }

  /// The column names: the task's where the file has no header line, else the first record.
  private func header(_ records: inout some RecordParser) throws(GLUEError) -> [String] {
    if let header = file.header { return header }
    var fields: [Range<Int>] = []
    guard let line = try records.next(into: &fields) else { throw .emptyFile(path: path) }
    let names = fields.compactMap { records.text($0) }
    guard names.count == fields.count else { throw .invalidUTF8(path: path, line: line) }
    return names
  }

  private func places(of columns: Columns, header: [String], labelOptional: Bool) throws(GLUEError) -> ColumnPlaces {
    func place(_ column: String) throws(GLUEError) -> Int {
      guard let place = header.firstIndex(of: column) else {
        throw .missingColumn(path: path, line: 1, column: column, found: header)
      }
      guard header.lastIndex(of: column) == place else {
        throw .ambiguousColumn(path: path, line: 1, column: column)
      }
      return place
    }
    let text = try place(columns.text)
    let pair: Int? = if let column = columns.pair { try place(column) } else { nil }
    let label: Int? = labelOptional && !header.contains(columns.label) ? nil : try place(columns.label)
    return ColumnPlaces(text: text, pair: pair, label: label, count: header.count)
  }
}

/// Where a header has the columns, and how many fields it has.
private struct ColumnPlaces {
  let text: Int
  let pair: Int?
  let label: Int?
  let count: Int
}

extension [UInt8] {
  /// Whether nothing but line ends is left.
  func isBlank(from start: Int) -> Bool {
    self[start...].allSatisfy { $0 == Byte.lineFeed || $0 == Byte.carriageReturn }
  }
}

/// The bytes that have a meaning in a file of rows.
enum Byte {
  static let tab = UInt8(ascii: "\t")
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let comma = UInt8(ascii: ",")
  static let quote = UInt8(ascii: "\"")
}
