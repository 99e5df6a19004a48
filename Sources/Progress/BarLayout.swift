/// Bars one below the other, with aligned columns.
public enum BarLayout {
  private static let shortestBar = 8
  private static let longestBar = 40

  /// One line per bar, shorter than the terminal's width, because a character in the last column would make some
  /// terminals start a new line. If there is not enough room, the rate is dropped first, then the bar, then the time
  /// left.
  ///
  /// - Parameter width: columns of the terminal.
  public static func lines(_ bars: [ProgressBar], width: Int) -> [String] {
    let place = max(1, width - 1)
    let title = Column(bars.map(\.title))
    // Wide enough for later numbers, so that bars keep their length.
    let number = Column(
      bars.map { "\($0.done)/\($0.total)" }, isNumber: true,
      atLeast: bars.map { "\($0.total)/\($0.total)".count }.max() ?? 0)
    let rate = Column(bars.map { $0.rate ?? "" }, isNumber: true, atLeast: "12 Gop/s".count)
    let left = Column(bars.map { $0.left ?? "" }, isNumber: true, atLeast: "12 min left".count)
    let note = Column(bars.map { $0.note ?? "" })
    /// The width left for the bar after these columns, without its brackets and the space after it.
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

  /// The rows of a table, without trailing spaces.
  private static func lines(_ columns: [Column], _ place: Int) -> [String] {
    let columns = columns.filter { $0.width > 0 }
    return (columns.first?.texts.indices ?? 0..<0).map { row in
      var line = columns.map { $0[row] }.joined(separator: "  ").prefix(place)
      while line.last == " " { line.removeLast() }
      return String(line)
    }
  }

  /// Full only when everything is done.
  private static func bar(_ share: Double, _ length: Int) -> String {
    let filled = Int((share * Double(length)).rounded(.down))
    return "[\(String(repeating: "#", count: filled))\(String(repeating: ".", count: length - filled))]"
  }

  /// Texts padded to the same width.
  private struct Column {
    let texts: [String]
    let isNumber: Bool
    let width: Int

    init(_ texts: [String], isNumber: Bool = false, atLeast least: Int = 0) {
      self.texts = texts
      self.isNumber = isNumber
      width = max(least, texts.map(\.count).max() ?? 0)
    }

    /// The column's width and the space before it; 0 for a column without texts.
    var place: Int { width > 0 ? width + 2 : 0 }

    /// A text followed by spaces, or preceded by them in a column of numbers.
    subscript(row: Int) -> String {
      let spaces = String(repeating: " ", count: width - texts[row].count)
      return isNumber ? spaces + texts[row] : texts[row] + spaces
    }
  }
}
