public import Diagnostics
public import POSIX

/// Errors in a task's definition or its files. Each message says, on one line, what was got, what was expected and what
/// to do.
public enum GLUEError: ProgramError, Equatable {
  /// There is no built-in task of that name.
  case unknownTask(name: String, known: [String])
  /// The definition of a custom task is invalid; `problem` says why and what to do.
  case invalidTask(name: String, problem: String)
  /// The task has no such split.
  case unknownSplit(task: String, split: Split, available: [Split])
  /// The file's extension does not stand for a format.
  case unknownFormat(path: String)
  /// A model's label names differ from the task's.
  case labelMismatch(task: String, got: [String], expected: [String])
  /// The task has pairs of texts, but the model in `model` has too few segments.
  case pairsUnreadable(task: String, model: String, segments: Int)
  /// A split's file does not exist; `layout` lists the task's paths in the data folder.
  case missingFile(path: String, task: String, folder: String, layout: [String])
  /// The file exists but cannot be read.
  case unreadableFile(path: String, reason: String)
  /// The system refused to read the file.
  case system(SystemError)
  /// The file contains nothing but line ends.
  case emptyFile(path: String)
  /// The file has a header but no rows, or (QQP, QNLI) only rows that are skipped.
  case noRows(path: String, skipped: Int)
  /// A column is missing from the header, or a key from a JSON object.
  case missingColumn(path: String, line: Int, column: String, found: [String])
  /// A column in use occurs twice in the header.
  case ambiguousColumn(path: String, line: Int, column: String)
  /// A row has a different number of fields than the header.
  case raggedRow(path: String, line: Int, got: Int, expected: Int)
  /// A label is not one of the task's, or not a number within its range.
  case unknownLabel(path: String, line: Int, got: String, expected: LabelKind)
  /// A label is empty although the classes are taken from the file.
  case emptyLabel(path: String, line: Int)
  /// The bytes of a row's text, label or column name are not UTF-8.
  case invalidUTF8(path: String, line: Int)
  /// The bytes are half of a UTF-16 surrogate pair, written as if it were a character.
  case halfSurrogatePair(path: String, line: Int)
  /// The file's first bytes show that it is not UTF-8 text but something else.
  case foreignFile(path: String, kind: String, cure: String)
  /// No line of the file ends in a line feed, but it contains carriage returns.
  case carriageReturnsAlone(path: String)
  /// The file is too large to be held in memory.
  case tooLarge(path: String, got: Int, limit: Int)
  /// A record violates the quoting rules of RFC 4180.
  case malformedCSV(path: String, line: Int, problem: String)
  /// A line is not a JSON object with values of the expected types.
  case malformedJSON(path: String, line: Int, problem: String)
}

extension GLUEError {
  /// Bad input, except if the system refused.
  public var exitStatus: ExitStatus {
    if case .system(let error) = self { error.exitStatus } else { .badInput }
  }

  /// The message, on one line.
  public var description: String {
    switch self {
    case .unknownTask(let name, let known):
      "there is no task \(name.shown); known tasks are \(known.joined(separator: ", ")); define another as a custom task: "
        + "a name, a train file, a dev file and the columns text, label and perhaps pair"
    case .invalidTask(let name, let problem):
      "task \(name.shown): \(problem)"
    case .unknownSplit(let task, let split, let available):
      "task \(task) has no split \(split.rawValue); choose one of \(available.map(\.rawValue).joined(separator: ", "))"
    case .unknownFormat(let path):
      "\(path.shown): expected a file name that ends in .tsv, .csv, .jsonl or .json; rename the file or state its "
        + "format (\(FileFormat.allCases.map(\.rawValue).joined(separator: ", ")))"
    case .labelMismatch(let task, let got, let expected):
      "task \(task) has the labels \(expected.shownList), the model's id2label names \(got.shownList); use a model of this "
        + "task, or name the classes in its config.json as the task does"
    case .pairsUnreadable(let task, let model, let segments):
      "task \(task) has pairs of texts, whose second has segment id 1; the model in \(model) knows 0 to \(segments - 1) "
        + "(type_vocab_size \(segments)); use a task of single texts, or a model with type_vocab_size 2"
    case .missingFile(let path, let task, let folder, let layout):
      "no file at \(path.shown); task \(task) expects \(layout.joined(separator: ", ")) in the data folder "
        + "\(folder.shown); put the files there or name another data folder"
    case .unreadableFile(let path, let reason):
      "\(path.shown) cannot be read: \(reason); expected a readable text file"
    case .system(let error): error.description
    case .emptyFile(let path):
      "\(path.shown) is empty; expected rows of text; fetch the file again"
    case .noRows(let path, let skipped):
      "\(path.shown) has no usable rows (\(skipped) skipped for too few columns or for their labels); expected at least "
        + "one after the header; fetch the file again, or skip fewer"
    case .missingColumn(let path, let line, let column, let found):
      "\(path.shown), line \(line): no column \(column.shown); found \(found.shownList)\(hint(column, found)); "
        + "name the columns as the file does, or add a header line"
    case .ambiguousColumn(let path, let line, let column):
      "\(path.shown), line \(line): column \(column.shown) is named more than once; rename all but one"
    case .raggedRow(let path, let line, let got, let expected):
      "\(path.shown), line \(line): got \(got) columns, expected \(expected) as in the header; "
        + "look for a missing or an extra separator, or a line end within a text"
    case .unknownLabel(let path, let line, let got, let expected):
      "\(path.shown), line \(line): got label \(got.shown), expected \(text(of: expected)); \(remedy(got))"
    case .emptyLabel(let path, let line):
      "\(path.shown), line \(line): the label is empty; expected a class or a number; correct the row, or skip such rows "
        + "(skip_labels: [\"\"], or --skip-labels '')"
    case .invalidUTF8(let path, let line):
      "\(path.shown), line \(line): got bytes that are not UTF-8; expected UTF-8; convert the file, e.g. by iconv"
    case .halfSurrogatePair(let path, let line):
      "\(path.shown), line \(line): got half a surrogate pair in place of a character; expected UTF-8; write the file "
        + "again with whole characters"
    case .foreignFile(let path, let kind, let cure):
      "\(path.shown) is \(kind); expected a text in UTF-8; \(cure)"
    case .carriageReturnsAlone(let path):
      "\(path.shown) has lines that end only in carriage returns; expected line feeds; convert the file: tr '\\r' '\\n'"
    case .tooLarge(let path, let got, let limit):
      "\(path.shown) has \(got) bytes; expected at most \(limit), which are held in memory; take fewer rows"
    case .malformedCSV(let path, let line, let problem):
      "\(path.shown), line \(line): \(problem); expected fields as in RFC 4180; enclose a field that contains quotes, "
        + "commas or line ends in quotes and double the quotes within"
    case .malformedJSON(let path, let line, let problem):
      "\(path.shown), line \(line): \(problem); expected one JSON object per line, texts as strings, the label as a "
        + "string or a number"
    }
  }

  private func text(of labels: LabelKind) -> String {
    switch labels {
    case .classes(let labels): "one of \(labels.shownList)"
    case .regression(let range): "a number from \(range.lowerBound) to \(range.upperBound)"
    }
  }

  /// What an unknown label is likely to be.
  private func remedy(_ label: String) -> String {
    if label.unicodeScalars.contains("\u{FEFF}") {
      return
        "\\u{FEFF} is a byte order mark, left over from joining files; remove it and the repeated header line"
    }
    return label.looksUnlabelled
      ? "if it marks rows without a label, skip them (skip_labels, or --skip-labels, of a task of your own)"
      : "correct the row, or the task's labels or label column"
  }

  /// What is wrong with a column's name, if a name that was found is nearly the same.
  private func hint(_ column: String, _ found: [String]) -> String {
    func loose(_ name: String) -> String { name.looseLabel.replacing("\"", with: "") }
    guard let near = found.first(where: { loose($0) == loose(column) }) else { return "" }
    return near.unicodeScalars.contains("\u{FEFF}")
      ? " (\\u{FEFF} is a byte order mark, and this file has one too many)"
      : " (\(near.shown) is not the same, letter by letter)"
  }
}

extension String {
  /// In quotes, with line ends and invisible characters such as a byte order mark escaped, so that a message stays on
  /// one line and shows everything. Long texts are cut, in case a text column is used as the label; paths are shorter
  /// than that.
  package var shown: String {
    let text = utf8.count > 300 ? String(String.UnicodeScalarView(unicodeScalars.prefix(60))) + "..." : self
    return text.debugDescription.unicodeScalars.map { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: scalar.escaped(asASCII: true)
      default: String(scalar)
      }
    }.joined()
  }
}

extension Collection<String> {
  /// The names in quotes, at most 20 of them: if free text is used as labels, it must not fill the screen.
  var shownList: String {
    let names = prefix(20).map(\.shown).joined(separator: ", ")
    return count > 20 ? "\(names), ... (\(count) in all)" : names
  }
}
