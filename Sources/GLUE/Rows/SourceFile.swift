import Foundation
import POSIX

/// One row as text, before its label is interpreted.
struct Row {
  let line: Int
  let text: String
  let pair: String?
  let label: String?
}

/// The rows of a file, and the number of rows skipped for too few fields.
struct Table {
  var rows: [Row] = []
  var skipped = 0
}

/// The contents of one split's file.
struct SourceFile {
  let path: String
  let bytes: [UInt8]
  /// Where the text starts: after a byte order mark.
  let start: Int
  /// The end of the last line that is not empty.
  let end: Int
  private let file: TaskFile

  /// The largest file that is accepted: all rows are held in memory, several times over. GLUE's largest file has 0.4
  /// GB.
  static let greatestSize = 2 << 30

  /// Reads a file.
  init(_ file: TaskFile, of task: Task, in folder: URL) throws(GLUEError) {
    let path = file.path.hasPrefix("/") ? file.path : folder.appending(path: file.path).path
    let bytes: [UInt8]
    do {
      guard let status = try System.status(path) else {
        throw GLUEError.missingFile(path: path, task: task.name, folder: folder.path, layout: task.files.map(\.path))
      }
      // Opening a pipe would wait for a writer.
      guard status.st_mode & S_IFMT == S_IFREG else {
        throw GLUEError.unreadableFile(path: path, reason: "it is a folder, a pipe or a device")
      }
      guard status.st_size <= Self.greatestSize else {
        throw GLUEError.tooLarge(path: path, got: Int(status.st_size), limit: Self.greatestSize)
      }
      bytes = try System.read(path)
    } catch let error as GLUEError {
      throw error
    } catch let error as SystemError {
      throw .system(error)
    } catch {
      throw .unreadableFile(path: path, reason: "\(error)")
    }
    try self.init(bytes, file: file, path: path)
  }

  /// A file from its bytes.
  init(_ bytes: [UInt8], file: TaskFile, path: String) throws(GLUEError) {
    (self.file, self.path, self.bytes) = (file, path, bytes)
    if let (kind, cure) = bytes.foreignKind { throw .foreignFile(path: path, kind: kind, cure: cure) }
    start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let last = bytes.lastIndex { $0 != Byte.lineFeed && $0 != Byte.carriageReturn }
    end = max(start, last.map { $0 + 1 } ?? 0)
    if start == end { throw .emptyFile(path: path) }
    if file.format != .jsonLines, bytes[start..<end].contains(Byte.carriageReturn), !bytes.contains(Byte.lineFeed) {
      throw .carriageReturnsAlone(path: path)
    }
  }

  /// The rows with the given columns; at least one.
  ///
  /// - Parameters:
  ///   - labelOptional: whether the label column may be missing.
  ///   - emptyLabels: in JSON, whether a label that is null or missing in a row counts as empty.
  func rows(
    columns: Columns, raggedRows: RaggedRows, labelOptional: Bool, emptyLabels: Bool
  ) throws(GLUEError) -> Table {
    let table =
      switch file.format {
      case .tsv: try rows(TabSeparatedParser(self), columns, raggedRows, labelOptional: labelOptional)
      case .csv: try rows(CommaSeparatedParser(self), columns, raggedRows, labelOptional: labelOptional)
      case .jsonLines: try jsonRows(columns, labelOptional: labelOptional, emptyLabels: emptyLabels)
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
      else { throw notUTF8(fields, line: line) }
      table.rows.append(Row(line: line, text: text, pair: pair, label: label))
    }
    return table
  }

  /// The column names: the task's if the file has no header line, otherwise the first record.
  private func header(_ records: inout some RecordParser) throws(GLUEError) -> [String] {
    if let header = file.header { return header }
    var fields: [Range<Int>] = []
    guard let line = try records.next(into: &fields) else { throw .emptyFile(path: path) }
    let names = fields.compactMap { records.text($0) }
    guard names.count == fields.count else { throw notUTF8(fields, line: line) }
    return names
  }

  private func notUTF8(_ fields: [Range<Int>], line: Int) -> GLUEError {
    .notUTF8(bytes[(fields.first?.lowerBound ?? 0)..<(fields.last?.upperBound ?? 0)], path: path, line: line)
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

/// The positions of the columns in a header, and its number of fields.
private struct ColumnPlaces {
  let text: Int
  let pair: Int?
  let label: Int?
  let count: Int
}

extension GLUEError {
  /// The error for bytes that are not UTF-8.
  static func notUTF8(_ bytes: ArraySlice<UInt8>, path: String, line: Int) -> GLUEError {
    // ED A0 80 to ED BF BF would be U+D800 to U+DFFF.
    let hasSurrogate = zip(bytes, bytes.dropFirst()).contains { $0 == 0xED && (0xA0...0xBF).contains($1) }
    return hasSurrogate ? .halfSurrogatePair(path: path, line: line) : .invalidUTF8(path: path, line: line)
  }
}

extension [UInt8] {
  /// What kind of file this is, if its first bytes show that it is not UTF-8 text, and what to do; nil if they do not.
  fileprivate var foreignKind: (kind: String, cure: String)? {
    func encoding(_ name: String) -> (String, String) { ("in \(name)", "convert the file: iconv -f \(name) -t UTF-8") }
    if starts(with: [0xFF, 0xFE, 0, 0]) || starts(with: [0, 0, 0xFE, 0xFF]) { return encoding("UTF-32") }
    if starts(with: [0xFF, 0xFE]) || starts(with: [0xFE, 0xFF]) { return encoding("UTF-16") }
    if count >= 4 {
      switch (self[0] == 0, self[1] == 0, self[2] == 0, self[3] == 0) {
      case (false, true, false, true): return encoding("UTF-16LE")
      case (true, false, true, false): return encoding("UTF-16BE")
      case (false, true, true, true): return encoding("UTF-32LE")
      case (true, true, true, false): return encoding("UTF-32BE")
      default: break
      }
    }
    if starts(with: [0x1F, 0x8B]) { return ("compressed by gzip", "unpack it: gunzip") }
    if starts(with: "PK\u{3}\u{4}".utf8) { return ("a zip archive or a spreadsheet", "unpack it, or save it as CSV") }
    if starts(with: "PAR1".utf8) { return ("a Parquet file", "write it as JSON lines") }
    return nil
  }
}

/// Bytes with a special meaning in a file of rows.
enum Byte {
  static let tab = UInt8(ascii: "\t")
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let comma = UInt8(ascii: ",")
  static let quote = UInt8(ascii: "\"")
}
