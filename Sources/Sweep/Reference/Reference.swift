extension SweepSection {
  /// The part of the reference about this section, in Markdown: heading, table of keys, notes.
  var markdown: String {
    (["## \(name)", summary, table] + [notes].compactMap(\.self)).joined(separator: "\n\n")
  }

  /// The reference of some sections, in their order.
  public static func reference(of sections: [SweepSection] = all) -> String {
    sections.map(\.markdown).joined(separator: "\n\n")
  }

  /// One row for each key. Columns that would be empty are left out; all but the last are as wide as their widest cell.
  private var table: String {
    let header = ["key", "type", "unit", "default", "range", "meaning"]
    let rows = keys.map { name, key in
      ["`\(name)`", key.form.type, key.unit ?? "", key.fallback.markdown, key.range, key.meaning]
    }
    let columns = header.indices.filter { column in rows.contains { !$0[column].isEmpty } }
    let widths = columns.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
    func line(_ cells: [String]) -> String {
      let padded = zip(columns, widths).map { column, width in
        column == header.count - 1
          ? cells[column] : cells[column] + String(repeating: " ", count: width - cells[column].count)
      }
      return "| \(padded.joined(separator: " | ")) |"
    }
    let rule = header.map { _ in "---" }
    return ([header, rule] + rows).map(line).joined(separator: "\n")
  }
}

extension KeyDeclaration {
  /// The values that are taken, in words; empty where the type says all.
  public var range: String { [form.range, bound].compactMap(\.self).joined(separator: "; ") }

  /// A whole number with its digits in groups of three from 10 000 on.
  static func grouped(_ number: Int) -> String {
    let digits = String(number)
    guard digits.count > 4 else { return digits }
    let groups = stride(from: digits.count, to: 0, by: -3).map { end in
      String(digits.prefix(end).suffix(3))
    }
    return groups.reversed().joined(separator: " ")
  }
}

extension KeyDeclaration.Form {
  /// What a value is, in words.
  public var type: String {
    switch self {
    case .text: "text"
    case .path: "path"
    case .name: "name"
    case .integer: "whole number"
    case .number: "number"
    case .boolean: "true or false"
    case .choice: "word"
    case .choices: "list of words"
    case .list(let elements): "list of \(elements)"
    case .mapping: "mapping"
    case .mappings: "list of mappings"
    case .wordOrMapping: "word or mapping"
    case .described(let words): words
    }
  }

  /// The values of the form; nil where it has them all.
  fileprivate var range: String? {
    func list(_ words: [String]) -> String { words.map { "`\($0)`" }.joined(separator: ", ") }
    func short(_ number: Double) -> String { Int(exactly: number).map(KeyDeclaration.grouped) ?? "\(number)" }
    return switch self {
    case .integer(let range):
      range.upperBound == .max
        ? "\(range.lowerBound) or more" : "\(range.lowerBound) to \(KeyDeclaration.grouped(range.upperBound))"
    case .number(let range, let excludingLowest):
      excludingLowest
        ? "above \(short(range.lowerBound)), at most \(short(range.upperBound))"
        : "\(short(range.lowerBound)) to \(short(range.upperBound))"
    case .choice(let words), .choices(let words): list(words)
    case .mapping(let section), .mappings(let section): "see `\(section.name)`"
    case .wordOrMapping(let words, let section): "\(list(words)); see `\(section.name)`"
    default: nil
    }
  }
}

extension KeyDeclaration.Fallback {
  fileprivate var markdown: String {
    switch self {
    case .required: "required"
    case .value(let yaml): "`\(yaml)`"
    case .described(let words): words
    }
  }
}
