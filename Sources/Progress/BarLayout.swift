/// Bars below one another, their columns aligned.
public enum BarLayout {
  private static let shortestBar = 8
  private static let longestBar = 40

  /// A line for each bar, shorter than the terminal is wide: a character in the last column would make some terminals
  /// begin a new line. What there is no place for is left out: the rate first, then the bar, then the time left.
  ///
  /// - Parameter width: columns of the terminal.
  public static func lines(_ bars: [ProgressBar], width: Int) -> [String] {
    let place = max(1, width - 1)
    let title = Column(bars.map(\.title))
    // Wide enough for what is still to come, so that bars keep their length.
    let number = Column(
      bars.map { "\($0.done)/\($0.total)" }, isNumber: true,
      atLeast: bars.map { "\($0.total)/\($0.total)".count }.max() ?? 0)
    let rate = Column(bars.map { $0.rate ?? "" }, isNumber: true, atLeast: "12 Gop/s".count)
    let left = Column(bars.map { $0.left ?? "" }, isNumber: true, atLeast: "12 min left".count)
    let note = Column(bars.map { $0.note ?? "" })
    /// What remains for a bar beside these columns, its brackets and the space after it left out.
    func remaining(_ columns: [Column]) -> Int {
      place - columns.reduce(-2) { $0 + $1.place } - 4
    }
    let all = [title, number, rate, left, note]
    let barred = [all, [title, number, left, note]].first { remaining($0) >= shortestBar }
    if let barred {
      let length = min(longestBar, remaining(barred))
      let filled = Column(bars.map { bar($0.share, length) })
      return lines([title, filled] + barred.dropFirst(), place)
    }
    let short = [title, number, left, note]
    return lines(remaining(short) >= -4 ? short : [title, number, note], place)
  }

  /// The rows of a table, without spaces at their ends.
  private static func lines(_ columns: [Column], _ place: Int) -> [String] {
    let columns = columns.filter { $0.width > 0 }
    return (columns.first?.texts.indices ?? 0..<0).map { row in
      var line = columns.map { $0[row] }.joined(separator: "  ").prefix(place)
      while line.last == " " { line.removeLast() }
      return String(line)
    }
  }

  /// Full only when all is done.
  private static func bar(_ share: Double, _ length: Int) -> String {
    let filled = Int((share * Double(length)).rounded(.down))
    return "[\(String(repeating: "#", count: filled))\(String(repeating: ".", count: length - filled))]"
  }

  /// Texts of one width.
  private struct Column {
    let texts: [String]
    let isNumber: Bool
    let width: Int

    init(_ texts: [String], isNumber: Bool = false, atLeast least: Int = 0) {
      self.texts = texts
      self.isNumber = isNumber
      width = max(least, texts.map(\.count).max() ?? 0)
    }

    /// Its width and the space before it; nothing for a column without texts.
    var place: Int { width > 0 ? width + 2 : 0 }

    /// A text with spaces after it, or before it in a column of numbers.
    subscript(row: Int) -> String {
      let spaces = String(repeating: " ", count: width - texts[row].count)
      return isNumber ? spaces + texts[row] : texts[row] + spaces
    }
  }
}
