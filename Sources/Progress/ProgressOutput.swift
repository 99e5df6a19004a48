internal import Foundation

/// Shows bars on standard error: redrawn in place on a terminal, as a line now and then in a log, or not at all.
///
/// On a terminal the cursor is left below the bars and never hidden: whatever ends the program, the terminal is as it
/// was, and what others print begins a line of its own.
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
    /// Redrawn in place on a terminal of this many columns and lines.
    case bars(size: @Sendable () -> (columns: Int, lines: Int))
    /// As lines that begin with a name.
    case log(name: String)
    /// Not at all.
    case none
  }

  /// The least time between two drawings, in seconds.
  private static let drawInterval = 0.2
  /// When the first line of a log is due, and the time between two, in seconds.
  private static let (firstLine, lineInterval) = (5.0, 30.0)

  private let style: Style
  private let write: @Sendable (String) -> Void
  /// When to show something next, in seconds since the start.
  private var due: Double
  /// How many lines on the terminal are bars.
  private var drawn = 0
  /// The titles of parts that had ended when last looked at; nil before the first look.
  private var ended: Set<String>?

  /// - Parameter write: gets what is to be written.
  public init(_ style: Style, write: @escaping @Sendable (String) -> Void) {
    self.style = style
    self.write = write
    due = if case .log = style { Self.firstLine } else { 0 }
  }

  /// What suits a mode on standard error. Errors of writing are ignored: work goes on when its reader has gone.
  ///
  /// - Parameter name: begins the lines of a log.
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

  /// Shows how far the work is, if that is due: on a terminal at most five times a second, in a log first after five
  /// seconds, then every thirty, and whenever a part or the whole has ended.
  ///
  /// - Parameters:
  ///   - whole: the whole work.
  ///   - parts: its parts, where it has several.
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

  /// Prints a line of its own, in every style, above the bars that the next ``show(_:parts:at:)`` draws.
  public mutating func say(_ line: String) {
    clear()
    write(line + "\n")
  }

  /// Takes the bars away until the next ``show(_:parts:at:)``, for what others print on the same terminal.
  public mutating func clear() {
    guard drawn > 0 else { return }
    write(top + "\u{1B}[J")
    drawn = 0
    due = 0
  }

  /// Line over line, so that nothing flickers; then what is left of an earlier drawing goes.
  private mutating func draw(_ whole: ProgressBar, _ parts: [ProgressBar], _ size: (columns: Int, lines: Int)) {
    // The line of the cursor is below. On a low terminal the parts that have ended give way first.
    let place = max(1, size.lines - 1)
    var parts = parts.count > 1 ? parts : []
    if parts.count >= place { parts.removeAll(where: \.isEnded) }
    let lines = BarLayout.lines(parts.prefix(place - 1) + [whole], width: size.columns)
    write(top + lines.map { $0 + "\u{1B}[K\n" }.joined() + "\u{1B}[J")
    drawn = lines.count
  }

  /// The way to the first line of the bars.
  private var top: String { drawn > 0 ? "\r\u{1B}[\(drawn)A" : "" }
}
