// What the text of a label says beside being a class: numbers, "no label", another spelling of the same.

extension String {
  /// Without white space, control characters and byte order marks at both ends.
  var bare: Substring {
    let scalars = unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.isUnseen }),
      let last = scalars.lastIndex(where: { !$0.isUnseen })
    else { return "" }
    return self[first...last]
  }

  /// A finite number in decimal, such as `-1`, `2.5` or `1e3`; nil for anything else, hexadecimal and `nan` too.
  var decimal: Double? {
    guard utf8.allSatisfy({ (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }) else { return nil }
    return Double(self).flatMap { $0.isFinite ? $0 : nil }
  }

  /// The same for labels that differ by case, by blanks, by what nobody sees, or as numbers by their spelling alone.
  var looseLabel: String {
    if let number = String(bare).decimal { return number == 0 ? "0.0" : "\(number)" }
    return String(String.UnicodeScalarView(unicodeScalars.filter { !$0.isUnseen })).lowercased()
  }

  /// Whether a label looks like a mark of rows that nobody has labelled, as data sets use them.
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
  /// White space, a control character, a byte order mark or another character without width.
  fileprivate var isUnseen: Bool {
    if properties.isWhitespace { return true }
    switch properties.generalCategory {
    case .control, .format: return true
    default: return false
    }
  }
}

/// Which labels mark rows to skip.
///
/// A label matches a marker that is the same text but for blanks at its ends, or the same number, such as -1.0 and -1.
struct SkippedLabels {
  private let texts: [String: String]
  private let numbers: [Double: String]

  /// - Parameter markers: as a task lists them; an empty one is for labels that are empty, blank, null or not there.
  init(_ markers: [String]) {
    texts = Dictionary(markers.map { (String($0.bare), $0) }) { first, _ in first }
    numbers = Dictionary(
      markers.compactMap { marker in String(marker.bare).decimal.map { ($0, marker) } }
    ) { first, _ in first }
  }

  /// Whether empty labels are to be skipped.
  var haveEmpty: Bool { texts[""] != nil }

  /// The marker that a label matches; nil when its row is to be used.
  func marker(_ label: String) -> String? {
    if texts.isEmpty { return nil }
    if let marker = texts[label] { return marker }
    let bare = String(label.bare)
    return texts[bare] ?? (numbers.isEmpty ? nil : bare.decimal.flatMap { numbers[$0] })
  }
}
