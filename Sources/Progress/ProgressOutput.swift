internal import Foundation

/// Shows bars on standard error: redrawn in place on a terminal, as occasional lines in a log, or not at all.
///
/// On a terminal the cursor stays below the bars and is never hidden. However the program ends, the terminal needs no
/// repair, and output of other programs starts on its own line.
///
/// ```swift
/// var output = ProgressOutput(.auto, name: "seedscape")
/// for step in 1...steps {
///   ...
///   output.show(
///     ProgressBar(title: "pre-training", done: step, total: steps, perSecond: Double(step) / seconds, unit: "steps"),
///     at: seconds)
/// }
/// ```
public struct ProgressOutput: Sendable {
  /// How bars are shown.
  public enum Style: Sendable {
    /// Redrawn in place, on a terminal with this many columns and lines.
    case bars(size: @Sendable () -> (columns: Int, lines: Int))
    /// As lines that start with a name.
    case log(name: String)
    /// Not at all.
    case none
  }

  /// The minimum time between two drawings, in seconds.
  private static let drawInterval = 0.2
  /// When the first line of a log is due, and the time between lines, in seconds.
  private static let (firstLine, lineInterval) = (5.0, 30.0)

  private let style: Style
  private let write: @Sendable (String) -> Void
  /// When the next output is due, in seconds since the start.
  private var due: Double
  /// The number of bar lines on the terminal.
  private var drawn = 0
  /// The titles of the parts that had ended at the last call; nil before the first call.
  private var ended: Set<String>?

  /// - Parameter write: receives the text to write.
  public init(_ style: Style, write: @escaping @Sendable (String) -> Void) {
    self.style = style
    self.write = write
    due = if case .log = style { Self.firstLine } else { 0 }
  }

  /// The style that suits a mode on standard error. Write errors are ignored, so work continues when the reader has
  /// gone.
  ///
  /// - Parameter name: starts each line of a log.
  public init(_ mode: ProgressMode, name: String) {
    let terminal = Terminal()
    let style: Style =
      switch mode {
      case .auto: terminal.map { terminal in .bars { terminal.size } } ?? .log(name: name)
      case .bar: .bars { terminal?.size ?? Terminal.assumedSize }
      case .log: .log(name: name)
      case .json, .none: .none
      }
    self.init(style) { try? FileHandle.standardError.write(contentsOf: Data($0.utf8)) }
  }

  /// Shows the progress if an update is due. On a terminal at most five times a second; in a log first after five
  /// seconds, then every thirty, and whenever a part or the whole has ended.
  ///
  /// - Parameters:
  ///   - whole: the whole work.
  ///   - parts: its parts, if it has several.
  ///   - seconds: time since the start.
  public mutating func show(_ whole: ProgressBar, parts: [ProgressBar] = [], at seconds: Double) {
    let endedNow = Set((parts + [whole]).filter(\.isEnded).map(\.title))
    let news = endedNow.subtracting(ended ?? endedNow)
    ended = endedNow
    guard seconds >= due || !news.isEmpty else { return }
    switch style {
    case .bars(let size):
      due = seconds + Self.drawInterval
      draw(whole, parts, size())
    case .log(let name):
      due = seconds + Self.lineInterval
      let shown = parts.filter { news.contains($0.title) || !$0.isEnded && $0.rate != nil }
      write("\(name): " + ([whole] + shown).map(\.text).joined(separator: "; ") + "\n")
    case .none:
      break
    }
  }

  /// Prints a line, in every style, above the bars that the next ``show(_:parts:at:)`` draws.
  public mutating func say(_ line: String) {
    clear()
    write(line + "\n")
  }

  /// Removes the bars until the next ``show(_:parts:at:)``, so that other output can use the terminal.
  public mutating func clear() {
    guard drawn > 0 else { return }
    write(top + "\u{1B}[J")
    drawn = 0
    due = 0
  }

  /// Overwrites line by line, so that nothing flickers, and then clears the rest of the earlier drawing.
  private mutating func draw(_ whole: ProgressBar, _ parts: [ProgressBar], _ size: (columns: Int, lines: Int)) {
    // One line is for the cursor, below the bars. If the terminal has too few lines, parts that have ended are dropped
    // first.
    let place = max(1, size.lines - 1)
    var parts = parts.count > 1 ? parts : []
    if parts.count >= place { parts.removeAll(where: \.isEnded) }
    let lines = BarLayout.lines(parts.prefix(place - 1) + [whole], width: size.columns)
    write(top + lines.map { $0 + "\u{1B}[K\n" }.joined() + "\u{1B}[J")
    drawn = lines.count
  }

  /// Moves the cursor to the first line of the bars.
  private var top: String { drawn > 0 ? "\r\u{1B}[\(drawn)A" : "" }
}
