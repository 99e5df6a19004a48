extension String {
  /// The text on one line, safe to print on a terminal: control characters and Unicode line and paragraph separators
  /// become escapes such as `\n` and `\u{1B}`. Messages repeat names from files and command lines, which may contain
  /// any of these.
  public var onOneLine: String {
    var line = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator:
        line.append(contentsOf: scalar.escaped(asASCII: true).unicodeScalars)
      default: line.append(scalar)
      }
    }
    return String(line)
  }

  /// The text as messages repeat it: at most 60 characters, a longer one cut.
  public var shortened: String {
    // Counted in scalars: one character may hold any number of them.
    unicodeScalars.count <= 60 ? self : String(unicodeScalars.prefix(59)) + "…"
  }
}
