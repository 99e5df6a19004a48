import Foundation
import POSIX

/// A table of what every step of a training was like, as comma-separated text.
enum HistoryFile {
  /// Replaces the file.
  ///
  /// - Parameters:
  ///   - columns: the names of the figures.
  ///   - rows: the figures of each step, the first step being 0.
  /// - Throws: `SystemError`.
  static func write(_ columns: [String], _ rows: some Sequence<[Double]>, to url: URL) throws {
    var text = (["step"] + columns).joined(separator: ",") + "\n"
    for (step, figures) in rows.enumerated() {
      text += ([String(step)] + figures.map(number)).joined(separator: ",") + "\n"
    }
    let bytes = Array(text.utf8)
    try AtomicFile.write(to: url) { try $0.append(bytes.span.bytes) }
  }

  /// The shortest text that reads back as the same value; `nan`, `inf` and `-inf` for what is not finite.
  private static func number(_ value: Double) -> String { value.isNaN ? "nan" : "\(value)" }
}
