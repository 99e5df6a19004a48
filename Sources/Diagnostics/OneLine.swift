extension String {
  /// The text as one line that a terminal shows as it is: control characters and Unicode's ends of lines and paragraphs become
  /// escapes such as `\n` and `\u{1B}`. Names from files and command lines, which messages repeat, may hold any.
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
