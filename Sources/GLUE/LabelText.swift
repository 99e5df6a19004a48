// What the text of a label may mean besides a class: a number, "no label", or another spelling of a class.

extension String {
  /// The text without white space, control characters and byte order marks at both ends.
  var bare: Substring {
    let scalars = unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.isUnseen }),
      let last = scalars.lastIndex(where: { !$0.isUnseen })
    else { return "" }
    return self[first...last]
  }

  /// A finite decimal number, such as `-1`, `2.5` or `1e3`; nil for anything else, including hexadecimal numbers and
  /// `nan`.
  var decimal: Double? {
    guard utf8.allSatisfy({ (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }) else { return nil }
    return Double(self).flatMap { $0.isFinite ? $0 : nil }
  }

  /// Equal for labels that differ only in case, blanks, invisible characters or the spelling of a number.
  var looseLabel: String {
    if let number = String(bare).decimal { return number == 0 ? "0.0" : "\(number)" }
    return String(String.UnicodeScalarView(unicodeScalars.filter { !$0.isUnseen })).lowercased()
  }

  /// Whether a label looks like one of the marks that data sets use for unlabelled rows.
  var looksUnlabelled: Bool {
    let text = bare.lowercased()
    if let number = text.decimal { return [-1, -100, -99, -999, -9999].contains(number) }
    return text.isEmpty || Self.unlabelledMarks.contains(text)
  }

  private static let unlabelledMarks: Set<String> = [
    "-", "--", "---", "?", ".", "_", "*", "na", "n/a", "n.a.", "n.a", "#n/a", "<na>", "nan", "-nan", "null", "<null>",
    "none", "nil", "nat", "undefined", "missing", "empty", "blank", "unlabeled", "unlabelled", "no label", "no_label",
    "nolabel", "no-label", "unknown", "unk", "[unk]", "<unk>", "not labeled", "not labelled", "unannotated",
  ]
}

extension Unicode.Scalar {
  /// White space, a control character, a byte order mark or another zero-width character.
  fileprivate var isUnseen: Bool {
    if properties.isWhitespace { return true }
    switch properties.generalCategory {
    case .control, .format: return true
    default: return false
    }
  }
}

/// Labels that mark rows to skip.
///
/// A label matches a marker if it is the same text apart from blanks at its ends, or the same number, such as -1.0 and
/// -1.
struct SkippedLabels {
  private let texts: [String: String]
  private let numbers: [Double: String]

  /// - Parameter markers: the task's list. An empty marker stands for labels that are empty, blank, null or missing.
  init(_ markers: [String]) {
    texts = Dictionary(markers.map { (String($0.bare), $0) }) { first, _ in first }
    numbers = Dictionary(
      markers.compactMap { marker in String(marker.bare).decimal.map { ($0, marker) } }
    ) { first, _ in first }
  }

  /// Whether empty labels are skipped.
  var haveEmpty: Bool { texts[""] != nil }

  /// The marker that a label matches; nil if its row is used.
  func marker(_ label: String) -> String? {
    if texts.isEmpty { return nil }
    if let marker = texts[label] { return marker }
    let bare = String(label.bare)
    return texts[bare] ?? (numbers.isEmpty ? nil : bare.decimal.flatMap { numbers[$0] })
  }
}
