public import Diagnostics

/// What can be wrong with a task's definition or its files. Every message names what was got, what was expected and
/// what to do, on one line.
public enum GLUEError: ProgramError, Hashable {
  /// No built-in task has the name.
  case unknownTask(name: String, known: [String])
  /// The definition of a custom task makes no sense; `problem` says why and what to do.
  case invalidTask(name: String, problem: String)
  /// The task has no such split.
  case unknownSplit(task: String, split: Split, available: [Split])
  /// The file's extension names no format.
  case unknownFormat(path: String)
  /// A model's label names are not the task's.
  case labelMismatch(task: String, got: [String], expected: [String])
  /// The task has pairs of texts, and the model in `model` knows too few segments.
  case pairsUnreadable(task: String, model: String, segments: Int)
  /// A split's file is not there; `layout` lists the task's paths in the data folder.
  case missingFile(path: String, task: String, folder: String, layout: [String])
  /// The file is there and cannot be read.
  case unreadableFile(path: String, reason: String)
  /// The file holds no bytes but line ends.
  case emptyFile(path: String)
  /// The file holds a header and no rows, or (QQP, QNLI) only rows that are skipped.
  case noRows(path: String, skipped: Int)
  /// A column is not in the header, or a key not in a JSON object.
  case missingColumn(path: String, line: Int, column: String, found: [String])
  /// A column that is read is in the header twice.
  case ambiguousColumn(path: String, line: Int, column: String)
  /// A row has another number of fields than the header.
  case raggedRow(path: String, line: Int, got: Int, expected: Int)
  /// A label is none of the task's, or no number within its range.
  case unknownLabel(path: String, line: Int, got: String, expected: LabelKind)
  /// A label is empty where the labels are taken from the file.
  case emptyLabel(path: String, line: Int)
  /// Bytes of a row's text, label or column name are not UTF-8.
  case invalidUTF8(path: String, line: Int)
  /// A record breaks the quoting rules of RFC 4180.
  case malformedCSV(path: String, line: Int, problem: String)
  /// A line is no JSON object with the columns' types.
  case malformedJSON(path: String, line: Int, problem: String)
}

extension GLUEError {
  /// Bad input.
  public var exitStatus: ExitStatus { .badInput }

  /// The message, on one line.
  public var description: String {
    switch self {
    case .unknownTask(let name, let known):
      "no task is called \(quoted(name)); known are \(known.joined(separator: ", ")); define another as a custom task: "
        + "a name, a train file, a dev file and the columns text, label and perhaps pair"
    case .invalidTask(let name, let problem):
      "task \(quoted(name)): \(problem)"
    case .unknownSplit(let task, let split, let available):
      "task \(task) has no split \(split.rawValue); choose one of \(available.map(\.rawValue).joined(separator: ", "))"
    case .unknownFormat(let path):
      "\(quoted(path)): expected a file name that ends in .tsv, .csv, .jsonl or .json; rename the file or state its "
        + "format (\(FileFormat.allCases.map(\.rawValue).joined(separator: ", ")))"
    case .labelMismatch(let task, let got, let expected):
      "task \(task) has the labels \(list(expected)), the model's id2label names \(list(got)); use a model of this "
        + "task, or name the classes in its config.json as the task does"
    case .pairsUnreadable(let task, let model, let segments):
      "task \(task) has pairs of texts, whose second has segment id 1; the model in \(model) knows 0 to \(segments - 1) "
        + "(type_vocab_size \(segments)); use a task of single texts, or a model with type_vocab_size 2"
    case .missingFile(let path, let task, let folder, let layout):
      "no file at \(quoted(path)); task \(task) expects \(layout.joined(separator: ", ")) in the data folder "
        + "\(quoted(folder)); put the files there or name another data folder"
    case .unreadableFile(let path, let reason):
      "\(quoted(path)) cannot be read: \(reason); expected a readable text file"
    case .emptyFile(let path):
      "\(quoted(path)) is empty; expected rows of text; fetch the file again"
    case .noRows(let path, let skipped):
      "\(quoted(path)) has no usable rows (\(skipped) skipped for too few columns); expected at least one after the "
        + "header; fetch the file again"
    case .missingColumn(let path, let line, let column, let found):
      "\(quoted(path)), line \(line): no column \(quoted(column)); found \(list(found)); "
        + "name the columns as the file does, or add a header line"
    case .ambiguousColumn(let path, let line, let column):
      "\(quoted(path)), line \(line): column \(quoted(column)) is named more than once; rename all but one"
    case .raggedRow(let path, let line, let got, let expected):
      "\(quoted(path)), line \(line): got \(got) columns, expected \(expected) as in the header; "
        + "look for a missing or an extra separator, or a line end within a text"
    case .unknownLabel(let path, let line, let got, let expected):
      "\(quoted(path)), line \(line): got label \(quoted(got)), expected \(text(of: expected)); "
        + "correct the row, or the task's labels or label column"
    case .emptyLabel(let path, let line):
      "\(quoted(path)), line \(line): the label is empty; expected a class or a number; correct or remove the row"
    case .invalidUTF8(let path, let line):
      "\(quoted(path)), line \(line): got bytes that are not UTF-8; expected UTF-8; convert the file, e.g. by iconv"
    case .malformedCSV(let path, let line, let problem):
      "\(quoted(path)), line \(line): \(problem); expected fields as in RFC 4180; enclose a field that holds quotes, "
        + "commas or line ends in quotes and double the quotes within"
    case .malformedJSON(let path, let line, let problem):
      "\(quoted(path)), line \(line): \(problem); expected one JSON object per line, texts as strings, the label as a "
        + "string or a number"
    }
  }

  private func text(of labels: LabelKind) -> String {
    switch labels {
    case .classes(let labels): "one of \(list(labels))"
    case .regression(let range): "a number from \(range.lowerBound) to \(range.upperBound)"
    }
  }

  /// The names, quoted, the first 20 of them: a column of free text taken for labels must not fill the screen.
  private func list(_ names: [String]) -> String {
    let shown = names.prefix(20).map(quoted).joined(separator: ", ")
    return names.count > 20 ? "\(shown), ... (\(names.count) in all)" : shown
  }

  /// In quotes, with line ends and control characters escaped: a message stays on one line. A label column that is in
  /// truth a text is cut; paths are shorter than that.
  private func quoted(_ text: String) -> String {
    text.count > 300 ? (text.prefix(60) + "...").debugDescription : text.debugDescription
  }
}
