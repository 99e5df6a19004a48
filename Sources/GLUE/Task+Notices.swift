extension Task {
  /// What a user would want to know about the rows of some splits and about decisions made on them; empty if there is
  /// nothing.
  ///
  /// One sentence each, in a fixed order, starting with the task's name.
  ///
  /// - Parameter splits: all rows of each file; the training rows first, if they are included.
  public func notices(_ splits: [(split: Split, rows: Dataset)]) -> [String] {
    let found =
      skippingNotices(splits) + labelNotices() + splits.flatMap { spreadNotices($0.split, $0.rows.examples) }
      + columnNotices(splits) + splits.flatMap { textNotices($0.split, $0.rows.examples) } + repetitionNotices(splits)
    return found.map { "\(name): \($0)" }
  }

  /// What a user would want to know if only the first rows of a file are used.
  ///
  /// - Parameters:
  ///   - count: the number of rows requested, at least 1.
  ///   - rows: all rows of the file.
  ///   - option: the option that requested them.
  public func notices(first count: Int, of rows: Dataset, called option: String) -> [String] {
    if count > rows.examples.count {
      return ["\(name): \(option) is \(count), the file has \(rows.examples.count) rows, and all of them are used"]
    }
    let (all, used) = (rowsByClass(rows.examples), rowsByClass(rows.examples.prefix(count)))
    let lacking = labelNames.indices.filter { used.indices.contains($0) && used[$0] == 0 && all[$0] > 0 }
    if lacking.isEmpty { return [] }
    return [
      "\(name): the first \(count) rows (\(option)) lack the class \(lacking.map { labelNames[$0] }.shownList), which later "
        + "rows have; shuffle the file's lines"
    ]
  }

  /// Rows that are skipped.
  private func skippingNotices(_ splits: [(split: Split, rows: Dataset)]) -> [String] {
    var notices: [String] = []
    func add(_ why: String, _ count: (Dataset) -> Int) {
      let parts = splits.compactMap { split, rows in
        count(rows) > 0 ? "\(Share(count(rows), of: rows.rowsInFile)) \(split.called) rows" : nil
      }
      if !parts.isEmpty { notices.append("\(parts.joined(separator: " and ")) are skipped: \(why)") }
    }
    add("they have too few columns") { $0.skipped }
    for marker in skipLabels {
      add("their label is \(marker.bare.isEmpty ? "empty" : marker.shown), which skip_labels names") {
        $0.skippedLabels[marker] ?? 0
      }
    }
    // A single file may well have none of them.
    guard splits.contains(where: { $0.split == .train }) else { return notices }
    let unused = skipLabels.filter { marker in splits.allSatisfy { $0.rows.skippedLabels[marker] == nil } }
    if !unused.isEmpty { notices.append("skip_labels names \(unused.shownList), which no row has") }
    return notices
  }

  /// The spelling of the classes.
  private func labelNotices() -> [String] {
    guard case .classes(let labels) = labels else { return [] }
    var notices: [String] = []
    if takesLabelsFromFile {
      let marks = labels.filter(\.looksUnlabelled)
      if !marks.isEmpty {
        notices.append(
          "\(marks.shownList) is used as a class, but looks like a mark for rows without a label; if it is one, skip "
            + "such rows (skip_labels, or --skip-labels), otherwise list the classes (labels, or --labels)")
      }
      let headers = labels.filter { $0.looseLabel == columns.label.looseLabel }
      if !headers.isEmpty {
        notices.append(
          "\(headers.shownList) is used as a class, but is the name of the label column; is the header line in the "
            + "training file twice?")
      }
    }
    for alike in Dictionary(grouping: labels, by: \.looseLabel).values.filter({ $0.count > 1 })
      .sorted(by: { labels.firstIndex(of: $0[0]) ?? 0 < labels.firstIndex(of: $1[0]) ?? 0 })
    {
      notices.append(
        "the classes \(alike.shownList) differ only in case, blanks or spelling; if they are one class, spell them the same in "
          + "the files")
    }
    return notices
  }

  /// The distribution of rows over the classes or numbers.
  private func spreadNotices(_ split: Split, _ rows: [Example]) -> [String] {
    guard case .classes(let labels) = labels else {
      return rows.count > 1 && rows.allSatisfy { $0.label == rows[0].label }
        ? ["all \(split.called) rows have the same label, so correlations are undefined"] : []
    }
    let counts = rowsByClass(rows)
    let lacking = labels.indices.filter { counts[$0] == 0 }.map { labels[$0] }
    if lacking.isEmpty || lacking.count == labels.count { return [] }
    return ["no \(split.called) row has the class \(lacking.shownList)"]
      + (lacking.count == labels.count - 1
        ? ["all \(split.called) rows have the same class, so there is nothing to distinguish"] : [])
  }

  /// Columns that may have been chosen by mistake.
  private func columnNotices(_ splits: [(split: Split, rows: Dataset)]) -> [String] {
    guard takesLabelsFromFile, let rows = splits.first(where: { $0.split == .train })?.rows.examples.count,
      labelNames.count > 20, rows < 5 * labelNames.count
    else { return [] }
    return [
      "\(labelNames.count) classes for \(rows) training rows; is \(columns.label.shown) the label column?"
    ]
  }

  /// Remarks on the texts.
  private func textNotices(_ split: Split, _ rows: [Example]) -> [String] {
    var notices: [String] = []
    if (try? file(of: split))?.format == .tsv {
      let quoted = quotedColumns(rows)
      if !quoted.isEmpty {
        notices.append(
          "every \(quoted.shownList) of the \(split.called) file is in quotes, which are read as part of it: in a TSV "
            + "quotes are ordinary characters; write the file without them, or as CSV")
      }
    }
    let empty = rows.count { $0.text.bare.isEmpty || $0.pair?.bare.isEmpty == true }
    if empty > 0 { notices.append("\(Share(empty, of: rows.count)) \(split.called) rows have an empty text") }
    return notices
  }

  /// Rows that occur in the training file and in another file.
  private func repetitionNotices(_ splits: [(split: Split, rows: Dataset)]) -> [String] {
    guard let train = splits.first(where: { $0.split == .train })?.rows.examples else { return [] }
    let known = Set(train.map(TextPair.init))
    return splits.filter { $0.split != .train }.compactMap { split, rows in
      let texts = rows.examples.map(TextPair.init)
      let repeated = texts.count(where: known.contains)
      if train.count == texts.count, Set(texts) == known {
        return
          "the training and the \(split.called) file have the same rows; \(split.called) metrics do not say how the "
          + "model does on new texts"
      }
      guard 2 * repeated > texts.count else { return nil }
      return
        "\(Share(repeated, of: texts.count)) \(split.called) rows have the text of a training row; \(split.called) "
        + "metrics say little about how the model does on new texts"
    }
  }

  /// The columns that are in quotes in every row; none for a single row.
  private func quotedColumns(_ rows: [Example]) -> [String] {
    guard rows.count > 1 else { return [] }
    func isQuoted(_ text: String?) -> Bool {
      guard let bytes = text?.utf8, bytes.count > 1 else { return false }
      return bytes.first == Byte.quote && bytes.last == Byte.quote
    }
    var quoted: [String] = []
    if rows.allSatisfy({ isQuoted($0.text) }) { quoted.append(columns.text) }
    if let pair = columns.pair, rows.allSatisfy({ isQuoted($0.pair) }) { quoted.append(pair) }
    if case .classes(let labels) = labels, labels.allSatisfy(isQuoted) { quoted.append(columns.label) }
    return quoted
  }
}

extension Split {
  /// The name of the split in sentences.
  public var called: String { self == .train ? "training" : rawValue }
}

extension Dataset {
  /// The number of rows in the file, including skipped ones.
  fileprivate var rowsInFile: Int { examples.count + skipped + skippedLabels.values.reduce(0, +) }
}

/// Identifies rows with the same input.
private struct TextPair: Hashable {
  let text: String
  let pair: String?

  init(_ example: Example) { (text, pair) = (example.text, example.pair) }
}

/// A number of rows and their share, such as `3 of 4000 (0.1 %)`.
public struct Share: CustomStringConvertible {
  private let part: Int
  private let whole: Int

  /// `part` of `whole`, which is not 0.
  public init(_ part: Int, of whole: Int) { (self.part, self.whole) = (part, whole) }

  /// As text.
  public var description: String { "\(part) of \(whole) (\(Self.percent(Double(part) / Double(max(1, whole)))))" }

  /// A fraction from 0 to 1 in percent, with one decimal. A value above 0 is never shown as zero.
  public static func percent(_ share: Double) -> String {
    if share > 0, share < 0.001 { return "under 0.1 %" }
    if share < 1, share > 0.999 { return "over 99.9 %" }
    let tenths = Int((share * 1000).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10) %" : "\(tenths / 10).\(tenths % 10) %"
  }
}
